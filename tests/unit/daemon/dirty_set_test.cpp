// SPDX-License-Identifier: Apache-2.0
#include "daemon/dirty_set.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crmsync::daemon {
namespace {

using engine::ChangeKind;
using engine::Side;
using std::chrono::milliseconds;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr milliseconds kSettle{1000};

SteadyTime at(int ms) {
  return SteadyTime(std::chrono::hours(1)) + milliseconds(ms);
}

DirtyKey app(char const* key) {
  return {Side::app, key};
}

class DirtySetTest : public ::testing::Test {
 protected:
  state::IntakeRow row(char const* key, ChangeKind kind = ChangeKind::changed,
                       char const* new_key = "") {
    state::IntakeRow out;
    out.sequence = ++sequence_;
    out.key = key;
    out.kind = kind;
    out.new_key = new_key;
    out.at = {static_cast<std::int64_t>(sequence_)};
    return out;
  }
  void mark(char const* key, int ms) { set_.mark(row(key), at(ms), kSettle); }
  void rekey(char const* from, char const* to) {
    set_.mark(row(from, ChangeKind::rekeyed, to), at(0), kSettle);
  }
  Dirty take_one(int ms) {
    auto taken = set_.take(1, at(ms));
    EXPECT_THAT(taken, SizeIs(1));
    return taken.empty() ? Dirty{} : std::move(taken.front());
  }

