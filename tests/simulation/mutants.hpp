// The bugs of engine/mutant.hpp, by name, and the invariant that each of them breaks.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/mutant.hpp"

#include <span>
#include <string_view>

namespace crmsync::simulation {

struct MutantRow {
  engine::Mutant which = engine::Mutant::none;
  std::string_view name;     // as in the code
  std::string_view attacks;  // "I14"
  // What may show it. Another violation says only that the bug led the day elsewhere, into one that
  // would be met without it.
  std::string_view shown_by;
  bool restored = false;  // shows only in days on which the state is set back
};

std::span<MutantRow const> all_mutants() noexcept;
// Null: there is none of that name.
MutantRow const* find_mutant(std::string_view name) noexcept;

}  // namespace crmsync::simulation
