// The retry table: which failures are tried again, and when. Pure; the random part is handed in.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/error.hpp"

#include <cstdint>

namespace crmsync::engine {

enum class RetryKind : std::uint8_t {
  backoff,        // try again after a growing delay
  observe_again,  // read both sides anew, at once
  hold,           // stays until something changes (a person, a credential, room on the disk)
  inbox,          // goes to the error inbox; tried again when the record changes or on request
};

RetryKind retry_kind(Errc code) noexcept;

struct BackoffRule {
  std::int64_t base_ms = 500;
  std::int64_t cap_ms = 300'000;
};

// Exponential with full jitter: uniform in [0, min(cap, base * 2^attempt)], never less than
// retry_after_ms when the other side named one. jitter01 in [0, 1). attempt counts from 0.
std::int64_t backoff_delay_ms(BackoffRule const& rule, int attempt, double jitter01,
                              std::optional<std::int64_t> retry_after_ms);

}  // namespace crmsync::engine
