// The verbs that need no daemon. Each returns the exit code.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/cli/options.hpp"
#include "daemon/json.hpp"
#include "mappings/diagnostic.hpp"

#include <vector>

namespace crmsync::daemon::cli {

int check(Options const& options);
// Runs the tests that stand in mapping files: those named, or all of the configuration folder.
int test(Options const& options);
int restore(Options const& options);
int explain_code(Options const& options);
int version(Options const& options);

// A member "diagnostics" of the object that is being written.
void write_diagnostics(Json& json, std::vector<mappings::Diagnostic> const& diagnostics);

}  // namespace crmsync::daemon::cli
