// The one page that says what a session of runs proved, for people and as JSON.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/simulation/driver/crash_points.hpp"
#include "tests/simulation/driver/mutant_run.hpp"
#include "tests/simulation/driver/tally.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace crmsync::simulation {

struct Reruns {
  std::uint64_t runs = 0;
  std::uint64_t identical = 0;
};

struct Summary {
  std::uint64_t first = 0, last = 0;  // seeds
  std::size_t workers = 1;
  std::chrono::duration<double> wall{};  // of the seeds alone
  Tally seeds;
  bool needs_every_fault = false;
  std::optional<Reruns> reruns;
  std::optional<CrashReport> crash;
  bool crash_twice = false;
  std::optional<MutantReport> mutants;

  bool passed() const;
  std::string text() const;
  std::string json() const;
};

}  // namespace crmsync::simulation
