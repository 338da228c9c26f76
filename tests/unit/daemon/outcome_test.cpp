// Records: links, creates, restores, deletes.
// SPDX-License-Identifier: Apache-2.0
#include "daemon/outcome.hpp"

#include "tests/unit/daemon/pair_case.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crmsync::daemon::tests {
namespace {

using engine::BaseStatus;
using engine::Errc;
using engine::FieldValue;
using engine::LinkState;
using engine::Null;
using engine::PresenceAction;
using engine::Record;
using engine::Side;
using state::HistoryKind;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

Record ann(std::string name = "Ann") {
  return {{"email", text("ann@x.test")}, {"name", text(std::move(name))}, {"phone", text("1")}};
}

TEST(Outcome, ANewMatchIsLinkedWithItsReason) {
  PairCase one;
  one.pair.link_is_new = true;
  one.see(Side::app, ann()).see(Side::crm, ann());
  auto result = one.work();
  result.linked_by = "email";
  one.record(result);
  ASSERT_THAT(one.changes.links, SizeIs(1));
  EXPECT_EQ(one.changes.links.front().id, 70u);
  EXPECT_EQ(one.changes.links.front().app_key, "1");
  EXPECT_EQ(one.changes.links.front().crm_id, "c1");
  EXPECT_EQ(one.changes.history.front().kind, HistoryKind::linked);
  EXPECT_EQ(one.changes.history.front().note, "matched by email");
  EXPECT_THAT(one.changes.match, SizeIs(2)) << "both leave the index of unlinked records";
  EXPECT_EQ(one.stored_base().app, ann());
}

TEST(Outcome, WhatAFirstMatchCouldNotFinishOrAskedAboutIsMarked) {
  MappingYaml yaml;
  yaml.initial = "{prefer: app, require_plan: false}";
  PairCase one(yaml);
  one.pair.link_is_new = true;
  one.see(Side::app, ann("Anna")).see(Side::crm, ann());
  auto result = one.work();
  result.crm_receipt = failed(Errc::transient);
  one.record(result);
  auto const* mark = find_mark(one.stored_base(), "name");
  ASSERT_NE(mark, nullptr);
  EXPECT_EQ(mark->status, BaseStatus::unadopted);

  PairCase asked;
  asked.pair.link_is_new = true;
  asked.see(Side::app, ann("Anna")).see(Side::crm, ann());
  auto parked = asked.work();
  asked.record(parked);
  EXPECT_THAT(asked.changes.parked, SizeIs(1));
  mark = find_mark(asked.stored_base(), "name");
  ASSERT_NE(mark, nullptr);
  EXPECT_EQ(mark->status, BaseStatus::unadopted);
}

TEST(Outcome, ACreateLinksTheNewRecordWithTheValuesOfItsAnswer) {
  PairCase one;
  one.pair.crm_id.clear();
  one.pair.crm_none = true;
  one.see(Side::app, ann());
  auto result = one.work();
  result.crm_receipt = applied({{"phone", text("+1")}}, "c9");
  auto const ending = one.record(result);
  EXPECT_EQ(ending.ending, Ending::settled);
  ASSERT_THAT(one.changes.links, SizeIs(1));
  EXPECT_EQ(one.changes.links.front().crm_id, "c9");
  EXPECT_EQ(one.changes.links.front().external_id, "1");
  EXPECT_EQ(one.stored_base().crm.get("phone"), known("+1"));
  EXPECT_EQ(one.stored_base().app.get("phone"), known("1"));
  EXPECT_EQ(one.history().front(), HistoryKind::created);
}

TEST(Outcome, AFailedCreateLinksNothing) {
  PairCase one;
  one.pair.crm_id.clear();
  one.pair.crm_none = true;
  one.see(Side::app, ann());
  auto result = one.work();
  result.crm_receipt = failed(Errc::invalid_value);
  one.record(result);
  EXPECT_THAT(one.changes.links, IsEmpty());
  EXPECT_THAT(one.changes.bases, IsEmpty());
  EXPECT_THAT(one.changes.errors, SizeIs(1));
}

TEST(Outcome, BlanksOfANewRecordAgreeAlready) {
  PairCase one;
  one.pair.crm_id.clear();
  one.pair.crm_none = true;
  auto fields = ann();
  fields.set("phone", Null{});
  one.see(Side::app, fields);
  auto result = one.work();
  result.crm_receipt = applied({}, "c9");
  one.record(result);
  EXPECT_EQ(one.stored_base().crm.get("phone"), FieldValue(Null{}));
  EXPECT_EQ(one.stored_base().app.get("phone"), FieldValue(Null{}));
}

// Whoever takes the old contact back makes nobody new.
TEST(Outcome, AContactMadeInPlaceOfOneThatWasNeverLinkedRemembersIt) {
  PairCase one;
  one.pair.link_is_new = true;
  one.see(Side::app, ann()).see_gone(Side::crm);
  auto result = one.work();
  ASSERT_EQ(result.pair.plan.presence, PresenceAction::create_crm);
  result.crm_receipt = applied({}, "c9");
  one.record(result);
  ASSERT_THAT(one.changes.links, SizeIs(1));
  EXPECT_EQ(one.changes.links.front().crm_id, "c9");
  EXPECT_THAT(one.changes.links.front().crm_aliases, ElementsAre("c1"));
}

TEST(Outcome, ARestoreVoidsTheOldBaseAndKeepsTheLink) {
  PairCase one;
  one.linked(ann()).see_gone(Side::crm).see(Side::app, ann("Anna"));
  mark_for(*one.pair.base, "name").after_crash = true;
  auto result = one.work();
  ASSERT_EQ(result.pair.plan.presence, PresenceAction::restore_crm);
  result.crm_receipt = applied({}, "c9");
  one.record(result);
  ASSERT_THAT(one.changes.links, SizeIs(1));
  EXPECT_EQ(one.changes.links.front().id, 7u);
  EXPECT_EQ(one.changes.links.front().crm_id, "c9");
  EXPECT_THAT(one.changes.links.front().crm_aliases, ElementsAre("c1"));
  EXPECT_EQ(one.stored_base().app.get("name"), known("Anna"));
  EXPECT_THAT(one.stored_base().marks, IsEmpty());
  EXPECT_EQ(one.history().front(), HistoryKind::restored);
}

TEST(Outcome, ADeleteLeavesATombstoneAndClosesWhatWasOpen) {
  PairCase one;
  one.linked(ann()).see_gone(Side::app).see(Side::crm, ann());
  state::ParkedRow parked;
  parked.id = 50;
  parked.field = "name";
  one.pair.parked = {parked};
  auto result = one.work();
  result.crm_receipt = applied();
  one.record(result);
  ASSERT_THAT(one.changes.links, SizeIs(1));
  EXPECT_EQ(one.changes.links.front().state, LinkState::tombstone);
  EXPECT_THAT(one.changes.parked_done, ElementsAre(50u));
  EXPECT_THAT(one.history(), ElementsAre(HistoryKind::deleted));
}

TEST(Outcome, DeletingWhatIsGoneAlreadyIsDone) {
  PairCase one;
  one.linked(ann()).see_gone(Side::app).see(Side::crm, ann());
  auto result = one.work();
  result.crm_receipt = failed(Errc::not_found);
  auto const ending = one.record(result);
  EXPECT_EQ(ending.ending, Ending::settled);
  EXPECT_FALSE(ending.error);
  EXPECT_EQ(one.changes.links.front().state, LinkState::tombstone);
  EXPECT_THAT(one.changes.errors, IsEmpty());
}

TEST(Outcome, AFailedDeleteKeepsTheLink) {
  PairCase one;
  one.linked(ann()).see_gone(Side::app).see(Side::crm, ann());
  auto result = one.work();
  result.crm_receipt = failed(Errc::transient);
  EXPECT_EQ(one.record(result).ending, Ending::retry);
  EXPECT_THAT(one.changes.links, IsEmpty());
}

// The base may hold the new record's values by now.
TEST(Outcome, AFailedDeleteFollowsTheRecordThatMoved) {
  PairCase one;
  one.linked(ann()).see_gone(Side::app);
  one.pair.crm_id = "c2";
  one.see(Side::crm, ann());
  auto result = one.work();
  ASSERT_EQ(result.pair.plan.presence, PresenceAction::delete_crm);
  result.crm_receipt = failed(Errc::transient);
  one.record(result);
  ASSERT_THAT(one.changes.links, Not(IsEmpty()));
  EXPECT_EQ(one.changes.links.front().crm_id, "c2");
  EXPECT_EQ(one.changes.links.front().state, LinkState::linked);
  EXPECT_THAT(one.changes.links.front().crm_aliases, ElementsAre("c1"));
}

// Its contact went to another pair; under its new key the row would be somebody new.
TEST(Outcome, ADetachedLinkWithoutAContactFollowsItsRow) {
  PairCase one;
  one.linked(ann());
  one.pair.link->state = LinkState::detached;
  one.pair.link->crm_id.clear();
  one.pair.crm_id.clear();
  one.pair.app_key = "2";
  one.see(Side::app, ann());
  auto result = one.work();
  one.record(result);
  ASSERT_THAT(one.changes.links, Not(IsEmpty()));
  EXPECT_EQ(one.changes.links.front().app_key, "2");
  EXPECT_EQ(one.changes.links.front().state, LinkState::detached);
}

TEST(Outcome, BothGoneIsATombstoneWithoutAnyWrite) {
  PairCase one;
  one.linked(ann()).see_gone(Side::app).see_gone(Side::crm);
  auto result = one.work();
  one.record(result);
  EXPECT_EQ(one.changes.links.front().state, LinkState::tombstone);
}

TEST(Outcome, AnUnlinkDetachesUnlessTheGuardHoldsIt) {
  MappingYaml yaml;
  yaml.deletes = "{app_deleted: unlink}";
  PairCase one(yaml);
  one.linked(ann()).see_gone(Side::app).see(Side::crm, ann());
  auto result = one.work();
  result.held = true;
  one.record(result);
  ASSERT_THAT(one.changes.links, SizeIs(1));
  EXPECT_EQ(one.changes.links.front().state, LinkState::linked);
  EXPECT_TRUE(one.changes.links.front().app_gone_at);
  result.held = false;
  one.record(result);
  ASSERT_THAT(one.changes.links, SizeIs(1));
  EXPECT_EQ(one.changes.links.front().state, LinkState::detached);
}

TEST(Outcome, ADeleteAgainstAnEditParksTheRecordOnce) {
  MappingYaml yaml;
  yaml.deletes = "{app_deleted: archive_crm, versus_edit: ask}";
  PairCase one(yaml);
  one.linked(ann()).see_gone(Side::app).see(Side::crm, ann("Anna"));
  auto result = one.work();
  one.record(result);
  ASSERT_THAT(one.changes.parked, SizeIs(1));
  EXPECT_THAT(one.changes.parked.front().field, IsEmpty());
  result.pair.parked = one.changes.parked;
  one.record(result);
  EXPECT_THAT(one.changes.parked, IsEmpty());
}

TEST(Outcome, AnUnknownSideHolds) {
  PairCase one;
  one.linked(ann()).see(Side::app, ann("Anna"));
  auto result = one.work();
  EXPECT_EQ(one.record(result).ending, Ending::hold);
  EXPECT_THAT(one.changes.bases, IsEmpty());
}

TEST(Outcome, AMergedCrmRecordBecomesAnAlias) {
  PairCase one;
  one.linked(ann()).see(Side::app, ann()).see(Side::crm, ann());
  auto result = one.work();
  result.pair.crm_id = "c2";
  one.record(result);
  ASSERT_THAT(one.changes.links, SizeIs(1));
  EXPECT_EQ(one.changes.links.front().crm_id, "c2");
  EXPECT_THAT(one.changes.links.front().crm_aliases, ElementsAre("c1"));
  EXPECT_THAT(one.history(), Contains(HistoryKind::merged));
}

TEST(Outcome, AKeyThatWasLeftIsLookedAtAgain) {
  PairCase one;
  one.linked(ann()).see(Side::app, ann()).see(Side::crm, ann());
  auto result = one.work();
  result.pair.app_key = "2";
  one.record(result);
  ASSERT_THAT(one.changes.intake, SizeIs(1));
  EXPECT_EQ(one.changes.intake.front().key, "1");
  EXPECT_EQ(one.changes.links.front().app_key, "2");
}

TEST(Outcome, VersionsNeverFallAndSeenTimesMoveOnlyWhenNothingIsOpen) {
  PairCase one;
  one.linked(ann()).see(Side::app, ann("Anna")).see(Side::crm, ann());
  one.pair.base->app_version.order = 99;
  auto const before = one.pair.base->crm_seen_at;
  auto result = one.work();
  result.crm_receipt = failed(Errc::transient);
  one.record(result);
  EXPECT_EQ(one.stored_base().app_version.order, 99);
  EXPECT_EQ(one.stored_base().crm_version.order, 20);
  EXPECT_EQ(one.stored_base().crm_seen_at, before);
  result.crm_receipt = applied();
  one.record(result);
  EXPECT_EQ(one.stored_base().crm_version.order, 30);
  EXPECT_EQ(one.stored_base().crm_seen_at, kNow);
}

}  // namespace
}  // namespace crmsync::daemon::tests
