// A decision that both sides have to receive, and everything that can happen before they do. The
// counter stood at 10; the app made it 12, the CRM 15; 17 was decided.
// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/engine/plan_builder.hpp"

#include <gtest/gtest.h>

namespace crmsync::engine::testing {
namespace {

using K = PolicyKind;

FieldInput owed(std::int64_t app, std::int64_t crm, bool owed_app = true, bool owed_crm = true) {
  auto in = settled(number(10), number(app), number(crm));
  in.status = BaseStatus::owed;
  in.owed =
      OwedDecision{in.base, number(12), number(15), number(17), owed_app, owed_crm, K::sum_deltas};
  return in;
}

std::string planned(FieldInput const& in) {
  return shown(plan_one(rule("visits", chain({K::sum_deltas})), in));
}

TEST(Owed, IsSentToBothWhileBothHoldWhatWasConsumed) {
  auto const plan = plan_one(rule("visits", chain({K::sum_deltas})), owed(12, 15));
  EXPECT_EQ(shown(plan), "write_both 17");
  EXPECT_EQ(plan.decided_by, "owed");
  EXPECT_EQ(plan.owed, owed(12, 15).owed);
}

TEST(Owed, IsSentOnlyToTheSideThatMissesIt) {
  EXPECT_EQ(planned(owed(12, 17)), "write_app 17");
  EXPECT_EQ(planned(owed(17, 15)), "write_crm 17");
  EXPECT_EQ(planned(owed(12, 17, true, false)), "write_app 17");
  auto const plan = plan_one(rule("visits", chain({K::sum_deltas})), owed(12, 17));
  EXPECT_TRUE(plan.owed->owed_app);
  EXPECT_FALSE(plan.owed->owed_crm);
}

TEST(Owed, SettlesWhenAllHaveReceived) {
  EXPECT_EQ(planned(owed(17, 17)), "settle");
  EXPECT_EQ(planned(owed(17, 17, false, false)), "settle");
}

TEST(Owed, DeltasAreAddedOnce) {
  EXPECT_EQ(planned(owed(13, 17)), "write_both 18");  // app + 1 after the CRM received
  EXPECT_EQ(planned(owed(13, 17, true, false)), "write_both 18");
  EXPECT_EQ(planned(owed(17, 16)), "write_both 18");  // CRM + 1 after the app received
  EXPECT_EQ(planned(owed(13, 15)), "write_both 18");  // app + 1, nobody received
  EXPECT_EQ(planned(owed(12, 16)), "write_both 18");
  EXPECT_EQ(planned(owed(14, 16)), "write_both 20");  // both moved on, nobody received
  EXPECT_EQ(planned(owed(13, 20, true, false)), "write_both 21");
}

TEST(Owed, SecondDecisionCountsFromItsOwnBase) {
  // After 17 reached the CRM the app made 13 of its 12: 18 was decided against 12. Nobody has
  // received that yet and the app counts on.
  auto in = settled(number(10), number(14), number(17));
  in.status = BaseStatus::owed;
  in.owed = OwedDecision{
      {number(12), number(12)}, number(13), number(17), number(18), true, true, K::sum_deltas};
  EXPECT_EQ(planned(in), "write_both 19");
}

TEST(Owed, SideThatReceivedMovesOnAndFlows) {
  EXPECT_EQ(planned(owed(12, 20, true, false)), "write_app 20");
  EXPECT_EQ(planned(owed(19, 15, false, true)), "write_crm 19");
  EXPECT_EQ(planned(owed(17, 20, false, false)), "write_app 20");
  EXPECT_EQ(planned(owed(19, 20, false, false)), "write_both 22");
}

TEST(Owed, EditOnTheWaitingSideIsACollisionNotAFlow) {
  // Otherwise the CRM's part of the decision would be overwritten by somebody who never saw it.
  auto const plan = plan_one(rule("visits", chain({K::newest})), owed(13, 17));
  EXPECT_EQ(shown(plan), "park");
  EXPECT_EQ(plan.merge, MergeKind::collision);
}

TEST(Owed, BothBackWhereTheyWereEndsTheDecision) {
  EXPECT_EQ(planned(owed(10, 10)), "settle");
  EXPECT_EQ(planned(owed(14, 14)), "settle");
  EXPECT_EQ(planned(owed(20, 20, false, false)), "settle");
}

TEST(Owed, UnknownSideWaits) {
  auto in = owed(12, 15);
  in.crm = absent;
  EXPECT_EQ(planned(in), "none");
}

TEST(Owed, PersonsAnswerReplacesIt) {
  auto in = owed(13, 17);
  in.answer = number(30);
  EXPECT_EQ(planned(in), "write_both 30");
}

TEST(Owed, AnswerOnAFieldWithoutBaseIsFinishedOrAskedAgain) {
  auto in = unadopted(text("a"), text("b"));
  in.status = BaseStatus::owed;
  in.owed = OwedDecision{{}, text("a"), text("b"), text("c"), true, true, K::ask};
  EXPECT_EQ(planned(in), "write_both c");
  in.crm = text("c");
  EXPECT_EQ(planned(in), "write_app c");
  in.crm = text("z");
  EXPECT_EQ(planned(in), "park");
  in.app = text("z");
  EXPECT_EQ(planned(in), "settle");
}

TEST(Owed, StatusWithoutDecisionIsAnOrdinaryField) {
  auto in = owed(12, 10);
  in.owed.reset();
  EXPECT_EQ(planned(in), "write_crm 12");
}

TEST(Owed, TagsArriveOnceEach) {
  auto in = settled(set({"a"}), set({"a", "d"}), set({"a", "b", "c"}));
  in.status = BaseStatus::owed;
  in.owed = OwedDecision{in.base, set({"a", "b"}), set({"a", "c"}), set({"a", "b", "c"}),
                         true,    false,           K::merge_set};
  // The CRM has a, b, c; meanwhile the app replaced b by d.
  EXPECT_EQ(shown(plan_one(rule("tags", chain({K::merge_set})), in)), "write_both a; c; d");
}

}  // namespace
}  // namespace crmsync::engine::testing
