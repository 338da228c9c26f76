// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/daemon/pair_case.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crmsync::daemon::tests {
namespace {

using engine::BaseStatus;
using engine::FieldValue;
using engine::Null;
using engine::Presence;
using engine::Record;
using engine::Side;
using engine::Timestamp;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

MappingYaml fields(std::string rows) {
  MappingYaml yaml;
  yaml.fields = std::move(rows);
  return yaml;
}

std::string const kEmail = "  - {app: email, crm: email}\n";

TEST(BuildInput, TheBaseIsKeptPerSide) {
  PairCase one;
  one.linked({{"phone", text("030 1")}}, {{"phone", text("+49301")}});
  auto const in = one.input_of("phone");
  EXPECT_EQ(in.status, BaseStatus::settled);
  EXPECT_EQ(in.base.app, known("030 1"));
  EXPECT_EQ(in.base.crm, known("+49301"));
}

TEST(BuildInput, AFieldWithoutBothBasesIsUnadoptedAndWaitsForApply) {
  PairCase one;
  one.linked({{"phone", text("1")}}, {});
  auto const in = one.input_of("phone");
  EXPECT_EQ(in.status, BaseStatus::unadopted);
  EXPECT_FALSE(in.first_match);
}

TEST(BuildInput, AFieldWhoseFirstMatchIsUnfinishedIsMarkedAsSuch) {
  PairCase one;
  one.linked({}, {});
  mark_for(*one.pair.base, "phone").status = BaseStatus::unadopted;
  auto const in = one.input_of("phone");
  EXPECT_EQ(in.status, BaseStatus::unadopted);
  EXPECT_TRUE(in.first_match);
}

TEST(BuildInput, WhatWasNotReadIsUnknownAndNeverNull) {
  PairCase one;
  one.linked({{"name", text("a")}});
  one.see(Side::app, {{"email", text("e")}});
  auto const in = one.input_of("name");
  EXPECT_EQ(in.app, FieldValue());
  EXPECT_EQ(in.crm, FieldValue());
  EXPECT_EQ(one.input_of("email").app, known("e"));
}

TEST(BuildInput, ANullThatWasReadIsAValue) {
  PairCase one;
  one.see(Side::app, {{"name", Null{}}});
  EXPECT_EQ(one.input_of("name").app, FieldValue(engine::Value(Null{})));
}

TEST(BuildInput, TheFieldsOfADeletedRecordAreUnknown) {
  PairCase one;
  one.see_gone(Side::crm);
  one.pair.crm->fields.set("name", text("ghost"));
  EXPECT_EQ(one.input_of("name").crm, FieldValue());
}

TEST(BuildInput, PresenceIsWhatWasSeenElseNoneOnlyWhenThatIsCertain) {
  PairCase one;
  EXPECT_EQ(one.pair.presence(Side::crm), Presence::unknown);
  one.pair.crm_none = true;
  EXPECT_EQ(one.pair.presence(Side::crm), Presence::none);
  EXPECT_EQ(one.pair.presence(Side::app), Presence::unknown);
  one.see_gone(Side::crm);
  EXPECT_EQ(one.pair.presence(Side::crm), Presence::deleted);
}

TEST(BuildInput, ADifferenceThatCompareDoesNotSeeIsNoChange) {
  PairCase one(fields(kEmail + "  - {app: phone, crm: phone, compare: digits}\n"));
  one.linked({{"phone", text("030-1")}});
  one.see(Side::app, {{"phone", text("030 1")}}).see(Side::crm, {{"phone", text("0301")}});
  auto const in = one.input_of("phone");
  EXPECT_EQ(in.app, in.base.app);
  EXPECT_EQ(in.crm, in.base.crm);
}

TEST(BuildInput, BothSidesChangedToWhatCompareCallsTheSameAgree) {
  PairCase one(fields(kEmail + "  - {app: phone, crm: phone, compare: digits}\n"));
  one.linked({{"phone", text("1")}});
  one.see(Side::app, {{"phone", text("55-5")}}).see(Side::crm, {{"phone", text("555")}});
  auto const in = one.input_of("phone");
  EXPECT_EQ(in.crm, in.app);
  EXPECT_EQ(in.app, known("55-5"));
}

TEST(BuildInput, AOneSidedChangeKeepsTheOtherSidesOwnForm) {
  PairCase one(fields(kEmail + "  - {app: phone, crm: phone, compare: digits}\n"));
  one.linked({{"phone", text("1")}}, {{"phone", text("(1)")}});
  one.see(Side::app, {{"phone", text("2")}}).see(Side::crm, {{"phone", text("(1)")}});
  auto const in = one.input_of("phone");
  EXPECT_EQ(in.app, known("2"));
  EXPECT_EQ(in.crm, known("(1)"));
}

TEST(BuildInput, AnOwedDecisionIsHandedOn) {
  PairCase one;
  one.linked({{"name", text("a")}});
  auto& mark = mark_for(*one.pair.base, "name");
  mark.status = BaseStatus::owed;
  mark.owed.emplace();
  mark.owed->result = text("ab");
  mark.owed->owed_crm = true;
  auto const in = one.input_of("name");
  EXPECT_EQ(in.status, BaseStatus::owed);
  EXPECT_EQ(in.owed, mark.owed);
}

TEST(BuildInput, WhatASideMadeOfAnOwedValueIsThatValueUnderCompare) {
  PairCase one(fields(kEmail + "  - {app: name, crm: name, compare: lower}\n"));
  one.linked({{"name", text("a")}});
  auto& mark = mark_for(*one.pair.base, "name");
  mark.status = BaseStatus::owed;
  mark.owed.emplace();
  mark.owed->consumed_app = known("Left");
  mark.owed->consumed_crm = known("Right");
  mark.owed->result = text("Longest");
  one.see(Side::app, {{"name", text("LEFT")}}).see(Side::crm, {{"name", text("longest")}});
  auto const in = one.input_of("name");
  EXPECT_EQ(in.app, known("Left"));
  EXPECT_EQ(in.crm, known("Longest"));
}

class Answer : public ::testing::Test {
 protected:
  Answer() {
    one_.linked({{"name", text("a")}});
    auto& mark = mark_for(*one_.pair.base, "name");
    mark.answer = text("chosen");
    mark.answer_app = known("b");
    mark.answer_crm = known("c");
  }
  FieldValue answer(char const* app, char const* crm) {
    one_.see(Side::app, {{"name", text(app)}}).see(Side::crm, {{"name", text(crm)}});
    return one_.input_of("name").answer;
  }
  PairCase one_;
};

TEST_F(Answer, CountsWhileBothSidesHoldWhatThePersonSaw) {
  EXPECT_EQ(answer("b", "c"), known("chosen"));
}

TEST_F(Answer, IsNotUsedOnceEitherSideMoved) {
  EXPECT_EQ(answer("b", "x"), FieldValue());
  EXPECT_EQ(answer("x", "c"), FieldValue());
}

TEST(ChangeInterval, IsAPointWhereTheFieldHasItsOwnStamp) {
  PairCase one;
  one.linked({{"name", text("a")}}).see(Side::crm, {{"name", text("b")}});
  one.pair.crm->history["name"] = {{text("b"), Timestamp{500}, "CRM_UI", false},
                                   {text("a"), Timestamp{100}, "CRM_UI", false}};
  EXPECT_EQ(one.input_of("name").crm_changed,
            (engine::ChangeInterval{Timestamp{500}, Timestamp{500}}));
}

TEST(ChangeInterval, OfAValueOfSeveralPartsIsWhenTheNewestPartChanged) {
  PairCase one;
  one.mapping.fields[1].crm = {"first", "last"};
  one.linked({}, {}).see(Side::crm, {{"first", text("Ann")}, {"last", text("New")}});
  one.pair.crm->history["first"] = {{text("Ann"), Timestamp{100}, "CRM_UI", false}};
  one.pair.crm->history["last"] = {{text("New"), Timestamp{900}, "CRM_UI", false}};
  EXPECT_EQ(one.input_of("name").crm_changed,
            (engine::ChangeInterval{Timestamp{900}, Timestamp{900}}));
}

TEST(ChangeInterval, SpansFromTheLastTimeItEqualledTheBaseToTheRecordsStamp) {
  PairCase one;
  one.linked({{"name", text("a")}}).see(Side::crm, {{"name", text("b")}});
  one.pair.base->crm_seen_at = Timestamp{100};
  one.pair.crm->changed_at = Timestamp{700};
  EXPECT_EQ(one.input_of("name").crm_changed,
            (engine::ChangeInterval{Timestamp{100}, Timestamp{700}}));
}

TEST(ChangeInterval, EndsWhenTheRecordWasReadWhereThereIsNoStamp) {
  PairCase one;
  one.linked({{"name", text("a")}}).see(Side::app, {{"name", text("b")}});
  one.pair.base->app_seen_at = Timestamp{100};
  auto const in = one.input_of("name");
  ASSERT_TRUE(in.app_changed);
  EXPECT_EQ(in.app_changed->latest, one.pair.app->observed_at);
}

TEST(ChangeInterval, NeverEndsBeforeItBegins) {
  PairCase one;
  one.linked({{"name", text("a")}}).see(Side::crm, {{"name", text("b")}});
  one.pair.base->crm_seen_at = Timestamp{900};
  one.pair.crm->changed_at = Timestamp{700};
  auto const in = one.input_of("name");
  ASSERT_TRUE(in.crm_changed);
  EXPECT_LE(in.crm_changed->earliest, in.crm_changed->latest);
}

TEST(ChangeInterval, BeginsAtTheBeginningOfTimeWithoutABase) {
  PairCase one;
  one.see(Side::crm, {{"name", text("b")}});
  ASSERT_TRUE(one.input_of("name").crm_changed);
  EXPECT_EQ(one.input_of("name").crm_changed->earliest, Timestamp{});
}

TEST(BuildInput, AValueThatCannotBeReadIsUnknownWithItsReason) {
  PairCase one(fields(kEmail + "  - {app: status, crm: stage, values: {active: customer}}\n"));
  one.see(Side::crm, {{"stage", text("vip")}});
  auto const in = one.input_of("status");
  EXPECT_EQ(in.crm, FieldValue());
  EXPECT_THAT(in.crm_problem, HasSubstr("label"));
  EXPECT_THAT(in.app_problem, IsEmpty());
}

TEST(BuildInput, AFieldFoundUnclearByRecoveryIsAfterCrash) {
  PairCase one;
  one.linked({{"name", text("a")}, {"phone", text("1")}});
  one.pair.after_crash = {"name"};
  mark_for(*one.pair.base, "phone").after_crash = true;
  EXPECT_TRUE(one.input_of("name").after_crash);
  EXPECT_TRUE(one.input_of("phone").after_crash);
  EXPECT_FALSE(one.input_of("email").after_crash);
}

TEST(Marks, OnlyMarksThatSaySomethingAreKept) {
  state::BaseRow base;
  mark_for(base, "plain");
  mark_for(base, "unadopted").status = BaseStatus::unadopted;
  mark_for(base, "crash").after_crash = true;
  mark_for(base, "rewritten").rewritten = true;
  mark_for(base, "answer").answer = text("x");
  mark_for(base, "drift").drift_seen = known("x");
  mark_for(base, "trail").trail.push_back({});
  tidy_marks(base);
  EXPECT_EQ(find_mark(base, "plain"), nullptr);
  EXPECT_EQ(base.marks.size(), 6u);
}

TEST(NativePart, IsThereOnlyWhenEveryNameIs) {
  PairCase one;
  auto& field = one.mapping.fields.at(1);
  field.crm = {"first", "last"};
  EXPECT_FALSE(native_part(field, Side::crm, {{"first", text("a")}}));
  auto const part =
      native_part(field, Side::crm, {{"first", text("a")}, {"last", Null{}}, {"x", text("y")}});
  ASSERT_TRUE(part);
  EXPECT_EQ(*part, (Record{{"first", text("a")}, {"last", Null{}}}));
}

}  // namespace
}  // namespace crmsync::daemon::tests
