// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/http_time.hpp"

#include <gtest/gtest.h>

namespace crmsync::connectors::http {
namespace {

using namespace std::chrono_literals;

engine::Timestamp at(char const* text) {
  return engine::parse_timestamp(text).value();
}

TEST(FormatHttpDate, WritesTheFixedForm) {
  EXPECT_EQ(format_http_date(at("1994-11-06T08:49:37Z")), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(format_http_date(at("1970-01-01T00:00:00Z")), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(format_http_date(at("1969-12-31T23:59:59.5Z")), "Wed, 31 Dec 1969 23:59:59 GMT");
  EXPECT_EQ(format_http_date(at("2024-02-29T23:59:59.999999Z")), "Thu, 29 Feb 2024 23:59:59 GMT");
}

TEST(ParseHttpDate, ReadsAllThreeForms) {
  auto const now = at("2026-01-01T00:00:00Z");
  auto const expected = at("1994-11-06T08:49:37Z");
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT", now), expected);
  EXPECT_EQ(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT", now), expected);
  EXPECT_EQ(parse_http_date("Sun Nov  6 08:49:37 1994", now), expected);
}

TEST(ParseHttpDate, TwoDigitYearIsAtMostFiftyYearsAhead) {
  auto const now = at("2026-01-01T00:00:00Z");
  EXPECT_EQ(parse_http_date("Monday, 06-Jan-76 00:00:00 GMT", now), at("2076-01-06T00:00:00Z"));
  EXPECT_EQ(parse_http_date("Monday, 06-Jan-77 00:00:00 GMT", now), at("1977-01-06T00:00:00Z"));
}

TEST(ParseHttpDate, RoundTripsEveryMonth) {
  for (int month = 1; month <= 12; ++month) {
    engine::Timestamp const time{
        (engine::days_from_epoch({2025, static_cast<std::uint8_t>(month), 28}) * 86'400 + 3'661) *
        1'000'000};
    EXPECT_EQ(parse_http_date(format_http_date(time), time), time) << month;
  }
}

TEST(ParseHttpDate, RefusesWhatIsNoRealTime) {
  auto const now = at("2026-01-01T00:00:00Z");
  for (char const* text : {"", "Sun", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Nov 1994 08:49:37 UTC",
                           "Sun, 30 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 24:00:00 GMT",
                           "Sun, 06 Nov 1994 08:60:37 GMT", "Sun, 06 Nov 1994 08:49:61 GMT",
                           "Sun, -6 Nov 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMTx",
                           "sun, 06 Nov 1994 08:49:37 GMT", "Sun, 6 Nov 1994 08:49:37 GMT"})
    EXPECT_FALSE(parse_http_date(text, now)) << text;
}

TEST(ParseRetryAfter, ReadsSeconds) {
  auto const now = at("2026-01-01T00:00:00Z");
  EXPECT_EQ(parse_retry_after("0", now), 0ms);
  EXPECT_EQ(parse_retry_after("120", now), 120s);
  EXPECT_EQ(parse_retry_after(" 7 ", now), 7s);
}

TEST(ParseRetryAfter, RoundsFractionsUp) {
  auto const now = at("2026-01-01T00:00:00Z");
  EXPECT_EQ(parse_retry_after("1.0", now), 1s);
  EXPECT_EQ(parse_retry_after("1.05", now), 2s);
}

TEST(ParseRetryAfter, DateIsAWaitFromNow) {
  auto const now = at("2026-01-01T00:00:00.5Z");
  EXPECT_EQ(parse_retry_after("Thu, 01 Jan 2026 00:01:00 GMT", now), 59'500ms);
  EXPECT_EQ(parse_retry_after("Wed, 31 Dec 2025 00:01:00 GMT", now), 0ms);
}

TEST(ParseRetryAfter, NeverLongerThanADay) {
  auto const now = at("2026-01-01T00:00:00Z");
  EXPECT_EQ(parse_retry_after("99999999999999999999999999", now), longest_wait);
  EXPECT_EQ(parse_retry_after("86401", now), longest_wait);
  EXPECT_EQ(parse_retry_after("Thu, 01 Jan 2099 00:01:00 GMT", now), longest_wait);
}

TEST(ParseRetryAfter, RefusesWhatItDoesNotUnderstand) {
  auto const now = at("2026-01-01T00:00:00Z");
  for (char const* text : {"", "-1", "1s", "1.", ".5", "soon", "0x10", "1e3", "+1"})
    EXPECT_FALSE(parse_retry_after(text, now)) << text;
}

}  // namespace
}  // namespace crmsync::connectors::http
