// Detects two systems fighting through us: every single step succeeds, yet a field keeps going
// A -> B -> A. Counts returns to an earlier value across sides, never plain writes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/identity.hpp"
#include "engine/value.hpp"

#include <cstdint>
#include <span>

namespace crmsync::engine {

// One write of ours, oldest first in a trail: which side received it and a digest of the value.
struct TrailEntry {
  Timestamp at;
  Side written = Side::app;
  std::uint64_t value_digest = 0;
  friend bool operator==(TrailEntry const&, TrailEntry const&) = default;
};

struct LoopRule {
  int returns_max = 3;
  std::int64_t window_micros = 24LL * 3600 * 1'000'000;
};

// True when writing `next` would complete the returns_max-th return within the window: the value
// was written before, a write to the other side lies in between.
bool is_fighting(std::span<TrailEntry const> trail, TrailEntry const& next, LoopRule const& rule);

}  // namespace crmsync::engine
