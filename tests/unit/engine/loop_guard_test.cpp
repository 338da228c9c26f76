// SPDX-License-Identifier: Apache-2.0
#include "engine/loop_guard.hpp"

#include <gtest/gtest.h>

#include <string_view>
#include <vector>

namespace crmsync::engine {
namespace {

constexpr std::int64_t kMinute = 60'000'000;

// "cA": the CRM was sent A, "aB": the app was sent B; one write a minute.
std::vector<TrailEntry> writes(std::initializer_list<std::string_view> words) {
  std::vector<TrailEntry> trail;
  for (auto const word : words) {
    auto const at = Timestamp{static_cast<std::int64_t>(trail.size()) * kMinute};
    trail.push_back(
        {at, word[0] == 'a' ? Side::app : Side::crm, static_cast<std::uint64_t>(word[1])});
  }
  return trail;
}

bool fights(std::initializer_list<std::string_view> words, LoopRule const& rule = {}) {
  auto trail = writes(words);
  auto const next = trail.back();
  trail.pop_back();
  return is_fighting(trail, next, rule);
}

TEST(LoopGuard, ThirdReturnIsAFight) {
  EXPECT_FALSE(fights({"cA"}));
  EXPECT_FALSE(fights({"cA", "aB", "cA"}));
  EXPECT_FALSE(fights({"cA", "aB", "cA", "aB"}));
  EXPECT_TRUE(fights({"cA", "aB", "cA", "aB", "cA"}));
}

TEST(LoopGuard, PlainWritesNeverCount) {
  EXPECT_FALSE(fights({"cA", "cB", "cC", "cD", "cE", "cF", "cG"}));
  EXPECT_FALSE(fights({"cA", "cB", "cA", "cB", "cA", "cB", "cA"}));  // somebody toggles a box
  EXPECT_FALSE(fights({"cA", "cA", "cA", "cA", "cA", "cA"}));
  EXPECT_FALSE(fights({"cA", "aB", "cC", "aD", "cE", "aF"}));
}

TEST(LoopGuard, TheSameValueOnBothSidesIsNoReturn) {
  EXPECT_FALSE(fights({"cA", "aA", "cA", "aA", "cA", "aA", "cA"}));
}

TEST(LoopGuard, ANewValueEndsIt) {
  EXPECT_FALSE(fights({"cA", "aB", "cA", "aB", "cZ"}));
}

TEST(LoopGuard, LongerCyclesAreFoundToo) {
  EXPECT_TRUE(fights({"cA", "aB", "cC", "aD", "cA", "aB", "cC"}));
}

TEST(LoopGuard, OldReturnsAreForgotten) {
  LoopRule rule;
  rule.window_micros = 3 * kMinute;
  EXPECT_FALSE(fights({"cA", "aB", "cA", "aB", "cA"}, rule));
  rule.window_micros = 4 * kMinute;
  EXPECT_TRUE(fights({"cA", "aB", "cA", "aB", "cA"}, rule));
}

TEST(LoopGuard, LimitOfZeroNeverParks) {
  LoopRule rule;
  rule.returns_max = 0;
  EXPECT_FALSE(fights({"cA", "aB", "cA", "aB", "cA", "aB", "cA"}, rule));
}

TEST(LoopGuard, EndlessTrailIsBounded) {
  std::vector<TrailEntry> trail;
  for (std::int64_t i = 0; i < 100'000; ++i)
    trail.push_back({{i}, i % 2 == 0 ? Side::crm : Side::app, static_cast<std::uint64_t>(i % 2)});
  EXPECT_TRUE(is_fighting(trail, {{100'000}, Side::crm, 0}, {}));
  EXPECT_FALSE(is_fighting(trail, {{100'000}, Side::crm, 9}, {}));
}

TEST(LoopGuard, SteppedClockDoesNotHideAFight) {
  auto trail = writes({"cA", "aB", "cA", "aB"});
  EXPECT_TRUE(is_fighting(trail, {Timestamp{-kMinute}, Side::crm, 'A'}, {}));
}

}  // namespace
}  // namespace crmsync::engine
