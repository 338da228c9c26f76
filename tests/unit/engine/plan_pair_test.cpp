// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/engine/plan_builder.hpp"

#include <gtest/gtest.h>

namespace crmsync::engine::testing {
namespace {

using A = PresenceAction;

Value const a = text("a");
Value const b = text("b");

PairBuilder half(LinkState link, Side survivor) {
  PairBuilder pair;
  pair.input.link = link;
  auto& gone = survivor == Side::app ? pair.input.crm : pair.input.app;
  gone = link == LinkState::none ? Presence::none : Presence::deleted;
  pair.rules.presence.create = CreateMode::both;
  pair.rules.presence.app_deleted = DeleteRule::propagate;
  pair.rules.presence.crm_deleted = DeleteRule::propagate;
  return pair;
}

TEST(MakePlan, CreateCarriesEveryKnownValueThatFlowsThere) {
  auto pair = half(LinkState::none, Side::app);
  pair.add(rule("name"), unadopted(a, absent));
  pair.add(rule("phone"), unadopted(null, absent));
  pair.add(rule("score", {}, Direction::to_app), unadopted(number(3), absent));
  pair.add(rule("ltv", {}, Direction::to_crm), unadopted(number(4), absent));
  pair.add(rule("missing"), unadopted(absent, absent));
  pair.add(rule("note"), unadopted(text(""), absent));
  auto const plan = pair.plan();
  EXPECT_EQ(plan.presence, A::create_crm);
  ASSERT_EQ(plan.fields.size(), 6U);
  EXPECT_EQ(shown(plan.fields[0]), "write_crm a");
  EXPECT_EQ(shown(plan.fields[1]), "none");
  EXPECT_EQ(shown(plan.fields[2]), "none");
  EXPECT_EQ(shown(plan.fields[3]), "write_crm 4");
  EXPECT_EQ(shown(plan.fields[4]), "none");
  EXPECT_EQ(shown(plan.fields[5]), "write_crm ");
  EXPECT_TRUE(plan.writes_crm());
  EXPECT_FALSE(plan.writes_app());
}

TEST(MakePlan, CreateInTheAppIsTheMirrorImage) {
  auto pair = half(LinkState::none, Side::crm);
  pair.add(rule("name"), unadopted(absent, a));
  pair.add(rule("ltv", {}, Direction::to_crm), unadopted(absent, number(4)));
  auto const plan = pair.plan();
  EXPECT_EQ(plan.presence, A::create_app);
  EXPECT_EQ(shown(plan.fields[0]), "write_app a");
  EXPECT_EQ(shown(plan.fields[1]), "none");
}

TEST(MakePlan, UnreadableValueIsLeftOutOfACreateWithItsReason) {
  auto pair = half(LinkState::none, Side::app);
  auto in = unadopted(absent, absent);
  in.app_problem = "unknown label";
  pair.add(rule("status"), in);
  auto const plan = pair.plan();
  EXPECT_EQ(shown(plan.fields[0]), "none");
  EXPECT_EQ(plan.fields[0].reason, "app: unknown label");
}

// A first match that is not finished or was asked about: the survivor holds the only copy.
TEST(MakePlan, ValueThatNeverArrivedCountsAsAnEditAgainstADelete) {
  for (bool const asked : {true, false}) {
    auto pair = half(LinkState::linked, Side::app);
    auto in = unadopted(a, absent);
    (asked ? in.asked : in.first_match) = true;
    pair.add(rule("name"), in);
    EXPECT_EQ(pair.plan().presence, A::restore_crm);
    pair.input.fields.back().app = null;
    EXPECT_EQ(pair.plan().presence, A::delete_app);
  }
}

TEST(MakePlan, FieldThatIsNewToTheMappingDoesNotHoldUpADelete) {
  auto pair = half(LinkState::linked, Side::app);
  pair.add(rule("name"), unadopted(a, absent));
  EXPECT_EQ(pair.plan().presence, A::delete_app);
}

TEST(MakePlan, UneditedSurvivorIsDeleted) {
  auto pair = half(LinkState::linked, Side::crm);
  pair.add(rule("name"), settled(a, absent, a));
  auto const plan = pair.plan();
  EXPECT_EQ(plan.presence, A::delete_crm);
  EXPECT_TRUE(plan.fields.empty());
}

TEST(MakePlan, EditedSurvivorIsRestored) {
  auto pair = half(LinkState::linked, Side::crm);
  pair.add(rule("name"), settled(a, absent, b));
  pair.add(rule("phone"), settled(b, absent, b));
  auto const plan = pair.plan();
  EXPECT_EQ(plan.presence, A::restore_app);
  EXPECT_EQ(shown(plan.fields[0]), "write_app b");
  EXPECT_EQ(shown(plan.fields[1]), "write_app b");
  pair.rules.presence.versus_edit = VersusEdit::delete_wins;
  EXPECT_EQ(pair.plan().presence, A::delete_crm);
  pair.rules.presence.versus_edit = VersusEdit::ask;
  EXPECT_EQ(pair.plan().presence, A::park);
}

TEST(MakePlan, OnlyFieldsThatFlowFromTheSurvivorCountAsEdits) {
  auto pair = half(LinkState::linked, Side::crm);
  pair.add(rule("ltv", {}, Direction::to_crm), settled(a, absent, b));
  EXPECT_EQ(pair.plan().presence, A::delete_crm);
  pair.rules.fields[0].direction = Direction::to_app;
  EXPECT_EQ(pair.plan().presence, A::restore_app);
}

TEST(MakePlan, SurvivorIsComparedWithItsOwnBase) {
  auto pair = half(LinkState::linked, Side::crm);
  auto in = settled(a, absent, b);
  in.base.crm = b;  // the CRM's rewrite of what it was sent
  pair.add(rule("name"), in);
  EXPECT_EQ(pair.plan().presence, A::delete_crm);
}

TEST(MakePlan, DeleteWaitsWhileAnEditMayHide) {
  auto pair = half(LinkState::linked, Side::app);
  pair.add(rule("name"), settled(a, absent, absent));
  EXPECT_EQ(pair.plan().presence, A::wait);
  pair.rules.presence.versus_edit = VersusEdit::delete_wins;
  EXPECT_EQ(pair.plan().presence, A::delete_app);
  pair.rules.presence.versus_edit = VersusEdit::edit_wins;
  pair.input.fields[0].app_problem = "unknown label";
  EXPECT_EQ(pair.plan().presence, A::restore_crm);
  pair.rules.presence.crm_deleted = DeleteRule::unlink;
  pair.input.fields[0].app_problem.clear();
  EXPECT_EQ(pair.plan().presence, A::unlink);
}

TEST(MakePlan, OwedEditStillCountsAgainstADelete) {
  auto pair = half(LinkState::linked, Side::crm);
  auto in = settled(number(10), absent, number(15));
  in.status = BaseStatus::owed;
  in.owed =
      OwedDecision{in.base, number(12), number(15), number(17), true, true, PolicyKind::sum_deltas};
  pair.add(rule("visits"), in);
  EXPECT_EQ(pair.plan().presence, A::restore_app);
}

TEST(MakePlan, UnlinkedMatchAdoptsAsNew) {
  PairBuilder pair;
  pair.input.link = LinkState::none;
  pair.add(rule("name"), unadopted(a, null));
  auto const plan = pair.plan();
  EXPECT_EQ(plan.presence, A::link);
  EXPECT_EQ(shown(plan.fields[0]), "write_crm a");
}

TEST(MakePlan, OneParkedFieldHoldsNoOther) {
  PairBuilder pair;
  pair.add(rule("name"), settled(a, b, text("c")));
  pair.add(rule("phone"), settled(a, b, a));
  auto const plan = pair.plan();
  EXPECT_EQ(shown(plan.fields[0]), "park");
  EXPECT_EQ(shown(plan.fields[1]), "write_crm b");
}

TEST(MakePlan, NothingIsPlannedForFieldsOfARecordThatIsUnknown) {
  PairBuilder pair;
  pair.input.crm = Presence::unknown;
  pair.add(rule("name"), settled(a, b, absent));
  auto const plan = pair.plan();
  EXPECT_EQ(plan.presence, A::wait);
  EXPECT_TRUE(plan.fields.empty());
}

TEST(MakePlanDeathTest, FieldsAndRulesBelongTogether) {
  PairBuilder pair;
  pair.rules.fields.push_back(rule("name"));
  EXPECT_DEATH(static_cast<void>(pair.plan()), "invariant");
}

TEST(FieldAction, HasNames) {
  EXPECT_EQ(to_string(FieldAction::write_both), "write_both");
  EXPECT_EQ(to_string(FieldAction::drift), "drift");
  EXPECT_EQ(to_string(Direction::to_crm), "to_crm");
  EXPECT_EQ(to_string(CreateMode::app_to_crm), "app_to_crm");
}

}  // namespace
}  // namespace crmsync::engine::testing
