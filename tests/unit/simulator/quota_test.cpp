// SPDX-License-Identifier: Apache-2.0
#include "connectors/simulator/model/quota.hpp"
#include "connectors/simulator/model/fault.hpp"

#include <gtest/gtest.h>

namespace crmsync::connectors::simulator::model {
namespace {

engine::Timestamp at_ms(std::int64_t ms) {
  return engine::Timestamp{ms * 1'000};
}

TEST(SimulatedQuota, WindowRolls) {
  Quota quota({3, 10'000, 0, 0, 0});
  EXPECT_EQ(quota.admit(false, at_ms(0)), Verdict::admitted);
  EXPECT_EQ(quota.admit(false, at_ms(5'000)), Verdict::admitted);
  EXPECT_EQ(quota.admit(false, at_ms(6'000)), Verdict::admitted);
  EXPECT_EQ(quota.remaining(), 0u);
  EXPECT_EQ(quota.admit(false, at_ms(9'999)), Verdict::burst);
  EXPECT_EQ(quota.admit(false, at_ms(10'000)), Verdict::admitted);
  EXPECT_EQ(quota.admit(false, at_ms(10'001)), Verdict::burst);
}

TEST(SimulatedQuota, SearchHasItsOwnSecond) {
  Quota quota({100, 10'000, 2, 0, 0});
  EXPECT_EQ(quota.admit(true, at_ms(0)), Verdict::admitted);
  EXPECT_EQ(quota.admit(true, at_ms(1)), Verdict::admitted);
  EXPECT_EQ(quota.admit(true, at_ms(2)), Verdict::search);
  EXPECT_EQ(quota.admit(false, at_ms(2)), Verdict::admitted);
  EXPECT_EQ(quota.admit(true, at_ms(1'001)), Verdict::admitted);
}

TEST(SimulatedQuota, DayEndsAtTheAccountsMidnight) {
  Quota quota({0, 10'000, 0, 2, 3'600'000});
  auto const late = 22 * 3'600'000;
  EXPECT_EQ(quota.admit(false, at_ms(late)), Verdict::admitted);
  EXPECT_EQ(quota.admit(false, at_ms(late)), Verdict::admitted);
  EXPECT_EQ(quota.admit(false, at_ms(late)), Verdict::daily);
  EXPECT_EQ(quota.admit(false, at_ms(late + 3'600'000)), Verdict::admitted);
}

TEST(SimulatedFaults, CountAfterAndRouteBoundAFault) {
  Faults faults(1);
  faults.add({FaultKind::server_error, 1.0, 2, 1, "update", 0});
  EXPECT_FALSE(faults.draw(FaultKind::server_error, "read"));
  EXPECT_FALSE(faults.draw(FaultKind::server_error, "update"));
  EXPECT_TRUE(faults.draw(FaultKind::server_error, "update"));
  EXPECT_FALSE(faults.draw(FaultKind::locked, "update"));
  EXPECT_TRUE(faults.draw(FaultKind::server_error, "update"));
  EXPECT_FALSE(faults.draw(FaultKind::server_error, "update"));
  EXPECT_EQ(faults.struck(FaultKind::server_error), 2u);
}

TEST(SimulatedFaults, RateIsAShareAndRepeatsWithTheSeed) {
  auto const strikes = [](std::uint64_t seed) {
    Faults faults(seed);
    faults.add({FaultKind::slow, 0.25, std::nullopt, 0, {}, 0});
    std::string pattern;
    for (int i = 0; i < 4'000; ++i) pattern += faults.draw(FaultKind::slow, "x") ? '1' : '0';
    EXPECT_NEAR(static_cast<double>(faults.struck(FaultKind::slow)), 1'000.0, 120.0);
    return pattern;
  };
  EXPECT_EQ(strikes(3), strikes(3));
  EXPECT_NE(strikes(3), strikes(4));
}

TEST(SimulatedFaults, NamesReadBack) {
  for (auto const* name : {"429", "500", "207_partial", "webhook_lost", "reset_after"}) {
    auto const kind = parse_fault(name);
    ASSERT_TRUE(kind) << name;
    EXPECT_EQ(to_string(*kind), name);
  }
  EXPECT_FALSE(parse_fault("418"));
}

}  // namespace
}  // namespace crmsync::connectors::simulator::model
