// Dates in headers and Retry-After.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/http_time.hpp"
#include "tests/fuzz/target.hpp"

#include <algorithm>

namespace {

using namespace crmsync;
using namespace crmsync::connectors::http;
using fuzz::require;

// 1970 to 9999, in seconds.
constexpr std::int64_t kLast = 253'402'300'799;

void check_date(std::string_view text, engine::Timestamp now) {
  auto const at = parse_http_date(text, now);
  if (!at) return;
  auto const written = format_http_date(*at);
  auto const again = parse_http_date(written, now);
  require(again == at, "a date that was read is written so that it reads the same");
  require(format_http_date(*again) == written, "a date has one written form");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  fuzz::Input input(data, size);
  std::int64_t now_s = 0;
  for (int i = 0; i < 5; ++i) now_s = now_s << 8 | input.byte();
  engine::Timestamp const now{std::min(now_s, kLast) * 1'000'000};
  check_date(input.rest(), now);
  check_date(format_http_date(now), now);
  if (auto const wait = parse_retry_after(input.rest(), now)) {
    require(wait->count() >= 0, "a wait is never negative");
    require(*wait <= longest_wait, "a wait is never longer than a day");
  }
  return 0;
}
