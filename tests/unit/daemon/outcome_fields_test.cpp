// Fields: when a base moves, what is parked, explained and remembered.
// SPDX-License-Identifier: Apache-2.0
#include "daemon/outcome_fields.hpp"

#include "tests/unit/daemon/pair_case.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crmsync::daemon::tests {
namespace {

using engine::Errc;
using engine::FieldValue;
using engine::Record;
using engine::Side;
using state::HistoryKind;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Record ann(std::string name = "Ann") {
  return {{"email", text("ann@x.test")}, {"name", text(std::move(name))}, {"phone", text("1")}};
}

Record with_phone(Record record, std::string phone) {
  record.set("phone", text(std::move(phone)));
  return record;
}

TEST(OutcomeFields, AfterAWriteEachSideKeepsItsOwnForm) {
  PairCase one;
  one.linked(ann()).see(Side::app, with_phone(ann(), "030 5")).see(Side::crm, ann());
  auto result = one.work();
  result.crm_receipt = applied({{"phone", text("+49305")}});
  one.record(result);
  EXPECT_EQ(one.stored_base().app.get("phone"), known("030 5"));
  EXPECT_EQ(one.stored_base().crm.get("phone"), known("+49305"));
}

TEST(OutcomeFields, WhereTheAnswerIsSilentTheBaseIsWhatWasSent) {
  PairCase one;
  one.linked(ann()).see(Side::app, ann("Anna")).see(Side::crm, ann());
  auto result = one.work();
  result.crm_receipt = applied();
  one.record(result);
  EXPECT_EQ(one.stored_base().crm.get("name"), known("Anna"));
  EXPECT_EQ(find_mark(one.stored_base(), "name")->rewritten, false);
}

TEST(OutcomeFields, AValueTheSideStoredDifferentlyIsFlaggedAndExplained) {
  PairCase one;
  one.linked(ann()).see(Side::app, ann("Annabelle")).see(Side::crm, ann());
  auto result = one.work();
  result.crm_receipt = applied({{"name", text("Annab")}});
  one.record(result);
  ASSERT_NE(find_mark(one.stored_base(), "name"), nullptr);
  EXPECT_TRUE(find_mark(one.stored_base(), "name")->rewritten);
  EXPECT_THAT(one.history(), ElementsAre(HistoryKind::updated, HistoryKind::rewritten));
  EXPECT_EQ(one.changes.history.back().result, known("Annab"));
}

TEST(OutcomeFields, ARewriteThatCompareDoesNotSeeIsNone) {
  MappingYaml yaml;
  yaml.fields =
      "  - {app: email, crm: email}\n"
      "  - {app: name, crm: name, compare: lower}\n"
      "  - {app: phone, crm: phone}\n";
  PairCase one(yaml);
  one.linked(ann()).see(Side::app, ann("Anna")).see(Side::crm, ann());
  auto result = one.work();
  result.crm_receipt = applied({{"name", text("ANNA")}});
  one.record(result);
  EXPECT_THAT(one.history(), ElementsAre(HistoryKind::updated));
  EXPECT_EQ(one.stored_base().crm.get("name"), known("ANNA"));
}

TEST(OutcomeFields, AWriteThatFailedMovesNeitherBase) {
  PairCase one;
  one.linked(ann()).see(Side::app, ann("Anna")).see(Side::crm, ann());
  auto result = one.work();
  result.crm_receipt = failed(Errc::transient);
  one.record(result);
  EXPECT_EQ(one.stored_base().app, ann());
  EXPECT_EQ(one.stored_base().crm, ann());
  EXPECT_THAT(one.history(), IsEmpty());
}

TEST(OutcomeFields, ARefusedFieldMovesNeitherBaseThoughTheRestWasWritten) {
  PairCase one;
  one.linked(ann()).see(Side::app, with_phone(ann("Anna"), "2")).see(Side::crm, ann());
  auto result = one.work();
  result.work.refused.push_back(
      {1, Side::crm, engine::make_error(Errc::invalid_value, "name", "unknown label")});
  result.crm_receipt = applied();
  one.record(result);
  EXPECT_EQ(one.stored_base().app.get("name"), known("Ann"));
  EXPECT_EQ(one.stored_base().app.get("phone"), known("2"));
}

TEST(OutcomeFields, BothSidesChangedAlikeMoveTheBaseWithoutAWrite) {
  PairCase one;
  one.linked(ann()).see(Side::app, ann("Anna")).see(Side::crm, ann("Anna"));
  auto result = one.work();
  EXPECT_FALSE(result.work.app || result.work.crm);
  one.record(result);
  EXPECT_EQ(one.stored_base().app.get("name"), known("Anna"));
  EXPECT_THAT(one.history(), ElementsAre(HistoryKind::agreed));
}

TEST(OutcomeFields, AnUntouchedPairExplainsNothing) {
  PairCase one;
  one.linked(ann()).see(Side::app, ann()).see(Side::crm, ann());
  auto result = one.work();
  auto const ending = one.record(result);
  EXPECT_FALSE(ending.changed);
  EXPECT_THAT(one.history(), IsEmpty());
}

class Collision : public ::testing::Test {
 protected:
  explicit Collision(std::string conflict = "{default: [ask]}") : one_(yaml(conflict)) {
    one_.linked(ann()).see(Side::app, ann("Left")).see(Side::crm, ann("Right"));
  }
  static MappingYaml yaml(std::string const& conflict) {
    MappingYaml out;
    out.conflict = conflict;
    return out;
  }
  PairCase one_;
};

TEST_F(Collision, ParksTheFieldWithAllFourValuesAndItsRule) {
  auto result = one_.work();
  one_.record(result);
  ASSERT_THAT(one_.changes.parked, SizeIs(1));
  auto const& row = one_.changes.parked.front();
  EXPECT_EQ(row.field, "name");
  EXPECT_EQ(row.link, 7u);
  EXPECT_EQ(row.base_app, known("Ann"));
  EXPECT_EQ(row.base_crm, known("Ann"));
  EXPECT_EQ(row.app, known("Left"));
  EXPECT_EQ(row.crm, known("Right"));
  EXPECT_THAT(row.rule, ::testing::StartsWith("people.yaml:"));
  EXPECT_THAT(one_.history(), ElementsAre(HistoryKind::parked));
  EXPECT_EQ(one_.stored_base().app.get("name"), known("Ann"));
}

TEST_F(Collision, SeenAgainUnchangedSaysNothingNew) {
  auto result = one_.work();
  one_.record(result);
  result.pair.parked = one_.changes.parked;
  one_.record(result);
  EXPECT_THAT(one_.changes.parked, IsEmpty());
  EXPECT_THAT(one_.history(), IsEmpty());
}

// So that an answer to the first cannot decide the second.
TEST_F(Collision, MovedValuesAreAnotherQuestion) {
  auto result = one_.work();
  one_.record(result);
  one_.pair.parked = one_.changes.parked;
  auto const id = one_.changes.parked.front().id;
  one_.see(Side::crm, ann("Farther"));
  auto again = one_.work();
  one_.record(again);
  ASSERT_THAT(one_.changes.parked, SizeIs(1));
  EXPECT_NE(one_.changes.parked.front().id, id);
  EXPECT_THAT(one_.changes.parked_done, ElementsAre(id));
  EXPECT_EQ(one_.changes.parked.front().crm, known("Farther"));
}

TEST_F(Collision, ParkedHoldsNoOtherField) {
  one_.see(Side::app, with_phone(ann("Left"), "2"));
  auto result = one_.work();
  ASSERT_TRUE(result.work.crm);
  result.crm_receipt = applied();
  one_.record(result);
  EXPECT_EQ(one_.stored_base().crm.get("phone"), known("2"));
  EXPECT_EQ(one_.stored_base().crm.get("name"), known("Ann"));
}

TEST_F(Collision, IsClosedWhenTheSidesAgreeAndWhenOneGoesBack) {
  auto result = one_.work();
  one_.record(result);
  one_.pair.parked = one_.changes.parked;
  auto const id = one_.pair.parked.front().id;
  one_.see(Side::crm, ann("Left"));
  auto agreed = one_.work();
  one_.record(agreed);
  EXPECT_THAT(one_.changes.parked_done, ElementsAre(id));
  one_.linked(ann()).see(Side::crm, ann());
  auto back = one_.work();
  back.crm_receipt = applied();
  one_.record(back);
  EXPECT_THAT(one_.changes.parked_done, ElementsAre(id));
}

TEST_F(Collision, ThePersonsAnswerIsWrittenExplainedAndForgotten) {
  auto& mark = mark_for(*one_.pair.base, "name");
  mark.answer = text("Chosen");
  mark.answer_app = known("Left");
  mark.answer_crm = known("Right");
  auto result = one_.work();
  ASSERT_TRUE(result.work.app && result.work.crm);
  result.app_receipt = applied();
  result.crm_receipt = applied();
  one_.record(result);
  EXPECT_EQ(one_.stored_base().app.get("name"), known("Chosen"));
  EXPECT_EQ(one_.stored_base().crm.get("name"), known("Chosen"));
  EXPECT_THAT(one_.history(), Contains(HistoryKind::resolved));
  EXPECT_EQ(one_.changes.history.front().policy, "person");
  auto const* after = find_mark(one_.stored_base(), "name");
  EXPECT_TRUE(after == nullptr || !after->answer);
}

TEST_F(Collision, AnAnswerToValuesThatMovedIsDroppedAndAskedAgain) {
  auto& mark = mark_for(*one_.pair.base, "name");
  mark.answer = text("Chosen");
  mark.answer_app = known("Left");
  mark.answer_crm = known("Something else");
  auto result = one_.work();
  one_.record(result);
  EXPECT_THAT(one_.changes.parked, SizeIs(1));
  auto const* after = find_mark(one_.stored_base(), "name");
  EXPECT_TRUE(after == nullptr || !after->answer);
}

class AppWins : public Collision {
 protected:
  AppWins() : Collision("{default: [app]}") {}
};

TEST_F(AppWins, TheLoserIsOnRecordWithPolicyAndRule) {
  auto result = one_.work();
  result.crm_receipt = applied();
  one_.record(result);
  ASSERT_THAT(one_.history(), ElementsAre(HistoryKind::collision));
  auto const& row = one_.changes.history.front();
  EXPECT_EQ(row.crm, known("Right"));
  EXPECT_EQ(row.app, known("Left"));
  EXPECT_EQ(row.result, known("Left"));
  EXPECT_EQ(row.policy, "app");
  EXPECT_EQ(row.written, Side::crm);
  EXPECT_EQ(row.op_id, result.work.crm->intent.op_id);
  EXPECT_THAT(row.rule, ::testing::StartsWith("people.yaml:"));
}

// sum_deltas: 10 became 12 on one side and 15 on the other.
class Owed : public ::testing::Test {
 protected:
  static MappingYaml yaml() {
    MappingYaml out;
    out.fields =
        "  - {app: email, crm: email}\n"
        "  - {app: visits, crm: visits, conflict: sum_deltas}\n";
    out.app_types["visits"] = out.crm_types["visits"] = engine::ValueType::int64;
    return out;
  }
  static Record visits(std::int64_t count) {
    return {{"email", text("a")}, {"visits", engine::Value(count)}};
  }
  static FieldValue count(std::int64_t value) { return engine::Value(value); }
  Owed() : one_(yaml()) {
    one_.linked(visits(10)).see(Side::app, visits(12)).see(Side::crm, visits(15));
  }
  state::FieldMark const* mark() { return find_mark(one_.stored_base(), "visits"); }
  PairCase one_;
};

TEST_F(Owed, BothReceivedTheBaseMovesAndNothingIsOwed) {
  auto result = one_.work();
  result.app_receipt = applied();
  result.crm_receipt = applied();
  one_.record(result);
  EXPECT_EQ(one_.stored_base().app.get("visits"), count(17));
  EXPECT_EQ(one_.stored_base().crm.get("visits"), count(17));
  EXPECT_TRUE(mark() == nullptr || !mark()->owed);
}

TEST_F(Owed, OneReceivedTheBaseWaitsForTheOtherAndDeltasAreAddedOnce) {
  auto result = one_.work();
  result.app_receipt = applied();
  result.crm_receipt = failed(Errc::transient);
  EXPECT_EQ(one_.record(result).ending, Ending::retry);
  EXPECT_EQ(one_.stored_base().app.get("visits"), count(10));
  ASSERT_TRUE(mark() != nullptr && mark()->owed);
  EXPECT_FALSE(mark()->owed->owed_app);
  EXPECT_TRUE(mark()->owed->owed_crm);

  one_.see(Side::app, visits(17));
  auto again = one_.work();
  EXPECT_FALSE(again.work.app);
  ASSERT_TRUE(again.work.crm);
  EXPECT_EQ(again.work.crm->operation.fields.get("visits"), count(17));
  again.crm_receipt = applied();
  one_.record(again);
  EXPECT_EQ(one_.stored_base().app.get("visits"), count(17));
  EXPECT_EQ(one_.stored_base().crm.get("visits"), count(17));
  EXPECT_TRUE(mark() == nullptr || !mark()->owed);
}

TEST_F(Owed, NoneReceivedTheDecisionIsSentAsItWas) {
  auto result = one_.work();
  result.app_receipt = failed(Errc::transient);
  result.crm_receipt = failed(Errc::transient);
  one_.record(result);
  auto again = one_.work();
  ASSERT_TRUE(again.work.app && again.work.crm);
  EXPECT_EQ(again.work.app->operation.fields.get("visits"), count(17));
}

TEST_F(Owed, AnEditOfTheSideThatWaitsIsMergedAgainstWhatTheDecisionConsumed) {
  auto result = one_.work();
  result.app_receipt = applied();
  result.crm_receipt = failed(Errc::precondition_failed);
  one_.record(result);
  one_.see(Side::app, visits(17)).see(Side::crm, visits(16));
  auto again = one_.work();
  ASSERT_TRUE(again.work.app && again.work.crm);
  EXPECT_EQ(again.work.crm->operation.fields.get("visits"), count(18));
}

TEST(OutcomeFields, DriftIsReportedOnceForEachValue) {
  MappingYaml yaml;
  yaml.fields =
      "  - {app: email, crm: email}\n"
      "  - {app: name, crm: name, direction: to_crm}\n";
  PairCase one(yaml);
  one.linked(ann()).see(Side::app, ann()).see(Side::crm, ann("Touched"));
  auto result = one.work();
  one.record(result);
  EXPECT_THAT(one.history(), ElementsAre(HistoryKind::drift));
  auto again = one.work();
  one.record(again);
  EXPECT_THAT(one.history(), IsEmpty());
  one.see(Side::crm, ann("Touched again"));
  auto third = one.work();
  one.record(third);
  EXPECT_THAT(one.history(), ElementsAre(HistoryKind::drift));
}

TEST(OutcomeFields, OurOwnWritesLeaveATrailThatIsBounded) {
  PairCase one;
  one.linked(ann());
  for (int i = 0; i < 20; ++i) {
    auto const now = ann("Name " + std::to_string(i));
    one.see(Side::app, now).see(Side::crm, one.pair.base->crm);
    auto result = one.work();
    result.crm_receipt = applied();
    one.record(result);
  }
  auto const* mark = find_mark(one.stored_base(), "name");
  ASSERT_NE(mark, nullptr);
  EXPECT_EQ(mark->trail.size(), 12u);
}

TEST(OutcomeFields, ACollisionAfterACrashSaysSo) {
  MappingYaml yaml;
  yaml.conflict = "{default: [app]}";
  PairCase one(yaml);
  one.linked(ann()).see(Side::app, ann("Left")).see(Side::crm, ann("Right"));
  mark_for(*one.pair.base, "name").after_crash = true;
  auto result = one.work();
  result.crm_receipt = applied();
  one.record(result);
  EXPECT_THAT(one.changes.history.front().note, ::testing::HasSubstr("after_crash"));
  auto const* mark = find_mark(one.stored_base(), "name");
  EXPECT_TRUE(mark == nullptr || !mark->after_crash);
}

TEST(OutcomeFields, AnOverwrittenEditIsOnRecordWithItsAuthor) {
  PairCase one;
  one.linked(ann()).see(Side::app, ann("Anna")).see(Side::crm, ann());
  auto result = one.work();
  result.crm_receipt = applied();
  result.overwritten.push_back(
      {1, {text("Lost"), seconds_before_now(1), "CRM_UI", false}, known("Anna")});
  one.record(result);
  ASSERT_THAT(one.history(), Contains(HistoryKind::overwritten));
  for (auto const& row : one.changes.history)
    if (row.kind == HistoryKind::overwritten) {
      EXPECT_EQ(row.field, "name");
      EXPECT_EQ(row.crm, known("Lost"));
      EXPECT_EQ(row.result, known("Anna"));
      EXPECT_THAT(row.note, ::testing::HasSubstr("CRM_UI"));
    }
}

}  // namespace
}  // namespace crmsync::daemon::tests
