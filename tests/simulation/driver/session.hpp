// What one call of crmsync-sim does: runs, judges, tells.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/simulation/driver/summary.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <string>

namespace crmsync::simulation {

struct SessionOptions {
  std::uint64_t first = 1, last = 20;  // seeds; last < first: none
  std::chrono::minutes minutes{0};     // 0: until the last seed; else stop then, whatever is left
  std::size_t workers = 1;
  bool restored = false;
  bool every_fault = false;  // a kind of fault that no seed met fails the session
  std::uint64_t rerun = 0;   // seeds that are run twice and compared
  bool crash_points = false, crash_twice = false;
  bool mutants = false;
  MutantOptions hunt;
  std::size_t shown = 3;        // violations told in full
  bool shrink = true;           // and made small
  std::filesystem::path tapes;  // where their tapes go; empty: nowhere
  std::filesystem::path json;   // where the summary goes as well; empty: nowhere
};

// Prints as it goes; the exit code.
int run_session(SessionOptions const& options);
// Plays a tape: 1 if it still violates anything, 0 if not, 66 if it cannot be read.
int replay(std::filesystem::path const& tape, bool every_line);

}  // namespace crmsync::simulation
