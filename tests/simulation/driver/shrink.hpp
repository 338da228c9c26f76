// A violated day made small: what is not needed for the violation is left out, first of what people
// do, then of the faults, then of the schedule. Delta debugging (Zeller and Hildebrandt,
// "Simplifying and Isolating Failure-Inducing Input", 2002).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/simulation/driver/case.hpp"

#include <chrono>
#include <cstddef>

namespace crmsync::simulation {

struct ShrinkLimits {
  std::size_t runs_max = 400;
  std::chrono::seconds wall_max{120};
};

// A case that still violates the same invariant; the one given if nothing can go.
Case shrink(Case const& found, ShrinkLimits const& limits);

}  // namespace crmsync::simulation
