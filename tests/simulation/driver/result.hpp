// What a run showed, as text that a worker hands to whoever asked.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/simulation/driver/crew.hpp"
#include "tests/simulation/run.hpp"

#include <chrono>
#include <string>

namespace crmsync::simulation {

// No run may take longer in real time.
inline constexpr std::chrono::seconds kRunMax{60};

struct Result {
  Figures figures;
  std::string invariant;  // the violated one, "abort", "no end"; empty: none
  std::string text;       // of the violation

  bool violated() const noexcept { return !invariant.empty(); }
};

// A run in the process that calls.
std::string result_text(RunReport const& report);
// In the process that started it; a job that did not run to its end is a violation.
Result result_of(Ending const& ending);

}  // namespace crmsync::simulation
