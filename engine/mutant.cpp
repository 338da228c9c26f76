// SPDX-License-Identifier: Apache-2.0
#include "engine/mutant.hpp"

#ifdef CRMSYNC_MUTANTS

namespace crmsync::engine {

namespace {
Mutant active = Mutant::none;
}

bool mutant(Mutant which) noexcept {
  return which == active;
}

void switch_mutant(Mutant which) noexcept {
  active = which;
}

}  // namespace crmsync::engine

#endif
