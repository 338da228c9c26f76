// The verbs that need no daemon. Each returns the exit code.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/cli/options.hpp"

namespace crmsync::daemon::cli {

int check(Options const& options);
int restore(Options const& options);
int explain_code(Options const& options);
int version(Options const& options);

}  // namespace crmsync::daemon::cli
