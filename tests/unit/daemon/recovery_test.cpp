// SPDX-License-Identifier: Apache-2.0
#include "daemon/recovery.hpp"

#include "tests/unit/daemon/pair_case.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crmsync::daemon::tests {
namespace {

using engine::BaseStatus;
using engine::Presence;
using engine::ReadSource;
using engine::Record;
using engine::Side;
using state::IntentKind;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::uint64_t kOp = 90;

Record ann(std::string name = "Ann") {
  return {{"email", text("ann@x.test")}, {"name", text(std::move(name))}, {"phone", text("1")}};
}

// An update of the CRM's name, Ann -> Anna, whose answer never came.
class LostUpdate : public ::testing::Test {
 protected:
  LostUpdate() {
    one_.linked(ann()).see(Side::app, ann("Anna"));
    state::IntentRow intent;
    intent.op_id = kOp;
    intent.link = 7;
    intent.side = Side::crm;
    intent.kind = IntentKind::update;
    intent.fields = {"name"};
    intent.consumed = {{"name", text("Ann")}};
    intent.sent = {{"name", text("Anna")}};
    intent.source = {{"name", text("Anna")}};
    intent.at = seconds_before_now(60);
    intent.read_stamp = seconds_before_now(60);
    one_.pair.open_intents = {intent};
  }
  RecoveryResult resolve() { return resolve_intents(one_.mapping, one_.pair); }
  PairCase one_;
};

TEST_F(LostUpdate, AppliedMovesBothBasesOfTheField) {
  one_.see(Side::crm, ann("Anna"));
  auto const result = resolve();
  EXPECT_TRUE(result.applied);
  EXPECT_THAT(result.closed, ElementsAre(kOp));
  EXPECT_EQ(one_.pair.base->app.get("name"), known("Anna"));
  EXPECT_EQ(one_.pair.base->crm.get("name"), known("Anna"));
  EXPECT_EQ(one_.pair.base->crm.get("phone"), known("1"));
  EXPECT_THAT(one_.pair.after_crash, IsEmpty());
  ASSERT_THAT(result.notes, SizeIs(1));
  EXPECT_EQ(result.notes.front().text, "had been applied");
  EXPECT_EQ(result.notes.front().field, "name");
}

TEST_F(LostUpdate, NotAppliedLeavesTheBaseAndIsPlannedAgain) {
  one_.see(Side::crm, ann());
  auto const result = resolve();
  EXPECT_FALSE(result.applied);
  EXPECT_THAT(result.closed, ElementsAre(kOp));
  EXPECT_EQ(one_.pair.base->crm.get("name"), known("Ann"));
  EXPECT_EQ(one_.plan_of("name").action, engine::FieldAction::write_crm);
}

// A workflow writes the value again that we wrote there long ago: that one is not our write.
TEST_F(LostUpdate, WhatItReplacedIsFoundAlthoughAnOldValueOfOursIsBack) {
  one_.pair.open_intents.front().consumed = {{"name", text("Ann")}};
  one_.see(Side::crm, ann());
  one_.pair.crm->history["name"] = {{text("Ann"), seconds_before_now(5), "AUTOMATION", false},
                                    {text("Anna"), seconds_before_now(50), "INTEGRATION", true},
                                    {text("Bea"), seconds_before_now(55), "CRM_UI", false},
                                    {text("Ann"), seconds_before_now(900), "INTEGRATION", true}};
  auto const result = resolve();
  ASSERT_THAT(result.overwritten, SizeIs(1));
  EXPECT_EQ(result.overwritten.front().version.value, text("Bea"));
}

TEST_F(LostUpdate, TheSameValueBySomebodyElseIsTheirEdit) {
  one_.see(Side::crm, ann("Anna")).see(Side::app, ann("Annika"));
  one_.pair.crm->history["name"] = {{text("Anna"), seconds_before_now(5), "CRM_UI", false},
                                    {text("Ann"), seconds_before_now(900), "INTEGRATION", true}};
  auto const result = resolve();
  EXPECT_FALSE(result.applied);
  EXPECT_THAT(result.closed, ElementsAre(kOp));
  EXPECT_EQ(one_.plan_of("name").merge, engine::MergeKind::collision);
}

TEST_F(LostUpdate, IsNotJudgedByAnAnswerThatLeavesOutWhatItWrote) {
  one_.see(Side::crm, {{"email", text("ann@x.test")}, {"phone", text("1")}});
  EXPECT_TRUE(leaves_out_written(one_.mapping, one_.pair));
  one_.see(Side::crm, ann());
  EXPECT_FALSE(leaves_out_written(one_.mapping, one_.pair));
}

// The survivor holds what we wrote to the other record that it absorbed.
TEST_F(LostUpdate, OurNewestValueInASurvivorMayBeAnothersAndIsNoEvidence) {
  one_.pair.open_intents.front().crm_id = "c0";
  one_.see(Side::crm, ann("Bea"));
  one_.pair.crm->history["name"] = {{text("Bea"), seconds_before_now(50), "INTEGRATION", true}};
  EXPECT_FALSE(resolve().applied);
  EXPECT_THAT(one_.pair.after_crash, ElementsAre("name"));
}

TEST_F(LostUpdate, SomethingElseIsACollisionAfterACrash) {
  one_.see(Side::crm, ann("Third"));
  auto const result = resolve();
  EXPECT_FALSE(result.applied);
  EXPECT_THAT(result.closed, ElementsAre(kOp));
  EXPECT_THAT(one_.pair.after_crash, ElementsAre("name"));
  EXPECT_TRUE(find_mark(*one_.pair.base, "name")->after_crash);
  EXPECT_TRUE(one_.input_of("name").after_crash);
  EXPECT_EQ(one_.plan_of("name").merge, engine::MergeKind::collision);
}

TEST_F(LostUpdate, SomethingElseThatTheHistorySaysIsOursIsTheRewrite) {
  one_.see(Side::crm, ann("ANNA"));
  one_.pair.crm->history["name"] = {{text("ANNA"), seconds_before_now(59), "INTEGRATION", true}};
  auto const result = resolve();
  EXPECT_TRUE(result.applied);
  EXPECT_EQ(one_.pair.base->crm.get("name"), known("ANNA"));
  EXPECT_EQ(one_.pair.base->app.get("name"), known("Anna"));
  EXPECT_TRUE(find_mark(*one_.pair.base, "name")->rewritten);
}

TEST_F(LostUpdate, AnOlderWriteOfOursProvesNothing) {
  one_.see(Side::crm, ann("Third"));
  one_.pair.crm->history["name"] = {{text("Third"), seconds_before_now(61), "INTEGRATION", true}};
  EXPECT_FALSE(resolve().applied);
  EXPECT_THAT(one_.pair.after_crash, ElementsAre("name"));
}

// The CRM's clock is hours behind ours.
TEST_F(LostUpdate, OurWriteIsFoundByTheClockOfTheCrm) {
  one_.see(Side::crm, ann("ANNA"));
  one_.pair.open_intents.front().read_stamp = seconds_before_now(7'200);
  one_.pair.crm->history["name"] = {{text("ANNA"), seconds_before_now(7'199), "INTEGRATION", true}};
  EXPECT_TRUE(resolve().applied);
}

TEST_F(LostUpdate, WhatSomebodySetBackAfterOurWriteIsTheirEdit) {
  one_.see(Side::crm, ann());
  one_.pair.crm->history["name"] = {{text("Ann"), seconds_before_now(5), "CRM_UI", false},
                                    {text("Anna"), seconds_before_now(59), "INTEGRATION", true},
                                    {text("Bea"), seconds_before_now(60), "CRM_UI", false},
                                    {text("Ann"), seconds_before_now(900), "CRM_UI", false}};
  one_.pair.open_intents.front().read_stamp = seconds_before_now(61);
  auto const result = resolve();
  EXPECT_TRUE(result.applied);
  EXPECT_EQ(one_.plan_of("name").action, engine::FieldAction::write_app);
  ASSERT_THAT(result.overwritten, SizeIs(1)) << "what stood between our read and our write";
  EXPECT_EQ(result.overwritten.front().version.value, text("Bea"));
}

TEST_F(LostUpdate, SomebodyElsesNewestVersionIsNotOurs) {
  one_.pair.open_intents.front().read_stamp.reset();
  one_.see(Side::crm, ann("Third"));
  one_.pair.crm->history["name"] = {{text("Third"), seconds_before_now(5), "CRM_UI", false},
                                    {text("Anna"), seconds_before_now(59), "INTEGRATION", true}};
  EXPECT_FALSE(resolve().applied);
  EXPECT_THAT(one_.pair.after_crash, ElementsAre("name"));
}

TEST_F(LostUpdate, AReplacedWriteOfOursIsSeenInTheHistoryAndTheLaterEditFlows) {
  one_.see(Side::crm, ann("Third"));
  one_.pair.crm->history["name"] = {{text("Third"), seconds_before_now(5), "CRM_UI", false},
                                    {text("Anna"), seconds_before_now(59), "INTEGRATION", true},
                                    {text("Ann"), seconds_before_now(900), "CRM_UI", false}};
  EXPECT_TRUE(resolve().applied);
  EXPECT_EQ(one_.pair.base->crm.get("name"), known("Anna"));
  EXPECT_EQ(one_.plan_of("name").action, engine::FieldAction::write_app);
}

// The same bytes stand for a write that never left and for one that somebody set back.
TEST_F(LostUpdate, WhatMayHaveBeenSetBackIsNamedBeforeItIsReplacedAgain) {
  one_.pair.open_intents.front().read_stamp.reset();
  one_.see(Side::crm, ann());
  one_.pair.crm->history["name"] = {{text("Ann"), seconds_before_now(5), "CRM_UI", false},
                                    {text("Anna"), seconds_before_now(59), "INTEGRATION", true},
                                    {text("Ann"), seconds_before_now(900), "CRM_UI", false}};
  auto const result = resolve();
  ASSERT_THAT(result.overwritten, SizeIs(1));
  EXPECT_EQ(result.overwritten.front().version.value, text("Ann"));
}

// Both sides had changed and a policy had decided; only the answer of the write got lost.
TEST_F(LostUpdate, ACollisionThatWasSettledIsOnRecord) {
  one_.pair.open_intents.front().consumed = {{"name", text("Bea")}};
  one_.see(Side::crm, ann("Anna"));
  auto const result = resolve();
  ASSERT_THAT(result.notes, SizeIs(1));
  ASSERT_TRUE(result.notes.front().decided);
  auto const& decided = *result.notes.front().decided;
  EXPECT_EQ(decided.base_crm, known("Ann"));
  EXPECT_EQ(decided.app, known("Anna"));
  EXPECT_EQ(decided.crm, known("Bea"));
  EXPECT_EQ(decided.result, known("Anna"));
}

TEST_F(LostUpdate, IsFoundInTheHistoryAlthoughTheAnswerLeavesItsValueOut) {
  auto seen = ann();
  seen.erase("name");
  one_.see(Side::crm, seen);
  one_.pair.crm->history["name"] = {{text("Anna"), seconds_before_now(58), "INTEGRATION", true},
                                    {text("Bea"), seconds_before_now(59), "CRM_UI", false},
                                    {text("Ann"), seconds_before_now(900), "CRM_UI", false}};
  auto const result = resolve();
  EXPECT_THAT(result.closed, ElementsAre(kOp));
  ASSERT_THAT(result.overwritten, SizeIs(1));
  EXPECT_EQ(result.overwritten.front().version.value, text("Bea"));
  EXPECT_EQ(one_.pair.base->crm.get("name"), known("Anna"));
}

// After a write of unknown fate the confirmed value may be somebody's who set it back: what was
// replaced then is named although it looks like what was confirmed.
TEST_F(LostUpdate, WhatItReplacedAfterADoubtIsOnRecordThoughItLooksConfirmed) {
  mark_for(*one_.pair.base, "name").after_crash = true;
  one_.see(Side::crm, ann("Anna"));
  auto const result = resolve();
  ASSERT_THAT(result.notes, SizeIs(1));
  ASSERT_TRUE(result.notes.front().decided);
  EXPECT_EQ(result.notes.front().decided->crm, known("Ann"));
}

TEST_F(LostUpdate, OfARowThatIsGoneNamesWhatItMayHaveReplaced) {
  auto& intent = one_.pair.open_intents.front();
  intent.side = Side::app;
  intent.consumed = {{"name", text("Bea")}};
  intent.source = {{"name", text("Anna")}};
  one_.see_gone(Side::app).see(Side::crm, ann("Anna"));
  one_.pair.app->source = ReadSource::by_id;
  auto const result = resolve();
  ASSERT_THAT(result.notes, SizeIs(2));
  ASSERT_TRUE(result.notes.front().decided);
  EXPECT_EQ(result.notes.front().decided->app, known("Bea"));
}

TEST_F(LostUpdate, OfAFirstMatchNamesWhatCameBetweenReadAndWrite) {
  one_.pair.link.reset();
  one_.pair.base.reset();
  one_.see(Side::crm, ann("Anna"));
  one_.pair.crm->history["name"] = {{text("Anna"), seconds_before_now(58), "INTEGRATION", true},
                                    {text("Bea"), seconds_before_now(59), "CRM_UI", false},
                                    {text("Ann"), seconds_before_now(900), "CRM_UI", false}};
  ASSERT_THAT(resolve().overwritten, SizeIs(1));
}

TEST_F(LostUpdate, OfTheSameRowUnderItsFormerKeyIsItsOwn) {
  auto& intent = one_.pair.open_intents.front();
  intent.link = 0;
  intent.app_key = "before";
  one_.pair.app_keys_before = {"before"};
  intent.crm_id = one_.pair.crm_id;
  one_.see(Side::crm, ann("Anna"));
  resolve();
  EXPECT_EQ(one_.pair.base->app.get("name"), known("Anna"));
}

// Both rows claimed the contact; the one that got it knows nothing of what the other held.
TEST_F(LostUpdate, OfAnotherRowsFirstMatchMovesNoBase) {
  auto& intent = one_.pair.open_intents.front();
  intent.link = 0;
  intent.app_key = "another row";
  intent.crm_id = one_.pair.crm_id;
  one_.see(Side::crm, ann("Anna"));
  EXPECT_THAT(resolve().closed, ElementsAre(kOp));
  EXPECT_EQ(one_.pair.base->app.get("name"), known("Ann"));
}

TEST_F(LostUpdate, OfAFirstMatchNamesWhatItReplaced) {
  one_.pair.link.reset();
  one_.pair.base.reset();
  one_.pair.open_intents.front().consumed = {{"name", text("Bea")}};
  one_.see(Side::crm, ann("Anna"));
  auto const result = resolve();
  EXPECT_THAT(result.closed, ElementsAre(kOp));
  ASSERT_THAT(result.notes, SizeIs(1));
  EXPECT_EQ(result.notes.front().decided->crm, known("Bea"));
}

TEST_F(LostUpdate, AWriteThatReplacedWhatWasConfirmedSettledNothing) {
  one_.see(Side::crm, ann("Anna"));
  EXPECT_FALSE(resolve().notes.front().decided);
}

TEST_F(LostUpdate, StaysOpenUntilItsSideWasReadById) {
  EXPECT_THAT(resolve().closed, IsEmpty());
  one_.see(Side::crm, ann("Anna"));
  one_.pair.crm->source = ReadSource::search;
  EXPECT_THAT(resolve().closed, IsEmpty());
  one_.pair.crm->source = ReadSource::by_id;
  one_.pair.crm->presence = Presence::unknown;
  EXPECT_THAT(resolve().closed, IsEmpty());
  EXPECT_EQ(one_.pair.base->crm.get("name"), known("Ann"));
}

TEST_F(LostUpdate, OfARecordThatIsGoneIsClosed) {
  one_.see_gone(Side::crm);
  auto const result = resolve();
  EXPECT_THAT(result.closed, ElementsAre(kOp));
  EXPECT_EQ(result.notes.front().text, "the record is gone");
}

TEST_F(LostUpdate, OfAFieldThatLeftTheMappingIsClosedInSilence) {
  one_.pair.open_intents.front().fields = {"no longer there"};
  one_.see(Side::crm, ann("Anna"));
  auto const result = resolve();
  EXPECT_THAT(result.closed, ElementsAre(kOp));
  EXPECT_THAT(result.notes, IsEmpty());
}

TEST_F(LostUpdate, AnOwedDecisionIsReceivedAndNotMoved) {
  auto& mark = mark_for(*one_.pair.base, "name");
  mark.status = BaseStatus::owed;
  mark.owed.emplace();
  mark.owed->result = text("Anna");
  mark.owed->owed_app = mark.owed->owed_crm = true;
  one_.see(Side::crm, ann("Anna"));
  EXPECT_TRUE(resolve().applied);
  EXPECT_FALSE(find_mark(*one_.pair.base, "name")->owed->owed_crm);
  EXPECT_TRUE(find_mark(*one_.pair.base, "name")->owed->owed_app);
  EXPECT_EQ(one_.pair.base->crm.get("name"), known("Ann"));
}

TEST_F(LostUpdate, AFirstMatchThatWasFinishedIsMergedFromNowOn) {
  one_.pair.base->app.erase("name");
  one_.pair.base->crm.erase("name");
  mark_for(*one_.pair.base, "name").status = BaseStatus::unadopted;
  one_.see(Side::crm, ann("Anna"));
  EXPECT_TRUE(resolve().applied);
  auto const in = one_.input_of("name");
  EXPECT_EQ(in.status, BaseStatus::settled);
  EXPECT_FALSE(in.first_match);
}

TEST_F(LostUpdate, EachFieldHasAFateOfItsOwn) {
  auto& intent = one_.pair.open_intents.front();
  intent.fields = {"name", "phone"};
  intent.consumed.set("phone", text("1"));
  intent.sent.set("phone", text("2"));
  intent.source.set("phone", text("2"));
  one_.see(Side::crm, ann("Anna"));
  EXPECT_TRUE(resolve().applied);
  EXPECT_EQ(one_.pair.base->crm.get("name"), known("Anna"));
  EXPECT_EQ(one_.pair.base->crm.get("phone"), known("1"));
}

TEST_F(LostUpdate, ADifferenceThatCompareDoesNotSeeIsNoDifference) {
  MappingYaml yaml;
  yaml.fields =
      "  - {app: email, crm: email}\n"
      "  - {app: name, crm: name, compare: lower}\n"
      "  - {app: phone, crm: phone}\n";
  one_.mapping = bound(yaml);
  one_.see(Side::crm, ann("ANNA"));
  EXPECT_TRUE(resolve().applied);
  EXPECT_EQ(one_.pair.base->crm.get("name"), known("ANNA"));
}

// An archive in the CRM whose answer never came.
class LostDelete : public LostUpdate {
 protected:
  LostDelete() {
    auto& intent = one_.pair.open_intents.front();
    intent.kind = IntentKind::archive;
    intent.fields.clear();
    intent.sent = {};
    intent.consumed = ann();
  }
};

TEST_F(LostDelete, ThatHappenedIsClosed) {
  one_.see_gone(Side::crm);
  auto const result = resolve();
  EXPECT_THAT(result.closed, ElementsAre(kOp));
  EXPECT_EQ(result.notes.front().text, "the record is gone");
}

TEST_F(LostDelete, ThatDidNotHappenIsClosedAndDecidedAnew) {
  one_.see(Side::crm, ann());
  auto const result = resolve();
  EXPECT_THAT(result.closed, ElementsAre(kOp));
  EXPECT_EQ(result.notes.front().text, "the delete was not applied");
}

TEST_F(LostDelete, StaysOpenWhileTheSideIsUnread) {
  EXPECT_THAT(resolve().closed, IsEmpty());
}

}  // namespace
}  // namespace crmsync::daemon::tests
