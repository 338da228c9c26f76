// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/engine/plan_builder.hpp"

#include <gtest/gtest.h>

#include <array>

namespace crmsync::engine::testing {
namespace {

using K = PolicyKind;

Value const a = text("a");
Value const b = text("b");
Value const c = text("c");

TEST(PlanField, UntouchedFieldIsNeverSent) {
  EXPECT_EQ(shown(plan_one(rule("f"), settled(a, a, a))), "none");
}

TEST(PlanField, OneSidedChangeFlows) {
  auto const to_crm = plan_one(rule("f"), settled(a, b, a));
  EXPECT_EQ(shown(to_crm), "write_crm b");
  EXPECT_EQ(to_crm.merge, MergeKind::app_changed);
  EXPECT_EQ(to_crm.decided_by, "");
  EXPECT_EQ(shown(plan_one(rule("f"), settled(a, a, b))), "write_app b");
}

TEST(PlanField, ClearingIsMarkedForTheGuard) {
  EXPECT_EQ(shown(plan_one(rule("f"), settled(a, null, a))), "write_crm null (clears)");
  EXPECT_EQ(shown(plan_one(rule("f"), settled(a, a, text(" ")))), "write_app   (clears)");
  EXPECT_EQ(shown(plan_one(rule("f"), settled(null, a, null))), "write_crm a");
}

TEST(PlanField, SameChangeOnBothSidesSettles) {
  auto const plan = plan_one(rule("f"), settled(a, b, b));
  EXPECT_EQ(shown(plan), "settle");
  EXPECT_EQ(plan.merge, MergeKind::agreed);
}

TEST(PlanField, TwoBlanksAreTheSameUnlessABlankIsAValue) {
  EXPECT_EQ(shown(plan_one(rule("f"), settled(a, null, text("")))), "settle");
  EXPECT_EQ(shown(plan_one(rule("f"), settled(null, text(""), null))), "settle");
  auto strict = rule("f");
  strict.blank = BlankMode::value;
  EXPECT_EQ(shown(plan_one(strict, settled(a, null, text("")))), "park");
  EXPECT_EQ(shown(plan_one(strict, settled(null, text(""), null))), "write_crm ");
}

TEST(PlanField, UnknownDoesNothing) {
  EXPECT_EQ(shown(plan_one(rule("f", chain({K::app})), settled(a, b, absent))), "none");
  EXPECT_EQ(shown(plan_one(rule("f", chain({K::app})), settled(a, absent, b))), "none");
}

TEST(PlanField, UnreadableValueIsAskedNeverNulled) {
  auto in = settled(a, a, absent);
  in.crm_problem = "unknown label";
  auto const plan = plan_one(rule("f", chain({K::app})), in);
  EXPECT_EQ(shown(plan), "park");
  EXPECT_EQ(plan.reason, "crm: unknown label");
  in.app = absent;  // the app was not read at all: nothing to show a person yet
  EXPECT_EQ(shown(plan_one(rule("f"), in)), "none");
  in.app_problem = "not a date";
  EXPECT_EQ(plan_one(rule("f"), in).reason, "app: not a date");
}

TEST(PlanField, CollisionFollowsTheChain) {
  auto const in = settled(a, b, c);
  auto const plan = plan_one(rule("f", chain({K::newest, K::app})), in);
  EXPECT_EQ(shown(plan), "write_crm b");
  EXPECT_EQ(plan.decided_by, "policy");
  ASSERT_TRUE(plan.resolution);
  EXPECT_EQ(plan.resolution->fired, K::app);
  EXPECT_EQ(plan.resolution->chain_index, 1U);
  EXPECT_EQ(shown(plan_one(rule("f", chain({K::crm})), in)), "write_app c");
}

TEST(PlanField, UndecidedCollisionParksAndSaysWhichChain) {
  auto const plan = plan_one(rule("f", chain({K::newest, K::max})), settled(a, b, c));
  EXPECT_EQ(shown(plan), "park");
  EXPECT_NE(plan.reason.find("[newest, max]"), std::string::npos) << plan.reason;
  EXPECT_NE(plan_one(rule("f"), settled(a, b, c)).reason.find("`ask`"), std::string::npos);
}

TEST(PlanField, ReasonsNeverCarryValues) {
  auto const plan = plan_one(rule("f", chain({K::max})),
                             settled(text("canary1"), text("canary2"), text("canary3")));
  EXPECT_EQ(plan.reason.find("canary"), std::string::npos);
}

TEST(PlanField, CombinedValueEqualToOneSideIsWrittenToTheOtherOnly) {
  auto const in = settled(set({"x"}), set({"x", "y"}), set({}));
  EXPECT_EQ(shown(plan_one(rule("f", chain({K::union_})), in)), "write_crm x; y");
  EXPECT_EQ(shown(plan_one(rule("f", chain({K::intersection})), in)), "write_app  (clears)");
}

TEST(PlanField, CombinedValueOfNeitherSideIsOwedToBoth) {
  auto const in = settled(number(10), number(12), number(15));
  auto const plan = plan_one(rule("f", chain({K::sum_deltas})), in);
  EXPECT_EQ(shown(plan), "write_both 17");
  OwedDecision const expected{in.base, in.app, in.crm, number(17), true, true, K::sum_deltas};
  EXPECT_EQ(plan.owed, expected);
}

TEST(PlanField, EditOfACutOffValueIsAsked) {
  auto in = settled(text("long text"), text("long text"), text("long te!"));
  in.base.crm = text("long te");
  EXPECT_EQ(shown(plan_one(rule("f"), in)), "write_app long te!");
  in.crm_lost_data = true;
  EXPECT_EQ(shown(plan_one(rule("f"), in)), "park");
  in.crm = in.base.crm;
  EXPECT_EQ(shown(plan_one(rule("f"), in)), "none");
  in.app = text("new");
  EXPECT_EQ(shown(plan_one(rule("f"), in)), "write_crm new");
  in.crm = text("odd");
  EXPECT_EQ(shown(plan_one(rule("f", chain({K::crm})), in)), "park");
}

// Every policy of the table, and no chain at all, over {absent, null, a, b} for both bases and both
// sides: what the planner does follows from the merge and from the verdict alone.
TEST(PlanField, EveryPolicyOverEveryBaseAndValue) {
  for (auto const& row : policy_table()) {
    bool const sets =
        row.kind == K::union_ || row.kind == K::intersection || row.kind == K::merge_set;
    auto const one = sets ? set({"x", "y"}) : row.takes_order ? a : number(1);
    auto const two = sets ? set({"y", "z"}) : row.takes_order ? b : number(2);
    Policy const policy{row.kind, {"a", "b"}};
    std::array<FieldValue, 4> const values = {absent, null, one, two};
    for (auto const& base_app : values)
      for (auto const& base_crm : values)
        for (auto const& app : values)
          for (auto const& crm : values) {
            auto in = settled(absent, app, crm);
            in.base = {base_app, base_crm};
            auto const plan = plan_one(rule("f", {policy}), in);
            auto const kind = merge_field(in.base, app, crm);
            ASSERT_EQ(plan.merge, kind);
            std::string expected = "none";
            if (kind == MergeKind::agreed || (kind == MergeKind::unadopted && app == crm))
              expected = "settle";
            if (kind == MergeKind::app_changed) expected = "write_crm " + display(app);
            if (kind == MergeKind::crm_changed) expected = "write_app " + display(crm);
            if (kind == MergeKind::collision) {
              auto const verdict = row.decide({in.base, *app, *crm}, policy);
              auto const* keep = std::get_if<Keep>(&verdict);
              auto const* write = std::get_if<Write>(&verdict);
              auto value = absent;
              if (keep != nullptr) value = keep->side == Side::app ? app : crm;
              if (write != nullptr) value = write->value;
              expected = !value         ? "park"
                         : value == app ? "write_crm " + display(value)
                         : value == crm ? "write_app " + display(value)
                                        : "write_both " + display(value);
            }
            auto got = plan;
            got.clears = false;
            ASSERT_EQ(shown(got), expected)
                << row.name << " base=" << display(base_app) << "/" << display(base_crm)
                << " app=" << display(app) << " crm=" << display(crm);
          }
  }
}

// ---- one-way fields

TEST(PlanOneWay, FlowsOnlyItsWay) {
  auto const to_crm = rule("f", {}, Direction::to_crm);
  auto const to_app = rule("f", {}, Direction::to_app);
  EXPECT_EQ(shown(plan_one(to_crm, settled(a, b, a))), "write_crm b");
  EXPECT_EQ(shown(plan_one(to_app, settled(a, a, b))), "write_app b");
  EXPECT_EQ(shown(plan_one(to_crm, settled(a, a, a))), "none");
  EXPECT_EQ(shown(plan_one(to_crm, settled(a, b, b))), "settle");
}

TEST(PlanOneWay, ChangeOnTheReadOnlySideIsDrift) {
  auto one = rule("f", chain({K::crm}), Direction::to_crm);
  EXPECT_EQ(shown(plan_one(one, settled(a, a, b))), "drift");
  one.drift = Drift::overwrite;
  auto const overwritten = plan_one(one, settled(a, a, b));
  EXPECT_EQ(shown(overwritten), "write_crm a");
  EXPECT_EQ(overwritten.decided_by, "drift");
  one.drift = Drift::keep;
  EXPECT_EQ(shown(plan_one(one, settled(a, a, b))), "none");
}

TEST(PlanOneWay, SourceWinsACollision) {
  auto one = rule("f", chain({K::crm}), Direction::to_crm);
  auto const plan = plan_one(one, settled(a, b, c));
  EXPECT_EQ(shown(plan), "write_crm b");
  EXPECT_EQ(plan.merge, MergeKind::collision);
  EXPECT_EQ(plan.decided_by, "direction");
}

TEST(PlanOneWay, UnreadableTargetIsDrift) {
  auto in = settled(a, a, absent);
  in.crm_problem = "unknown label";
  auto one = rule("f", {}, Direction::to_crm);
  EXPECT_EQ(shown(plan_one(one, in)), "drift");
  in.app = b;
  EXPECT_EQ(shown(plan_one(one, in)), "write_crm b");
  in.app = null;
  EXPECT_EQ(shown(plan_one(one, in)), "write_crm null (clears)");
  in.crm_problem.clear();
  EXPECT_EQ(shown(plan_one(one, in)), "none");
}

TEST(PlanOneWay, FirstMatchFlowsWhateverIsPreferred) {
  auto const one = rule("f", {}, Direction::to_crm);
  EXPECT_EQ(shown(plan_one(one, unadopted(a, b), true, InitialPrefer::crm)), "write_crm a");
  EXPECT_EQ(shown(plan_one(one, unadopted(a, a), true)), "settle");
  EXPECT_EQ(shown(plan_one(one, unadopted(a, null), true)), "write_crm a");
  EXPECT_EQ(shown(plan_one(one, unadopted(a, b), false)), "none");
}

TEST(PlanOneWay, FirstMatchDoesNotErase) {
  auto one = rule("f", {}, Direction::to_crm);
  EXPECT_EQ(shown(plan_one(one, unadopted(null, b), true)), "settle");
  one.drift = Drift::overwrite;
  EXPECT_EQ(shown(plan_one(one, unadopted(null, b), true)), "write_crm null (clears)");
  one.drift = Drift::report;
  one.blank = BlankMode::value;
  EXPECT_EQ(shown(plan_one(one, unadopted(null, b), true)), "write_crm null (clears)");
}

// ---- first match of two existing records

TEST(PlanInitial, EqualAdoptsAndOneBlankIsFilled) {
  EXPECT_EQ(shown(plan_one(rule("f"), unadopted(a, a), true)), "settle");
  EXPECT_EQ(shown(plan_one(rule("f"), unadopted(null, text("")), true)), "settle");
  auto const filled = plan_one(rule("f"), unadopted(null, b), true);
  EXPECT_EQ(shown(filled), "write_app b");
  EXPECT_EQ(filled.decided_by, "initial");
  EXPECT_EQ(filled.resolution->fired, K::fill_blank);
  EXPECT_EQ(shown(plan_one(rule("f"), unadopted(a, text(" ")), true)), "write_crm a");
}

TEST(PlanInitial, BlankThatIsAValueIsNotFilled) {
  auto one = rule("f");
  one.blank = BlankMode::value;
  EXPECT_EQ(shown(plan_one(one, unadopted(null, b), true)), "park");
  EXPECT_EQ(shown(plan_one(one, unadopted(null, b), true, InitialPrefer::app)),
            "write_crm null (clears)");
}

TEST(PlanInitial, DifferentFollowsPrefer) {
  auto in = unadopted(a, b);
  EXPECT_EQ(shown(plan_one(rule("f"), in, true, InitialPrefer::app)), "write_crm a");
  EXPECT_EQ(shown(plan_one(rule("f"), in, true, InitialPrefer::crm)), "write_app b");
  EXPECT_EQ(shown(plan_one(rule("f"), in, true, InitialPrefer::ask)), "park");
  EXPECT_EQ(shown(plan_one(rule("f"), in, true, InitialPrefer::newest)), "park");
  in.app_changed = ChangeInterval{{0}, {1}};
  in.crm_changed = ChangeInterval{{90'000'000}, {90'000'000}};
  EXPECT_EQ(shown(plan_one(rule("f"), in, true, InitialPrefer::newest)), "write_app b");
}

TEST(PlanInitial, FieldAddedLaterWaitsForPlanAndApply) {
  auto const plan =
      plan_one(rule("f", chain({K::app})), unadopted(a, b), false, InitialPrefer::app);
  EXPECT_EQ(shown(plan), "none");
  EXPECT_NE(plan.reason.find("plan and apply"), std::string::npos);
  EXPECT_EQ(shown(plan_one(rule("f"), unadopted(a, a), false)), "settle");
}

TEST(PlanInitial, AFirstMatchThatWasNotFinishedGoesOnAlthoughTheLinkIsOldByNow) {
  auto in = unadopted(a, b);
  in.first_match = true;
  EXPECT_EQ(shown(plan_one(rule("f"), in, false, InitialPrefer::app)), "write_crm a");
  EXPECT_EQ(shown(plan_one(rule("f"), in, false, InitialPrefer::ask)), "park");
  in.app = null;
  EXPECT_EQ(shown(plan_one(rule("f"), in, false)), "write_app b");
}

// ---- a person's answer

TEST(PlanAnswer, IsWrittenWhereItDiffers) {
  auto in = settled(a, b, c);
  in.answer = b;
  auto plan = plan_one(rule("f"), in);
  EXPECT_EQ(shown(plan), "write_crm b");
  EXPECT_EQ(plan.decided_by, "person");
  in.answer = c;
  EXPECT_EQ(shown(plan_one(rule("f"), in)), "write_app c");
  in.answer = text("d");
  plan = plan_one(rule("f"), in);
  EXPECT_EQ(shown(plan), "write_both d");
  EXPECT_TRUE(plan.owed);
  in.app = in.crm = text("d");
  EXPECT_EQ(shown(plan_one(rule("f"), in)), "settle");
}

TEST(PlanAnswer, DecidesUnadoptedAndUnreadableFieldsToo) {
  auto in = unadopted(a, b);
  in.answer = a;
  EXPECT_EQ(shown(plan_one(rule("f"), in)), "write_crm a");
  in.crm = absent;
  EXPECT_EQ(shown(plan_one(rule("f"), in)), "none");
  in.crm_problem = "unknown label";
  EXPECT_EQ(shown(plan_one(rule("f"), in)), "write_crm a");
}

TEST(PlanAnswer, NeverWritesAgainstTheDirection) {
  auto in = settled(a, absent, b);
  in.app_problem = "unknown label";
  in.answer = c;
  EXPECT_EQ(shown(plan_one(rule("f", {}, Direction::to_crm), in)), "write_crm c");
}

}  // namespace
}  // namespace crmsync::engine::testing
