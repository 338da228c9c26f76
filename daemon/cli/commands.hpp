// The crmsync command: one function per group of verbs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace crmsync::daemon::cli {

// Returns the exit code of operators.md §4.
int run(int argc, char** argv);

}  // namespace crmsync::daemon::cli
