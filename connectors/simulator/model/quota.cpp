// SPDX-License-Identifier: Apache-2.0
#include "connectors/simulator/model/quota.hpp"

namespace crmsync::connectors::simulator::model {
namespace {

constexpr std::int64_t kMicrosPerMilli = 1'000;
constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;

std::uint64_t left(std::uint64_t limit, std::uint64_t used) noexcept {
  return used >= limit ? 0 : limit - used;
}

}  // namespace

void Quota::forget(Window& window, std::int64_t before_micros) {
  while (!window.empty() && window.front() <= before_micros) window.pop_front();
}

Verdict Quota::admit(bool is_search, engine::Timestamp now) {
  forget(burst_, now.micros - options_.window_ms * kMicrosPerMilli);
  forget(searches_, now.micros - kMicrosPerSecond);
  auto const day = (now.micros + options_.utc_offset_ms * kMicrosPerMilli) / kMicrosPerDay;
  if (day != day_) today_ = 0;
  day_ = day;
  if (options_.daily != 0 && today_ >= options_.daily) return Verdict::daily;
  if (is_search && options_.searches_per_second != 0 &&
      searches_.size() >= options_.searches_per_second)
    return Verdict::search;
  if (options_.burst != 0 && burst_.size() >= options_.burst) return Verdict::burst;
  ++today_;
  if (options_.burst != 0) burst_.push_back(now.micros);
  if (is_search) searches_.push_back(now.micros);
  return Verdict::admitted;
}

std::uint64_t Quota::remaining() const noexcept {
  return left(options_.burst, burst_.size());
}
std::uint64_t Quota::daily_remaining() const noexcept {
  return left(options_.daily, today_);
}

}  // namespace crmsync::connectors::simulator::model
