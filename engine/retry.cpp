// SPDX-License-Identifier: Apache-2.0
#include "engine/retry.hpp"

#include "engine/mutant.hpp"

#include <algorithm>

namespace crmsync::engine {

RetryKind retry_kind(Errc code) noexcept {
  switch (code) {
    case Errc::transient:
    case Errc::rate_limited:
    case Errc::locked:
      return RetryKind::backoff;

    case Errc::precondition_failed:  // the record moved: decide again on what it holds now
    case Errc::not_found:            // gone, merged or not readable: only a read by id can tell
    case Errc::already_exists:       // the record that holds the value may be ours to link
    case Errc::cursor_expired:       // a bounded reconcile reads everything anew
      return RetryKind::observe_again;

    case Errc::unauthorized:    // trying again locks accounts
    case Errc::forbidden:       // every record would fail alike until a scope or grant is given
    case Errc::invalid_schema:  // likewise, until the schema or the mapping is mended
    case Errc::config_invalid:
    case Errc::storage_full:
    case Errc::cancelled:
      return RetryKind::hold;

    case Errc::invalid_value:
    case Errc::read_only:
    case Errc::corrupt:
    case Errc::unsupported:
    case Errc::limit_exceeded:
    case Errc::internal:
      return RetryKind::inbox;
  }
  return RetryKind::inbox;
}

std::int64_t backoff_delay_ms(BackoffRule const& rule, int attempt, double jitter01,
                              std::optional<std::int64_t> retry_after_ms) {
  if (mutant(Mutant::retry_after_ignored)) retry_after_ms.reset();
  auto const cap = std::max<std::int64_t>(rule.cap_ms, 0);
  auto ceiling = std::clamp<std::int64_t>(rule.base_ms, 0, cap);
  for (int i = 0; i < attempt && ceiling < cap && ceiling > 0; ++i)
    ceiling = ceiling > cap / 2 ? cap : ceiling * 2;
  // A jitter that is not a number counts as 0.
  double const jitter = jitter01 >= 0.0 ? std::min(jitter01, 1.0) : 0.0;
  auto const delay = static_cast<std::int64_t>(static_cast<double>(ceiling) * jitter);
  return std::max(std::min(delay, ceiling), std::max<std::int64_t>(retry_after_ms.value_or(0), 0));
}

}  // namespace crmsync::engine