  DirtySet set_;
  state::Sequence sequence_ = 0;
};

TEST_F(DirtySetTest, ARecordIsDueOnlyAfterItsSettleTime) {
  mark("1", 0);
  EXPECT_THAT(set_.take(10, at(999)), IsEmpty());
  EXPECT_THAT(set_.take(10, at(1000)), SizeIs(1));
}

TEST_F(DirtySetTest, EveryMarkStartsTheSettleTimeAgain) {
  mark("1", 0);
  mark("1", 900);
  EXPECT_THAT(set_.take(10, at(1800)), IsEmpty());
  EXPECT_EQ(set_.next_due(), at(1900));
}

TEST_F(DirtySetTest, ConstantMarksStretchTheSettleTimeTenfoldAtMost) {
  for (int ms = 0; ms <= 20'000; ms += 500) mark("1", ms);
  EXPECT_EQ(set_.next_due(), at(10'000));
}

TEST_F(DirtySetTest, MarksOfOneRecordAreHandedOutOnceWithAllTheirRows) {
  mark("1", 0);
  mark("1", 1);
  mark("1", 2);
  auto const taken = set_.take(10, at(5000));
  ASSERT_THAT(taken, SizeIs(1));
  EXPECT_THAT(taken.front().sequences, ElementsAre(1u, 2u, 3u));
  EXPECT_EQ(taken.front().marked_at.micros, 1);
}

TEST_F(DirtySetTest, SidesAreRecordsOfTheirOwn) {
  mark("1", 0);
  auto crm = row("1");
  crm.side = Side::crm;
  set_.mark(crm, at(0), kSettle);
  EXPECT_THAT(set_.take(10, at(1000)), SizeIs(2));
}

TEST_F(DirtySetTest, RecordsAreTakenInTheOrderInWhichTheyBecameDue) {
  mark("late", 500);
  mark("early", 0);
  EXPECT_EQ(take_one(5000).id.key, "early");
  EXPECT_EQ(take_one(5000).id.key, "late");
}

TEST_F(DirtySetTest, WhatIsTakenIsNotTakenAgainUntilItEnds) {
  mark("1", 0);
  auto const dirty = take_one(1000);
  mark("1", 1001);
  EXPECT_THAT(set_.take(10, at(60'000)), IsEmpty());
  EXPECT_EQ(set_.taken(), 1u);
  EXPECT_EQ(set_.next_due(), std::nullopt);
  set_.finish(dirty.id, at(60'000));
  EXPECT_THAT(set_.take(10, at(60'000)), SizeIs(1));
}

TEST_F(DirtySetTest, AMarkThatCameMeanwhileKeepsAFinishedRecordDirtyWithItsOwnRowOnly) {
  mark("1", 0);
  auto const dirty = take_one(1000);
  mark("1", 1001);
  set_.finish(dirty.id, at(1100));
  EXPECT_THAT(take_one(1100).sequences, ElementsAre(2u));
}

TEST_F(DirtySetTest, AFinishedRecordIsGone) {
  mark("1", 0);
  set_.finish(take_one(1000).id, at(1000));
  EXPECT_EQ(set_.size(), 0u);
  EXPECT_EQ(set_.oldest_mark(), std::nullopt);
}

TEST_F(DirtySetTest, AReleasedRecordComesBackWhenItIsDueWithOldAndNewRowsAndItsAttempts) {
  mark("1", 0);
  auto dirty = take_one(1000);
  mark("1", 1001);
  ++dirty.attempts;
  set_.release(std::move(dirty), at(9000));
  EXPECT_THAT(set_.take(10, at(8999)), IsEmpty());
  auto const again = take_one(9000);
  EXPECT_THAT(again.sequences, ElementsAre(1u, 2u));
  EXPECT_EQ(again.attempts, 1);
  EXPECT_EQ(again.marked_at.micros, 1);
}

TEST_F(DirtySetTest, ANewMarkEndsAWaitAfterFailure) {
  mark("1", 0);
  set_.release(take_one(1000), at(300'000));
  mark("1", 2000);
  EXPECT_EQ(set_.next_due(), at(3000));
}

TEST_F(DirtySetTest, AForcedRecordIsDueAtOnceAndSettlesNothing) {
  set_.force(app("1"), {5}, at(0));
  EXPECT_THAT(take_one(0).sequences, IsEmpty());
}

TEST_F(DirtySetTest, ForceDoesNotLoseTheRowsThatWait) {
  mark("1", 0);
  set_.force(app("1"), {5}, at(0));
  EXPECT_THAT(take_one(0).sequences, ElementsAre(1u));
}

TEST_F(DirtySetTest, AClaimTakesAWaitingRecordWhetherDueOrNot) {
  mark("1", 0);
  auto const claimed = set_.claim(app("1"));
  ASSERT_TRUE(claimed);
  EXPECT_THAT(claimed->sequences, ElementsAre(1u));
  EXPECT_THAT(set_.take(10, at(60'000)), IsEmpty());
}

TEST_F(DirtySetTest, ThereIsNothingToClaimOfARecordThatIsCleanOrTaken) {
  EXPECT_FALSE(set_.claim(app("1")));
  mark("1", 0);
  auto const dirty = take_one(1000);
  mark("1", 1001);
  EXPECT_FALSE(set_.claim(app("1")));
}

TEST_F(DirtySetTest, TheOldestMarkIncludesWhatIsWorkedOn) {
  mark("1", 0);
  mark("2", 0);
  auto const dirty = take_one(1000);
  ASSERT_EQ(dirty.id.key, "1");
  EXPECT_EQ(set_.oldest_mark(), engine::Timestamp{1});
  set_.finish(dirty.id, at(1000));
  EXPECT_EQ(set_.oldest_mark(), engine::Timestamp{2});
}

TEST_F(DirtySetTest, AllAreAttemptedOnlyWhenEveryRecordWaitsAfterEnoughTries) {
  EXPECT_TRUE(set_.all_attempted(3));
  mark("1", 0);
  EXPECT_FALSE(set_.all_attempted(1));
  auto dirty = take_one(1000);
  EXPECT_FALSE(set_.all_attempted(0)) << "one is being worked on";
  dirty.attempts = 3;
  set_.release(std::move(dirty), at(2000));
  EXPECT_TRUE(set_.all_attempted(3));
  EXPECT_FALSE(set_.all_attempted(4));
}

TEST_F(DirtySetTest, ADeleteIsRememberedAlthoughLaterMarksCoalesceWithIt) {
  set_.mark(row("1", ChangeKind::deleted), at(0), kSettle);
  mark("1", 1);
  auto dirty = take_one(5000);
  EXPECT_EQ(dirty.kind, ChangeKind::deleted);
  mark("1", 5001);
  set_.release(std::move(dirty), at(6000));
  EXPECT_EQ(take_one(6000).kind, ChangeKind::deleted);
}

TEST_F(DirtySetTest, ADeleteThatCameWhileTheRecordWasTakenIsKeptOnRelease) {
  mark("1", 0);
  auto dirty = take_one(1000);
  set_.mark(row("1", ChangeKind::deleted), at(1001), kSettle);
  set_.release(std::move(dirty), at(2000));
  EXPECT_EQ(take_one(2000).kind, ChangeKind::deleted);
}

TEST_F(DirtySetTest, WhenADeleteBecameKnownIsKeptOverLaterMarksAndARelease) {
  set_.mark(row("1", ChangeKind::deleted), at(0), kSettle);
  mark("1", 1);
  auto taken = take_one(5'000);
  EXPECT_EQ(taken.deleted_at.micros, 1);
  set_.mark(row("1", ChangeKind::deleted), at(6'000), kSettle);
  set_.release(std::move(taken), at(7'000));
  EXPECT_EQ(take_one(20'000).deleted_at.micros, 3);
}

TEST_F(DirtySetTest, AReKeyIsRememberedAlthoughLaterMarksCoalesceWithIt) {
  rekey("1", "2");
  mark("1", 1);
  set_.mark(row("1", ChangeKind::deleted), at(2), kSettle);
  EXPECT_EQ(set_.current_key(app("1")), "2");
  EXPECT_THAT(set_.former_keys(app("2")), ElementsAre("1"));
}

TEST_F(DirtySetTest, ReKeysAreFollowedInTheOrderInWhichTheyHappened) {
  rekey("1", "2");
  rekey("2", "3");
  EXPECT_EQ(set_.current_key(app("1")), "3");
  EXPECT_THAT(set_.former_keys(app("3")), ElementsAre("2", "1"));
}

TEST_F(DirtySetTest, SwappedKeysLeadEachRecordToItsOwnPlace) {
  rekey("1", "tmp");
  rekey("2", "1");
  rekey("tmp", "2");
  EXPECT_EQ(set_.current_key(app("1")), "2");
  EXPECT_EQ(set_.current_key(app("2")), "1");
  EXPECT_THAT(set_.former_keys(app("1")), ElementsAre("2"));
  EXPECT_THAT(set_.former_keys(app("2")), ElementsAre("tmp", "1"));
}

TEST_F(DirtySetTest, AKeyThatIsGivenBackEndsWhereItBegan) {
  rekey("1", "2");
  rekey("2", "1");
  EXPECT_EQ(set_.current_key(app("1")), "1");
  EXPECT_EQ(set_.former_keys(app("1")).back(), "1");
}

TEST_F(DirtySetTest, AReKeyIsForgottenWhenItsMarkIsFinishedAndNotWhenItIsReleased) {
  rekey("1", "2");
  set_.release(take_one(1000), at(2000));
  EXPECT_EQ(set_.current_key(app("1")), "2");
  auto const dirty = take_one(2000);
  rekey("1", "5");
  set_.finish(dirty.id, at(2000));
  EXPECT_THAT(set_.former_keys(app("2")), IsEmpty());
  EXPECT_EQ(set_.current_key(app("1")), "5");
}

}  // namespace
}  // namespace crmsync::daemon
