// Runs the tests that stand in a mapping file: with the production's conversions, merge and
// policies, and without any connection. Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mappings/mapping.hpp"

#include <string>
#include <vector>

namespace crmsync::daemon {

struct TrialResult {
  std::string name;
  int line = 0;  // of the test in its file
  // What was expected, what came, and by which rule; empty: the test passed. Holds values: they
  // are the file's own.
  std::vector<std::string> failures;
  bool passed() const noexcept { return failures.empty(); }
};

// In the order of the file. The mapping is bound to assumed types for it.
std::vector<TrialResult> run_tests(mappings::Mapping mapping);

}  // namespace crmsync::daemon
