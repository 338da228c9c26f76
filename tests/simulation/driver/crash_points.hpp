// Exhaustive crashes: a few short, varied days, each run once for every boundary at which the power
// can fail: before and after every commit, before and after every request, and while the daemon
// finds its way back.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/simulation/driver/crew.hpp"
#include "tests/simulation/driver/tally.hpp"

#include <cstdint>
#include <functional>
#include <set>
#include <span>
#include <string_view>

namespace crmsync::simulation {

struct CrashRow {
  std::string_view name;
  void (*shape)(Scenario&);  // makes the short plain day the one it is named for
};
std::span<CrashRow const> crash_rows();
Scenario crash_scenario(std::size_t row);

struct CrashRun {
  std::size_t row = 0;
  std::set<std::uint64_t> crash_at;
};

struct CrashReport {
  std::uint64_t scenarios = 0;
  std::uint64_t points = 0;    // boundaries that exist
  std::uint64_t runs = 0;      // with a crash at one of them, or at two
  std::uint64_t repeated = 0;  // requests that were sent once more than without a crash
  Tally tally;
};

// Every boundary of every row; `twice`: after each, also at some of those that follow it.
CrashReport run_crash_points(Crew& crew, bool twice,
                             std::function<void(CrashRun const&, Result const&)> const& violated);

}  // namespace crmsync::simulation
