// Times as HTTP headers write them. Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/value.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace crmsync::connectors::http {

// "Sun, 06 Nov 1994 08:49:37 GMT". Fractions of a second are cut.
std::string format_http_date(engine::Timestamp at);

// All three forms of RFC 9110 5.6.7 (IMF-fixdate, RFC 850, asctime). `now` gives the century of a
// two-digit year: at most 50 years ahead. Empty when it is no real time.
std::optional<engine::Timestamp> parse_http_date(std::string_view text, engine::Timestamp now);

// Retry-After: seconds (a fraction is rounded up) or a date, as a wait from `now`. A date in the
// past is no wait. Longer than `longest_wait` is cut to it. Empty when it says nothing we
// understand.
inline constexpr std::chrono::milliseconds longest_wait = std::chrono::hours(24);
std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view text,
                                                           engine::Timestamp now);

}  // namespace crmsync::connectors::http
