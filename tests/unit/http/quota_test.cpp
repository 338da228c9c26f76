// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/quota.hpp"

#include <gtest/gtest.h>

#include <random>

namespace crmsync::connectors::http {
namespace {

using namespace std::chrono_literals;
using std::chrono::milliseconds;

constexpr SteadyTime start{std::chrono::hours(1)};

QuotaOptions ten_per_second(double reserve = 0.2) {
  return {{{"all", 10, 1'000ms}}, reserve};
}

int granted(Quota& quota, Lane lane, std::string_view scope, SteadyTime now, int tries) {
  int count = 0;
  for (int i = 0; i < tries; ++i) count += quota.acquire(lane, scope, now) == 0ms ? 1 : 0;
  return count;
}

TEST(Quota, InteractiveMayUseTheWholeWindow) {
  Quota quota(ten_per_second());
  EXPECT_EQ(granted(quota, Lane::interactive, "all", start, 20), 10);
}

TEST(Quota, BackfillAndAuditLeaveTheReserve) {
  for (Lane lane : {Lane::backfill, Lane::audit}) {
    Quota quota(ten_per_second());
    EXPECT_EQ(granted(quota, lane, "all", start, 20), 8);
    EXPECT_EQ(granted(quota, Lane::interactive, "all", start, 20), 2);
  }
}

TEST(Quota, RetryLeavesLittle) {
  Quota quota({{{"all", 100, 1'000ms}}, 0.2});
  EXPECT_EQ(granted(quota, Lane::retry, "all", start, 200), 95);
}

TEST(Quota, AWindowOfOneStillLetsEveryLaneThrough) {
  Quota quota({{{"all", 1, 1'000ms}}, 0.2});
  EXPECT_EQ(granted(quota, Lane::audit, "all", start, 3), 1);
}

TEST(Quota, WaitSaysExactlyWhenTheRequestFits) {
  Quota quota(ten_per_second());
  ASSERT_EQ(granted(quota, Lane::interactive, "all", start, 10), 10);
  milliseconds const wait = quota.acquire(Lane::interactive, "all", start + 300ms);
  EXPECT_GE(wait, 700ms);
  EXPECT_LE(wait, 720ms);
  EXPECT_GT(quota.acquire(Lane::interactive, "all", start + 300ms + wait - 1ms), 0ms);
  EXPECT_EQ(quota.acquire(Lane::interactive, "all", start + 300ms + wait), 0ms);
}

TEST(Quota, NoWindowEverHoldsMoreThanItsLimit) {
  std::mt19937_64 random(7);
  Quota quota({{{"all", 10, 1'000ms}, {"search", 4, 1'000ms}}, 0.2});
  std::vector<std::pair<SteadyTime, bool>> sent;
  SteadyTime now = start;
  for (int i = 0; i < 5'000; ++i) {
    now += milliseconds(random() % 120);
    bool const search = random() % 2 == 0;
    auto const lane = static_cast<Lane>(random() % 4);
    if (quota.acquire(lane, search ? "search" : "crud", now) == 0ms) sent.emplace_back(now, search);
  }
  ASSERT_GT(sent.size(), 1'000u);
  for (std::size_t first = 0; first < sent.size(); ++first) {
    int all = 0;
    int searches = 0;
    for (std::size_t i = first; i < sent.size() && sent[i].first < sent[first].first + 1'000ms;
         ++i) {
      ++all;
      searches += sent[i].second ? 1 : 0;
    }
    ASSERT_LE(all, 10);
    ASSERT_LE(searches, 4);
  }
}

TEST(Quota, NarrowScopeCountsInAllToo) {
  Quota quota({{{"all", 10, 1'000ms}, {"search", 4, 1'000ms}}, 0.0});
  EXPECT_EQ(granted(quota, Lane::interactive, "search", start, 10), 4);
  EXPECT_EQ(granted(quota, Lane::interactive, "crud", start, 10), 6);
}

TEST(Quota, ARefusedRequestCostsNothing) {
  Quota quota({{{"all", 10, 1'000ms}, {"search", 1, 1'000ms}}, 0.0});
  EXPECT_EQ(granted(quota, Lane::interactive, "search", start, 10), 1);
  EXPECT_EQ(granted(quota, Lane::interactive, "crud", start, 10), 9);
  EXPECT_EQ(quota.usage(start).requests_today, 10u);
}

TEST(Quota, HeaderLowersWhatIsLeft) {
  Quota quota(ten_per_second());
  EXPECT_EQ(granted(quota, Lane::interactive, "all", start, 2), 2);
  quota.observe_remaining("all", 3, start);
  EXPECT_EQ(granted(quota, Lane::interactive, "all", start, 10), 3);
}

TEST(Quota, HeaderNeverRaisesWhatIsLeft) {
  Quota quota(ten_per_second());
  EXPECT_EQ(granted(quota, Lane::interactive, "all", start, 9), 9);
  quota.observe_remaining("all", 1'000, start);
  EXPECT_EQ(granted(quota, Lane::interactive, "all", start, 10), 1);
}

TEST(Quota, WhatOthersSpentIsBackAfterTheWindow) {
  Quota quota(ten_per_second());
  quota.observe_remaining("all", 0, start);
  EXPECT_GT(quota.acquire(Lane::interactive, "all", start), 0ms);
  EXPECT_EQ(granted(quota, Lane::interactive, "all", start + 1'100ms, 20), 10);
}

TEST(Quota, BackOffBlocksItsScopeOnly) {
  Quota quota({{{"all", 10, 1'000ms}, {"search", 4, 1'000ms}}, 0.2});
  quota.back_off("search", 5'000ms, start);
  EXPECT_EQ(quota.acquire(Lane::interactive, "search", start), 5'000ms);
  EXPECT_EQ(quota.acquire(Lane::interactive, "crud", start), 0ms);
  EXPECT_EQ(quota.acquire(Lane::interactive, "search", start + 5'000ms), 0ms);
}

TEST(Quota, BackOffOfAllBlocksEverybody) {
  Quota quota(ten_per_second());
  quota.back_off("all", 3'000ms, start);
  EXPECT_EQ(quota.acquire(Lane::interactive, "search", start + 1'000ms), 2'000ms);
}

TEST(Quota, AShorterBackOffNeverShortensALongerOne) {
  Quota quota(ten_per_second());
  quota.back_off("all", 3'000ms, start);
  quota.back_off("all", 1'000ms, start);
  EXPECT_EQ(quota.acquire(Lane::interactive, "all", start), 3'000ms);
}

TEST(Quota, LowDayHoldsBackgroundLanesOnly) {
  Quota quota(ten_per_second());
  quota.observe_daily(1'000, 200);
  EXPECT_EQ(quota.acquire(Lane::backfill, "all", start), 60'000ms);
  EXPECT_EQ(quota.acquire(Lane::audit, "all", start + 1'000ms), 59'000ms);
  EXPECT_EQ(quota.acquire(Lane::retry, "all", start), 0ms);
  EXPECT_EQ(quota.acquire(Lane::interactive, "all", start), 0ms);
}

TEST(Quota, OneRequestAMinuteFindsOutThatADayBegan) {
  Quota quota(ten_per_second());
  quota.observe_daily(1'000, 0);
  EXPECT_EQ(quota.acquire(Lane::interactive, "all", start), 60'000ms);
  EXPECT_EQ(granted(quota, Lane::interactive, "all", start + 60'000ms, 5), 1);
  quota.observe_daily(1'000, 999);
  EXPECT_EQ(granted(quota, Lane::backfill, "all", start + 60'000ms, 5), 5);
}

TEST(Quota, OwnRequestsLowerTheDayUntilTheNextHeader) {
  Quota quota({{}, 0.2});
  quota.observe_daily(1'000, 203);
  EXPECT_EQ(granted(quota, Lane::backfill, "all", start, 10), 3);
}

void fail(Quota& quota, int times, SteadyTime now) {
  for (int i = 0; i < times; ++i) quota.record_result(false, now);
}

TEST(Circuit, OpensAfterFiveFailuresInARow) {
  Quota quota(ten_per_second());
  fail(quota, 4, start);
  EXPECT_EQ(quota.acquire(Lane::interactive, "all", start), 0ms);
  fail(quota, 1, start);
  EXPECT_EQ(quota.acquire(Lane::interactive, "all", start), 2'000ms);
  EXPECT_TRUE(quota.usage(start).circuit_open);
}

TEST(Circuit, ASuccessInBetweenStartsTheCountAnew) {
  Quota quota(ten_per_second());
  fail(quota, 4, start);
  quota.record_result(true, start);
  fail(quota, 4, start);
  EXPECT_EQ(quota.acquire(Lane::interactive, "all", start), 0ms);
}

TEST(Circuit, LetsOneProbeThroughPerPeriod) {
  Quota quota(ten_per_second());
  fail(quota, 5, start);
  EXPECT_EQ(granted(quota, Lane::interactive, "all", start + 2'000ms, 5), 1);
  // The probe's answer never came: the next one goes a period later.
  EXPECT_EQ(granted(quota, Lane::interactive, "all", start + 3'999ms, 5), 0);
  EXPECT_EQ(granted(quota, Lane::interactive, "all", start + 4'000ms, 5), 1);
}

TEST(Circuit, FailedProbesDoubleThePeriodToAMinute) {
  Quota quota(ten_per_second());
  fail(quota, 5, start);
  SteadyTime now = start;
  for (milliseconds const period :
       {2'000ms, 4'000ms, 8'000ms, 16'000ms, 32'000ms, 60'000ms, 60'000ms}) {
    EXPECT_EQ(quota.acquire(Lane::interactive, "all", now), period);
    now += period;
    EXPECT_EQ(quota.acquire(Lane::interactive, "all", now), 0ms);
    quota.record_result(false, now);
  }
}

TEST(Circuit, LateFailuresOfOlderRequestsDoNotLengthenIt) {
  Quota quota(ten_per_second());
  fail(quota, 5, start);
  fail(quota, 20, start);
  EXPECT_EQ(quota.acquire(Lane::interactive, "all", start), 2'000ms);
}

TEST(Circuit, ClosesOnTheFirstSuccess) {
  Quota quota(ten_per_second());
  fail(quota, 5, start);
  ASSERT_EQ(quota.acquire(Lane::interactive, "all", start + 2'000ms), 0ms);
  quota.record_result(true, start + 2'000ms);
  EXPECT_FALSE(quota.usage(start + 2'000ms).circuit_open);
  EXPECT_EQ(granted(quota, Lane::interactive, "all", start + 2'000ms, 5), 5);
  fail(quota, 5, start + 2'000ms);
  EXPECT_EQ(quota.acquire(Lane::interactive, "all", start + 2'000ms), 2'000ms);
}

TEST(QuotaUsage, ShowsTheTightestWindow) {
  Quota quota({{{"all", 10, 10'000ms}, {"search", 4, 1'500ms}}, 0.2});
  granted(quota, Lane::interactive, "search", start, 2);
  auto const usage = quota.usage(start);
  EXPECT_EQ(usage.window, "4/1500ms");
  EXPECT_DOUBLE_EQ(usage.window_remaining_ratio, 0.5);
  EXPECT_EQ(usage.requests_today, 2u);
  EXPECT_EQ(quota.usage(start + 20'000ms).window_remaining_ratio, 1.0);
}

TEST(QuotaUsage, ANewDayCountsFromZero) {
  Quota quota(ten_per_second());
  granted(quota, Lane::interactive, "all", start, 2);
  quota.start_day();
  EXPECT_EQ(quota.usage(start).requests_today, 0u);
}

}  // namespace
}  // namespace crmsync::connectors::http
