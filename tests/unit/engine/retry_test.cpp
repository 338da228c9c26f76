// SPDX-License-Identifier: Apache-2.0
#include "engine/retry.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace crmsync::engine {
namespace {

TEST(RetryKind, EveryFailureHasItsReaction) {
  EXPECT_EQ(retry_kind(Errc::transient), RetryKind::backoff);
  EXPECT_EQ(retry_kind(Errc::rate_limited), RetryKind::backoff);
  EXPECT_EQ(retry_kind(Errc::locked), RetryKind::backoff);
  EXPECT_EQ(retry_kind(Errc::precondition_failed), RetryKind::observe_again);
  EXPECT_EQ(retry_kind(Errc::not_found), RetryKind::observe_again);
  EXPECT_EQ(retry_kind(Errc::already_exists), RetryKind::observe_again);
  EXPECT_EQ(retry_kind(Errc::cursor_expired), RetryKind::observe_again);
  EXPECT_EQ(retry_kind(Errc::unauthorized), RetryKind::hold);
  EXPECT_EQ(retry_kind(Errc::forbidden), RetryKind::hold);
  EXPECT_EQ(retry_kind(Errc::storage_full), RetryKind::hold);
  EXPECT_EQ(retry_kind(Errc::invalid_schema), RetryKind::hold);
  EXPECT_EQ(retry_kind(Errc::config_invalid), RetryKind::hold);
  EXPECT_EQ(retry_kind(Errc::cancelled), RetryKind::hold);
  EXPECT_EQ(retry_kind(Errc::invalid_value), RetryKind::inbox);
  EXPECT_EQ(retry_kind(Errc::read_only), RetryKind::inbox);
  EXPECT_EQ(retry_kind(Errc::corrupt), RetryKind::inbox);
  EXPECT_EQ(retry_kind(Errc::unsupported), RetryKind::inbox);
  EXPECT_EQ(retry_kind(Errc::limit_exceeded), RetryKind::inbox);
  EXPECT_EQ(retry_kind(Errc::internal), RetryKind::inbox);
}

TEST(Backoff, DoublesUpToTheCap) {
  BackoffRule const rule{500, 4'000};
  double const almost_one = 0.999999;
  EXPECT_EQ(backoff_delay_ms(rule, 0, almost_one, {}), 499);
  EXPECT_EQ(backoff_delay_ms(rule, 1, almost_one, {}), 999);
  EXPECT_EQ(backoff_delay_ms(rule, 2, almost_one, {}), 1'999);
  EXPECT_EQ(backoff_delay_ms(rule, 3, almost_one, {}), 3'999);
  EXPECT_EQ(backoff_delay_ms(rule, 4, almost_one, {}), 3'999);
  EXPECT_EQ(backoff_delay_ms(rule, std::numeric_limits<int>::max(), almost_one, {}), 3'999);
}

TEST(Backoff, FullJitterStartsAtZero) {
  EXPECT_EQ(backoff_delay_ms({}, 5, 0.0, {}), 0);
  EXPECT_EQ(backoff_delay_ms({}, 0, 0.5, {}), 250);
}

TEST(Backoff, NeverEarlierThanAsked) {
  EXPECT_EQ(backoff_delay_ms({}, 0, 0.0, 7'000), 7'000);
  EXPECT_EQ(backoff_delay_ms({500, 300'000}, 6, 0.5, 1'000), 16'000);
  EXPECT_EQ(backoff_delay_ms({}, 0, 0.0, -5), 0);
}

TEST(Backoff, OddInputStaysInRange) {
  auto const nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(backoff_delay_ms({}, 3, nan, {}), 0);
  EXPECT_EQ(backoff_delay_ms({}, -4, 0.5, {}), 250);
  EXPECT_EQ(backoff_delay_ms({-1, -1}, 3, 0.9, {}), 0);
  EXPECT_EQ(backoff_delay_ms({500, 300'000}, 30, 7.0, {}), 300'000);
  auto const most = std::numeric_limits<std::int64_t>::max();
  EXPECT_LE(backoff_delay_ms({most, most}, 90, 0.5, {}), most);
}

}  // namespace
}  // namespace crmsync::engine
