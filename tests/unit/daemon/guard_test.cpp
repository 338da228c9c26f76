// SPDX-License-Identifier: Apache-2.0
#include "daemon/guard.hpp"

#include <gtest/gtest.h>

namespace crmsync::daemon {
namespace {

using engine::FieldAction;
using engine::FieldPlan;
using engine::PairPlan;
using engine::PresenceAction;

mappings::DeleteRules rules(std::uint64_t per_hour, double percent) {
  mappings::DeleteRules out;
  out.guard_per_hour = per_hour;
  out.guard_percent = percent;
  return out;
}

GuardInput deletes(std::uint64_t linked, std::uint64_t done, std::uint64_t planned) {
  return {linked, done, planned, planned};
}

GuardInput clearings(std::uint64_t linked, std::uint64_t done, std::uint64_t planned) {
  return {linked, done, planned, 0};
}

PairPlan plan_with(PresenceAction presence, FieldAction action, bool clears) {
  PairPlan plan;
  plan.presence = presence;
  FieldPlan field;
  field.action = action;
  field.clears = clears;
  plan.fields = {FieldPlan{}, field};
  return plan;
}

TEST(Guard, TheLimitIsTheSmallerOfBothRulesButNeverBelowTen) {
  EXPECT_EQ(guard_limit(rules(50, 2), 100'000), 50u);
  EXPECT_EQ(guard_limit(rules(50, 2), 1'000), 20u);
  EXPECT_EQ(guard_limit(rules(50, 2), 100), 10u);
  EXPECT_EQ(guard_limit(rules(0, 0), 0), 10u);
}

TEST(Guard, ThePercentageIsRoundedDown) {
  EXPECT_EQ(guard_limit(rules(1'000, 2), 1'099), 21u);
}

TEST(Guard, NothingPlannedNeverTrips) {
  EXPECT_FALSE(guard_trips(rules(50, 2), deletes(0, 0, 0)));
  EXPECT_FALSE(guard_trips(rules(50, 2), deletes(1'000, 5'000, 0)));
}

TEST(Guard, TheLimitItselfPassesAndOneMoreHoldsAll) {
  EXPECT_FALSE(guard_trips(rules(50, 2), deletes(1'000, 0, 20)));
  EXPECT_TRUE(guard_trips(rules(50, 2), deletes(1'000, 0, 21)));
}

TEST(Guard, WhatWasDoneWithinTheHourCounts) {
  EXPECT_FALSE(guard_trips(rules(50, 2), deletes(1'000, 15, 5)));
  EXPECT_TRUE(guard_trips(rules(50, 2), deletes(1'000, 15, 6)));
}

TEST(Guard, LosingEveryRecordHoldsHoweverFewTheyAre) {
  EXPECT_TRUE(guard_trips(rules(50, 2), deletes(2, 0, 2)));
  EXPECT_FALSE(guard_trips(rules(50, 2), deletes(3, 0, 2)));
}

TEST(Guard, LosingTheRecordsOneByOneHoldsTheLast) {
  EXPECT_TRUE(guard_trips(rules(50, 2), deletes(1, 2, 1)));
}

TEST(Guard, TheOnlyRecordThereEverWasMayGo) {
  EXPECT_FALSE(guard_trips(rules(50, 2), deletes(1, 0, 1)));
}

TEST(Guard, ClearingAFieldOfEveryRecordLosesNoRecord) {
  EXPECT_FALSE(guard_trips(rules(50, 2), clearings(3, 0, 3)));
  EXPECT_TRUE(guard_trips(rules(50, 2), clearings(11, 0, 11))) << "beyond the limit of ten";
}

TEST(Guard, DeletesAndUnlinksAreDamageAndNothingElseIs) {
  for (auto const action :
       {PresenceAction::delete_app, PresenceAction::delete_crm, PresenceAction::unlink}) {
    EXPECT_TRUE(is_destructive(action));
    EXPECT_EQ(destructive_count({action, {}}, false), 1u);
  }
  for (auto const action :
       {PresenceAction::wait, PresenceAction::ignore, PresenceAction::link, PresenceAction::merge,
        PresenceAction::create_app, PresenceAction::create_crm, PresenceAction::restore_app,
        PresenceAction::restore_crm, PresenceAction::bury, PresenceAction::park})
    EXPECT_FALSE(is_destructive(action)) << to_string(action);
}

TEST(Guard, AWriteThatClearsCountsOnEitherSide) {
  for (auto const action :
       {FieldAction::write_app, FieldAction::write_crm, FieldAction::write_both}) {
    EXPECT_EQ(destructive_count(plan_with(PresenceAction::merge, action, true), false), 1u);
    EXPECT_EQ(destructive_count(plan_with(PresenceAction::merge, action, false), false), 0u);
  }
}

TEST(Guard, PlainUpdatesCountOnlyWithGuardUpdates) {
  auto const plan = plan_with(PresenceAction::merge, FieldAction::write_crm, false);
  EXPECT_EQ(destructive_count(plan, false), 0u);
  EXPECT_EQ(destructive_count(plan, true), 1u);
}

TEST(Guard, WhatIsNotWrittenIsNoDamage) {
  for (auto const action :
       {FieldAction::none, FieldAction::settle, FieldAction::park, FieldAction::drift})
    EXPECT_EQ(destructive_count(plan_with(PresenceAction::merge, action, true), true), 0u);
}

TEST(Guard, ANewRecordIsNoDamage) {
  for (auto const presence : {PresenceAction::create_app, PresenceAction::create_crm})
    EXPECT_EQ(destructive_count(plan_with(presence, FieldAction::write_crm, false), true), 0u);
}

}  // namespace
}  // namespace crmsync::daemon
