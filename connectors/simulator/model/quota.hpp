// What an account may ask per time: a rolling window for everything, one per second for searches,
// and a day.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/value.hpp"

#include <cstdint>
#include <deque>

namespace crmsync::connectors::simulator::model {

struct QuotaOptions {
  std::uint64_t burst = 190;  // 0: no limit
  std::int64_t window_ms = 10'000;
  std::uint64_t searches_per_second = 5;  // 0: no limit
  std::uint64_t daily = 0;                // 0: no limit
  std::int64_t utc_offset_ms = 0;         // of the account's midnight
};

enum class Verdict : std::uint8_t { admitted, burst, search, daily };

class Quota {
 public:
  explicit Quota(QuotaOptions options) : options_(options) {}

  // Counts the request when it is admitted.
  Verdict admit(bool is_search, engine::Timestamp now);
  std::uint64_t remaining() const noexcept;
  std::uint64_t daily_remaining() const noexcept;
  QuotaOptions const& options() const noexcept { return options_; }

 private:
  using Window = std::deque<std::int64_t>;
  static void forget(Window& window, std::int64_t before_micros);

  QuotaOptions options_;
  Window burst_;
  Window searches_;
  std::int64_t day_ = 0;
  std::uint64_t today_ = 0;
};

}  // namespace crmsync::connectors::simulator::model
