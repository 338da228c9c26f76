// What an answer means: endings, intents, the inbox.
// SPDX-License-Identifier: Apache-2.0
#include "daemon/outcome.hpp"

#include "tests/unit/daemon/pair_case.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crmsync::daemon::tests {
namespace {

using engine::Errc;
using engine::Record;
using engine::Side;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Record ann(std::string name = "Ann") {
  return {{"email", text("ann@x.test")}, {"name", text(std::move(name))}, {"phone", text("1")}};
}

// The app's name changed; the CRM is to be written.
class OneWrite : public ::testing::Test {
 protected:
  OneWrite() {
    one_.linked(ann()).see(Side::app, ann("Anna")).see(Side::crm, ann());
    result_ = one_.work();
    op_ = result_.work.crm->intent.op_id;
  }
  PairEnding answer(connectors::Receipt receipt, int attempts = 0) {
    result_.crm_receipt = std::move(receipt);
    return one_.record(result_, attempts);
  }
  PairCase one_;
  PairResult result_;
  std::uint64_t op_ = 0;
};

TEST_F(OneWrite, SuccessSettlesAndClosesTheIntent) {
  auto const ending = answer(applied());
  EXPECT_EQ(ending.ending, Ending::settled);
  EXPECT_TRUE(ending.changed);
  EXPECT_THAT(one_.changes.intents_done, ElementsAre(op_));
  EXPECT_THAT(one_.changes.errors, IsEmpty());
}

TEST_F(OneWrite, AWriteThatWasNeverSentIsObservedAgain) {
  auto const ending = one_.record(result_);
  EXPECT_EQ(ending.ending, Ending::observe_again);
  EXPECT_THAT(one_.changes.intents_done, ElementsAre(op_));
  EXPECT_EQ(one_.stored_base().crm.get("name"), known("Ann"));
}

TEST_F(OneWrite, ALostAnswerKeepsTheIntentOpen) {
  auto const ending = answer(failed(Errc::transient, true));
  EXPECT_EQ(ending.ending, Ending::retry);
  EXPECT_THAT(one_.changes.intents_done, IsEmpty());
}

TEST_F(OneWrite, ARefusalForGoodThatMayHaveTakenEffectIsLookedAtAgain) {
  EXPECT_EQ(answer(failed(Errc::internal, true)).ending, Ending::retry);
  EXPECT_THAT(one_.changes.intents_done, IsEmpty());
}

TEST_F(OneWrite, EveryFailureEndsAsItsKindSays) {
  EXPECT_EQ(answer(failed(Errc::transient)).ending, Ending::retry);
  EXPECT_EQ(answer(failed(Errc::precondition_failed)).ending, Ending::observe_again);
  EXPECT_EQ(answer(failed(Errc::unauthorized)).ending, Ending::hold);
  EXPECT_EQ(answer(failed(Errc::invalid_value)).ending, Ending::settled);
}

TEST(LeftOut, AColumnThatCannotBeReadIsNotAskedForAgain) {
  PairCase one;
  one.linked(ann()).see(Side::crm, ann());
  one.see(Side::app, {{"email", text("ann@x.test")}, {"phone", text("1")}});
  auto result = one.work();
  EXPECT_EQ(one.record(result, 0).ending, Ending::settled);
}

TEST(LeftOut, AValueThatAnAnswerDoesNotTellIsAskedForAgainAndThenToldToPeople) {
  PairCase one;
  one.linked(ann()).see(Side::app, ann("Anna"));
  one.see(Side::crm, {{"email", text("ann@x.test")}, {"phone", text("1")}});
  auto result = one.work();
  EXPECT_FALSE(result.work.crm);
  auto const seen_before = one.pair.base->app_seen_at;
  EXPECT_EQ(one.record(result, 0).ending, Ending::retry);
  EXPECT_EQ(one.stored_base().app_seen_at, seen_before) << "else `newest` dates the edit too late";
  EXPECT_THAT(one.changes.errors, IsEmpty());
  EXPECT_EQ(one.record(result, 50).ending, Ending::settled);
  ASSERT_THAT(one.changes.errors, SizeIs(1));
  EXPECT_EQ(one.changes.errors.front().side, Side::crm);
  EXPECT_EQ(one.changes.errors.front().op, "read name");
}

// It would be asked for for ever: at the vendor each time costs a request.
TEST_F(OneWrite, AValueThatStaysSomebodyElsesIsLeftInTheInboxAfterAWhile) {
  EXPECT_EQ(answer(failed(Errc::already_exists), 6).ending, Ending::observe_again);
  EXPECT_EQ(answer(failed(Errc::already_exists), 7).ending, Ending::settled);
  EXPECT_THAT(one_.changes.errors, SizeIs(1));
  EXPECT_EQ(answer(failed(Errc::already_exists, true), 7).ending, Ending::observe_again);
  EXPECT_EQ(answer(failed(Errc::precondition_failed), 70).ending, Ending::observe_again);
}

TEST_F(OneWrite, RetryAfterIsHandedOn) {
  auto receipt = failed(Errc::rate_limited);
  receipt.error->retry_after_ms = 9000;
  EXPECT_EQ(answer(receipt).retry_after_ms, 9000);
}

TEST_F(OneWrite, ARefusalForGoodIsInTheInboxAtOnceWithCauseAndKey) {
  answer(failed(Errc::invalid_value));
  ASSERT_THAT(one_.changes.errors, SizeIs(1));
  auto const& row = one_.changes.errors.front();
  EXPECT_EQ(row.side, Side::crm);
  EXPECT_EQ(row.record_side, Side::app);
  EXPECT_EQ(row.key, "1");
  EXPECT_EQ(row.link, 7u);
  EXPECT_EQ(row.code, Errc::invalid_value);
  EXPECT_EQ(row.detail, "refused by the test");
  EXPECT_NE(row.id, 0u);
}

TEST_F(OneWrite, APassingFailureIsInTheInboxOnlyAfterSeveralAttempts) {
  answer(failed(Errc::transient), 2);
  EXPECT_THAT(one_.changes.errors, IsEmpty());
  answer(failed(Errc::transient), 3);
  EXPECT_THAT(one_.changes.errors, SizeIs(1));
}

TEST_F(OneWrite, TheSameFailureAgainIsTheSameEntry) {
  state::ErrorRow old;
  old.id = 40;
  old.side = Side::crm;
  old.code = Errc::invalid_value;
  old.first_at = {5};
  old.attempts = 2;
  result_.pair.errors = {old};
  answer(failed(Errc::invalid_value));
  ASSERT_THAT(one_.changes.errors, SizeIs(1));
  EXPECT_EQ(one_.changes.errors.front().id, 40u);
  EXPECT_EQ(one_.changes.errors.front().attempts, 3u);
  EXPECT_EQ(one_.changes.errors.front().first_at.micros, 5);
  EXPECT_THAT(one_.changes.errors_done, IsEmpty());
}

TEST_F(OneWrite, SuccessTakesTheRecordOutOfTheInbox) {
  state::ErrorRow old;
  old.id = 40;
  old.code = Errc::invalid_value;
  result_.pair.errors = {old};
  answer(applied());
  EXPECT_THAT(one_.changes.errors_done, ElementsAre(40u));
}

TEST_F(OneWrite, ARecordThatStillWaitsKeepsItsEntries) {
  state::ErrorRow old;
  old.id = 40;
  old.code = Errc::transient;
  result_.pair.errors = {old};
  answer(failed(Errc::transient));
  EXPECT_THAT(one_.changes.errors_done, IsEmpty());
}

TEST(Outcome, FieldsRefusedAlikeKeepAnEntryEach) {
  PairCase one;
  one.linked(ann()).see(Side::app, ann()).see(Side::crm, ann());
  auto result = one.work();
  auto const refused = [](std::size_t field, char const* op) {
    return RefusedField{field, Side::crm, engine::make_error(Errc::invalid_value, op, "unknown")};
  };
  result.work.refused = {refused(0, "email"), refused(1, "name")};
  one.record(result);
  ASSERT_THAT(one.changes.errors, SizeIs(2));
  auto const first = one.changes.errors;
  EXPECT_NE(first[0].id, first[1].id);
  result.pair.errors = {first[1], first[0]};
  one.record(result);
  ASSERT_THAT(one.changes.errors, SizeIs(2));
  EXPECT_EQ(one.changes.errors[0].id, first[0].id);
  EXPECT_EQ(one.changes.errors[1].id, first[1].id);
  EXPECT_THAT(one.changes.errors_done, IsEmpty());
}

// Both sides are to be written.
class TwoWrites : public ::testing::Test {
 protected:
  TwoWrites() {
    auto crm = ann();
    crm.set("phone", text("2"));
    one_.linked(ann()).see(Side::app, ann("Anna")).see(Side::crm, crm);
    result_ = one_.work();
  }
  PairEnding answers(connectors::Receipt app, connectors::Receipt crm) {
    result_.app_receipt = std::move(app);
    result_.crm_receipt = std::move(crm);
    return one_.record(result_);
  }
  PairCase one_;
  PairResult result_;
};

TEST_F(TwoWrites, TheLongerWaitWinsWhicheverSideAsksForIt) {
  EXPECT_EQ(answers(failed(Errc::transient), failed(Errc::invalid_value)).ending, Ending::retry);
  EXPECT_EQ(answers(failed(Errc::invalid_value), failed(Errc::transient)).ending, Ending::retry);
  EXPECT_EQ(answers(failed(Errc::unauthorized), failed(Errc::precondition_failed)).ending,
            Ending::hold);
  EXPECT_EQ(answers(failed(Errc::precondition_failed), failed(Errc::transient)).ending,
            Ending::retry);
}

TEST_F(TwoWrites, WhatOneSideTookMovesAlthoughTheOtherFailed) {
  auto const ending = answers(applied(), failed(Errc::transient));
  EXPECT_EQ(ending.ending, Ending::retry);
  auto const& base = one_.stored_base();
  EXPECT_EQ(base.app.get("phone"), known("2"));
  EXPECT_EQ(base.crm.get("phone"), known("2"));
  EXPECT_EQ(base.app.get("name"), known("Ann"));
  EXPECT_EQ(base.crm.get("name"), known("Ann"));
}

}  // namespace
}  // namespace crmsync::daemon::tests
