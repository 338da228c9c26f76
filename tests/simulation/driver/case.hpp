// One run that somebody else can play again: which day, and what is left out of it. As a file it is
// called a tape.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/error.hpp"
#include "tests/simulation/run.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace crmsync::simulation {

struct Case {
  std::uint64_t seed = 0;
  std::string crash_row;  // a short day of that name instead of the seed's
  RunOptions options;
  std::string invariant;  // what it violates

  Scenario scenario() const;
};

// One JSON object, readable and editable.
std::string tape_text(Case const& one);
// config_invalid: no tape, or one that names what there is not.
engine::Result<Case> read_tape(std::string_view text);

}  // namespace crmsync::simulation
