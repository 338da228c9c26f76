// SPDX-License-Identifier: Apache-2.0
#include "engine/loop_guard.hpp"

#include <vector>

namespace crmsync::engine {

namespace {

// A fight shows in its latest writes; an endless trail must not cost endless time.
constexpr std::size_t kEntriesMax = 128;

bool in_window(TrailEntry const& entry, Timestamp now, std::int64_t window_micros) {
  if (entry.at >= now) return true;  // stepped clock: counts as recent
  auto const age =
      static_cast<std::uint64_t>(now.micros) - static_cast<std::uint64_t>(entry.at.micros);
  return window_micros >= 0 && age <= static_cast<std::uint64_t>(window_micros);
}

// The last of `writes` brings back what its side had been sent before, after the other side was
// sent something else.
bool is_return(std::span<TrailEntry const> writes) {
  auto const& last = writes.back();
  bool other_side_written = false;
  for (std::size_t i = writes.size() - 1; i-- > 0;) {
    auto const& earlier = writes[i];
    bool const same_value = earlier.value_digest == last.value_digest;
    if (earlier.written != last.written)
      other_side_written = other_side_written || !same_value;
    else if (same_value)
      return other_side_written;
  }
  return false;
}

}  // namespace

bool is_fighting(std::span<TrailEntry const> trail, TrailEntry const& next, LoopRule const& rule) {
  if (rule.returns_max <= 0) return false;
  if (trail.size() > kEntriesMax) trail = trail.last(kEntriesMax);
  std::vector<TrailEntry> writes;
  writes.reserve(trail.size() + 1);
  for (auto const& entry : trail)
    if (in_window(entry, next.at, rule.window_micros)) writes.push_back(entry);
  writes.push_back(next);
  std::span<TrailEntry const> const all(writes);
  if (!is_return(all)) return false;
  int returns = 0;
  for (std::size_t i = 1; i <= all.size(); ++i)
    if (is_return(all.first(i))) ++returns;
  return returns >= rule.returns_max;
}

}  // namespace crmsync::engine
