// What a run is asked, and what it showed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/simulation/judge.hpp"
#include "tests/simulation/scenario.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>

namespace crmsync::simulation {

struct RunOptions {
  bool keep_lines = false;
  bool every_line = false;  // in the report, not only those about a violation
  // Shrinking: what does not happen.
  std::set<std::size_t> actions_left_out;
  std::set<Fault> faults_left_out;
  bool even_schedule = false;  // nothing takes longer than it must
  // Exhaustive crashes: the power fails at these boundaries, counted from 1, and by chance nowhere.
  std::set<std::uint64_t> crash_at;
  // In the middle of the day the state is replaced by a copy from the morning.
  bool restored = false;
};

// Numbers only: it travels between processes as the bytes it is.
struct Figures {
  std::uint64_t hash = 0;  // of everything that happened
  std::uint64_t events = 0;
  SimTime simulated = 0;
  std::uint64_t user_writes = 0, mutations = 0, creates = 0, deletes = 0, conflicts = 0;
  Explained explained;
  std::uint64_t checks = 0;
  std::uint64_t crashes = 0;
  std::uint64_t boundaries = 0;  // where the power could have failed
  SimTime quiet_after = -1;      // from the end of faults to agreement; -1: never
  std::array<std::uint64_t, kFaults> faults{};
};

struct RunReport {
  std::optional<Violation> violation;
  std::string lines;  // of the violation, or all of them when asked for
  Figures figures;
};

RunReport run_scenario(Scenario const& scenario, RunOptions const& options);
RunReport run_seed(std::uint64_t seed, RunOptions const& options);

}  // namespace crmsync::simulation
