// SPDX-License-Identifier: Apache-2.0
#include "daemon/operations.hpp"

#include "tests/unit/daemon/pair_case.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crmsync::daemon::tests {
namespace {

using connectors::OperationKind;
using engine::Null;
using engine::Record;
using engine::Side;
using state::IntentKind;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Record ann() {
  return {{"email", text("ann@x.test")}, {"name", text("Ann")}, {"phone", text("1")}};
}

Record ann_with(std::string const& field, engine::Value value) {
  auto record = ann();
  record.set(field, std::move(value));
  return record;
}

TEST(BuildWork, APairInStepHasNoOperation) {
  PairCase one;
  one.linked(ann()).see(Side::app, ann()).see(Side::crm, ann());
  auto const work = one.work().work;
  EXPECT_FALSE(work.app);
  EXPECT_FALSE(work.crm);
}

TEST(BuildWork, OnlyTheChangedFieldIsWritten) {
  PairCase one;
  one.linked(ann()).see(Side::app, ann_with("name", text("Anna"))).see(Side::crm, ann());
  auto const work = one.work().work;
  EXPECT_FALSE(work.app);
  ASSERT_TRUE(work.crm);
  EXPECT_EQ(work.crm->operation.kind, OperationKind::update);
  EXPECT_EQ(work.crm->operation.key, "c1");
  EXPECT_EQ(work.crm->operation.fields, (Record{{"name", text("Anna")}}));
  EXPECT_THAT(work.crm->intent.fields, ElementsAre("name"));
}

TEST(BuildWork, AnUpdateExpectsTheValuesAndTheVersionThatWereSeen) {
  PairCase one;
  one.linked(ann()).see(Side::app, ann()).see(Side::crm, ann_with("phone", text("2")));
  auto const work = one.work().work;
  ASSERT_TRUE(work.app);
  EXPECT_EQ(work.app->operation.expected, (Record{{"phone", text("1")}}));
  EXPECT_EQ(work.app->operation.expected_version.order, 20);
}

TEST(BuildWork, AnIntentKeepsWhatWasConsumedSentAndSource) {
  PairCase one;
  one.linked(ann()).see(Side::app, ann_with("name", text("Anna"))).see(Side::crm, ann());
  auto const intent = one.work().work.crm->intent;
  EXPECT_EQ(intent.kind, IntentKind::update);
  EXPECT_EQ(intent.consumed, (Record{{"name", text("Ann")}}));
  EXPECT_EQ(intent.sent, (Record{{"name", text("Anna")}}));
  EXPECT_EQ(intent.source, (Record{{"name", text("Anna")}}));
  EXPECT_EQ(intent.link, 7u);
  EXPECT_EQ(intent.side, Side::crm);
  EXPECT_EQ(intent.app_key, "1");
  EXPECT_EQ(intent.crm_id, "c1");
  EXPECT_EQ(intent.generation, 5u);
  EXPECT_EQ(intent.at, kNow);
}

TEST(BuildWork, BothSidesMayBeWrittenEachWithItsOwnIntent) {
  PairCase one;
  one.linked(ann())
      .see(Side::app, ann_with("name", text("Anna")))
      .see(Side::crm, ann_with("phone", text("2")));
  auto const work = one.work().work;
  ASSERT_TRUE(work.app && work.crm);
  EXPECT_NE(work.app->intent.op_id, work.crm->intent.op_id);
  EXPECT_EQ(work.app->operation.op_id, work.app->intent.op_id);
  EXPECT_EQ(work.app->operation.fields, (Record{{"phone", text("2")}}));
  EXPECT_EQ(work.crm->operation.fields, (Record{{"name", text("Anna")}}));
}

TEST(BuildWork, AValueTheTargetCannotHoldIsRefusedAndTheOthersAreWritten) {
  MappingYaml yaml;
  yaml.fields =
      "  - {app: email, crm: email}\n"
      "  - {app: status, crm: stage, values: {active: customer}}\n";
  PairCase one(yaml);
  one.linked({{"email", text("a")}, {"status", text("active")}},
             {{"email", text("a")}, {"stage", text("customer")}});
  one.see(Side::app, {{"email", text("b")}, {"status", text("active")}})
      .see(Side::crm, {{"email", text("a")}, {"stage", text("customer")}});
  one.plan();
  one.pair.plan.fields[1].action = engine::FieldAction::write_crm;
  one.pair.plan.fields[1].value = text("nobody knows");
  auto const work = build_work(one.work_context(), one.pair);
  ASSERT_TRUE(work.crm);
  EXPECT_EQ(work.crm->operation.fields, (Record{{"email", text("b")}}));
  ASSERT_THAT(work.refused, SizeIs(1));
  EXPECT_EQ(work.refused.front().field, 1u);
  EXPECT_EQ(work.refused.front().side, Side::crm);
}

TEST(BuildWork, ACreateInTheCrmCarriesOurExternalIdAndNoBlanks) {
  PairCase one;
  one.pair.crm_id.clear();
  one.pair.crm_none = true;
  one.see(Side::app, ann_with("phone", Null{}));
  auto const work = one.work().work;
  ASSERT_TRUE(work.crm);
  EXPECT_EQ(work.crm->operation.kind, OperationKind::create);
  EXPECT_EQ(work.crm->operation.external_id, "1");
  EXPECT_THAT(work.crm->operation.key, IsEmpty());
  EXPECT_EQ(work.crm->operation.fields,
            (Record{{"email", text("ann@x.test")}, {"name", text("Ann")}}));
  EXPECT_TRUE(work.crm->intent.consumed.empty());
  EXPECT_EQ(work.crm->intent.link, 0u);
}

TEST(BuildWork, ACreateInTheAppNamesItsCounterpartAndSpellsOutRequiredBlanks) {
  MappingYaml yaml;
  yaml.app_types["name!"] = engine::ValueType::string;
  PairCase one(yaml);
  one.pair.app_key.clear();
  one.pair.app_none = true;
  one.see(Side::crm, {{"email", text("ann@x.test")}, {"name", Null{}}, {"phone", Null{}}});
  auto const work = one.work().work;
  ASSERT_TRUE(work.app);
  EXPECT_EQ(work.app->operation.counterpart, "c1");
  EXPECT_EQ(work.app->operation.fields,
            (Record{{"email", text("ann@x.test")}, {"name", text("")}}));
  EXPECT_THAT(work.app->intent.fields, ElementsAre("email", "name"));
}

TEST(BuildWork, AnArchiveInTheCrmKeepsWhatWasSeenThere) {
  PairCase one;
  one.linked(ann()).see_gone(Side::app).see(Side::crm, ann());
  auto const work = one.work().work;
  ASSERT_TRUE(work.crm);
  EXPECT_EQ(work.crm->operation.kind, OperationKind::archive);
  EXPECT_EQ(work.crm->intent.kind, IntentKind::archive);
  EXPECT_EQ(work.crm->intent.consumed, ann());
  EXPECT_TRUE(work.crm->operation.fields.empty());
}

TEST(BuildWork, DeleteCrmErases) {
  MappingYaml yaml;
  yaml.deletes = "{app_deleted: delete_crm}";
  PairCase one(yaml);
  one.linked(ann()).see_gone(Side::app).see(Side::crm, ann());
  EXPECT_EQ(one.work().work.crm->operation.kind, OperationKind::erase);
}

TEST(BuildWork, ARowIsErasedOnlyWhileItHoldsWhatWasSeen) {
  PairCase one;
  one.linked(ann()).see(Side::app, ann()).see_gone(Side::crm);
  auto const work = one.work().work;
  ASSERT_TRUE(work.app);
  EXPECT_EQ(work.app->operation.kind, OperationKind::erase);
  EXPECT_EQ(work.app->operation.expected, ann());
}

class SoftDelete : public ::testing::Test {
 protected:
  static MappingYaml yaml() {
    MappingYaml out;
    out.app =
        "{connection: shop, object: people, key: id, deleted_when: {field: gone_at, is: "
        "present}}";
    out.deletes = "{app_deleted: archive_crm, crm_deleted: {set: {gone_at: now}}}";
    out.app_types["gone_at"] = engine::ValueType::timestamp;
    return out;
  }
};

TEST_F(SoftDelete, SetsTheMarkerWhileItStillIsWhatWasSeen) {
  PairCase one(yaml());
  one.linked(ann()).see(Side::app, ann_with("gone_at", Null{})).see_gone(Side::crm);
  auto const work = one.work().work;
  ASSERT_TRUE(work.app);
  EXPECT_EQ(work.app->operation.kind, OperationKind::archive);
  EXPECT_EQ(work.app->operation.fields, (Record{{"gone_at", kNow}}));
  EXPECT_EQ(work.app->operation.expected, ann_with("gone_at", Null{}));
}

TEST_F(SoftDelete, ARestoreClearsTheMarkerOfTheRowThatIsStillThere) {
  PairCase one(yaml());
  one.linked(ann()).see_gone(Side::app).see(Side::crm, ann_with("name", text("Anna")));
  one.pair.app->fields = ann_with("gone_at", engine::Timestamp{5});
  one.plan();
  ASSERT_EQ(one.pair.plan.presence, engine::PresenceAction::restore_app);
  auto const work = build_work(one.work_context(), one.pair);
  ASSERT_TRUE(work.app);
  EXPECT_EQ(work.app->operation.kind, OperationKind::update);
  EXPECT_EQ(work.app->operation.key, "1");
  EXPECT_EQ(work.app->operation.fields.get("gone_at"), engine::FieldValue(Null{}));
  EXPECT_EQ(work.app->operation.expected.get("gone_at"), engine::FieldValue(engine::Timestamp{5}));
  EXPECT_EQ(work.app->operation.fields.get("name"), known("Anna"));
}

// The row still holds what it held when it was deleted.
TEST_F(SoftDelete, ARestoreClearsWhatTheCrmClearedMeanwhile) {
  PairCase one(yaml());
  one.linked(ann()).see_gone(Side::app).see(Side::crm, ann_with("name", Null{}));
  one.pair.app->fields = ann_with("gone_at", engine::Timestamp{5});
  one.plan();
  ASSERT_EQ(one.pair.plan.presence, engine::PresenceAction::restore_app);
  auto const work = build_work(one.work_context(), one.pair);
  ASSERT_TRUE(work.app);
  EXPECT_EQ(work.app->operation.fields.get("name"), engine::FieldValue(Null{}));
  EXPECT_EQ(work.app->operation.expected.get("name"), known("Ann"));
}

TEST_F(SoftDelete, ARestoreKeepsWhatTheCrmNeverHad) {
  PairCase one(yaml());
  one.linked(ann_with("phone", Null{})).see_gone(Side::app);
  one.see(Side::crm, ann_with("phone", Null{}));
  one.pair.crm->fields.set("name", text("Anna"));
  one.pair.app->fields = ann_with("gone_at", engine::Timestamp{5});
  one.plan();
  ASSERT_EQ(one.pair.plan.presence, engine::PresenceAction::restore_app);
  auto const work = build_work(one.work_context(), one.pair);
  ASSERT_TRUE(work.app);
  EXPECT_FALSE(work.app->operation.fields.contains("phone"));
}

TEST(BuildWork, ARestoreOfARowThatIsGoneIsACreate) {
  PairCase one;
  one.linked(ann()).see_gone(Side::app).see(Side::crm, ann_with("name", text("Anna")));
  auto const work = one.work().work;
  ASSERT_TRUE(work.app);
  EXPECT_EQ(work.app->operation.kind, OperationKind::create);
  EXPECT_EQ(work.app->operation.counterpart, "c1");
  EXPECT_EQ(work.app->intent.link, 7u);
}

TEST(BuildWork, ADecisionForBothSidesIsNotedInTheBaseBeforeAnythingIsSent) {
  MappingYaml yaml;
  yaml.fields =
      "  - {app: email, crm: email}\n"
      "  - {app: tags, crm: tags, transform: {split: \";\"}, conflict: union}\n";
  yaml.crm_types["tags"] = engine::ValueType::string_set;
  PairCase one(yaml);
  auto const set = [](std::vector<std::string> items) {
    return engine::Value(engine::StringSet(std::move(items)));
  };
  one.linked({{"email", text("a")}, {"tags", text("x")}},
             {{"email", text("a")}, {"tags", set({"x"})}});
  one.see(Side::app, {{"email", text("a")}, {"tags", text("x;y")}})
      .see(Side::crm, {{"email", text("a")}, {"tags", set({"x", "z"})}});
  auto const work = one.work().work;
  ASSERT_TRUE(work.app && work.crm);
  auto const* mark = find_mark(*one.pair.base, "tags");
  ASSERT_NE(mark, nullptr);
  EXPECT_EQ(mark->status, engine::BaseStatus::owed);
  ASSERT_TRUE(mark->owed);
  EXPECT_TRUE(mark->owed->owed_app);
  EXPECT_TRUE(mark->owed->owed_crm);
  EXPECT_EQ(mark->owed->result, set({"x", "y", "z"}));
  EXPECT_EQ(mark->owed->consumed_app, engine::FieldValue(set({"x", "y"})));
}

TEST(BuildWork, WhatIsOnlyDecidedIsNotWritten) {
  for (auto const presence :
       {engine::PresenceAction::wait, engine::PresenceAction::ignore, engine::PresenceAction::bury,
        engine::PresenceAction::unlink, engine::PresenceAction::park}) {
    PairCase one;
    one.linked(ann()).see(Side::app, ann()).see(Side::crm, ann());
    one.pair.plan.presence = presence;
    auto const work = build_work(one.work_context(), one.pair);
    EXPECT_FALSE(work.app || work.crm) << to_string(presence);
  }
}

}  // namespace
}  // namespace crmsync::daemon::tests
