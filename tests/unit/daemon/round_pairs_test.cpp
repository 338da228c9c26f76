// Which records belong together: ambiguity, re-keys, reuse.
// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/daemon/people.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace crmsync::daemon::tests {
namespace {

using ::testing::IsEmpty;
using ::testing::SizeIs;

class Ambiguous : public ::testing::Test {
 protected:
  // Two rows that share an address, and one contact with it.
  Ambiguous() {
    world_.start();
    world_.app.add("1", person("ann@x.test", "Ann"));
    world_.app.add("2", person("ann@x.test", "Ann"));
    world_.crm.add("c1", person("ann@x.test", "Ann"));
    world_.settle();
  }
  SmallWorld world_;
};

TEST_F(Ambiguous, RecordsParkWithTheirCandidatesAndNothingIsWritten) {
  auto const parked = world_.parked();
  ASSERT_THAT(parked, SizeIs(3));
  EXPECT_THAT(parked.front().candidates, ::testing::ElementsAre("c1"));
  EXPECT_FALSE(world_.link_of("1"));
  EXPECT_THAT(world_.crm.written, IsEmpty());
  EXPECT_THAT(world_.app.written, IsEmpty());
}

TEST_F(Ambiguous, DeletingTheDuplicateLinksTheOtherAndClosesEveryQuestion) {
  world_.app.remove("2");
  world_.settle();
  ASSERT_TRUE(world_.link_of("1"));
  EXPECT_EQ(world_.link_of("1")->crm_id, "c1");
  EXPECT_THAT(world_.parked(), IsEmpty());
}

TEST_F(Ambiguous, CorrectingTheDuplicatesAddressLinksTheOther) {
  world_.app.edit("2", "email", text("amy@x.test"));
  world_.settle();
  ASSERT_TRUE(world_.link_of("1"));
  EXPECT_EQ(world_.link_of("1")->crm_id, "c1");
  EXPECT_TRUE(world_.link_of("2"));
  EXPECT_THAT(world_.parked(), IsEmpty());
}

TEST_F(Ambiguous, APersonsChoiceClosesTheCandidatesOwnQuestionToo) {
  world_.run->named_match["1"] = {"c1", true};
  world_.app.edit("1", "phone", text("5"));
  world_.settle();
  ASSERT_TRUE(world_.link_of("1"));
  auto const history = world_.history_of("1");
  EXPECT_TRUE(std::ranges::any_of(history, [](state::HistoryRow const& row) {
    return row.note == "matched by a person's choice";
  }));
  EXPECT_THAT(world_.parked(), IsEmpty());
  EXPECT_TRUE(world_.link_of("2")) << "no candidate is left: it is somebody new";
}

// The mark is made while the round runs, and others become durable before the round ends.
TEST_F(Ambiguous, AMarkThatARoundMakesIsReadAlthoughLaterOnesWereReadBefore) {
  bool arrived = false;
  world_.crm.before_apply = [&] {
    state::Commit changes;
    changes.intake.push_back(
        world_.intake->row(world_.run->id, engine::Side::app, "somebody else"));
    world_.store->commit(std::move(changes), [&](engine::Status status) { arrived = !!status; });
    world_.intake->feed();
  };
  world_.app.edit("2", "email", text("amy@x.test"));
  world_.settle();
  ASSERT_TRUE(arrived);
  ASSERT_TRUE(world_.link_of("1"));
  EXPECT_EQ(world_.link_of("1")->crm_id, "c1");
}

TEST(Match, ACandidateThatIsGoneStandsInNobodysWay) {
  MappingYaml yaml;
  yaml.create = "app_to_crm";
  SmallWorld world(yaml);
  world.crm.add("c1", person("ann@x.test", "Ann"));
  world.start();
  world.settle();
  world.crm.remove_unseen("c1");
  world.app.add("1", person("ann@x.test", "Ann"));
  world.advance(std::chrono::minutes(5));
  ASSERT_TRUE(world.link_of("1"));
  EXPECT_NE(world.link_of("1")->crm_id, "c1");
}

TEST(Match, RecordsThatAppearOnBothSidesAtOnceFindEachOther) {
  SmallWorld world;
  world.start();
  world.settle();
  world.app.add("1", person("ann@x.test", "Ann"));
  world.crm.add("c1", person("ann@x.test", "Ann"));
  world.settle();
  ASSERT_TRUE(world.link_of("1"));
  EXPECT_EQ(world.link_of("1")->crm_id, "c1");
  EXPECT_THAT(world.app.written, IsEmpty());
  EXPECT_THAT(world.crm.written, IsEmpty());
}

// Both sides of it are looked at in one round: neither mark may stay behind.
TEST(DamagedBase, SetsItsRecordAsideOnceAndHoldsNobody) {
  SmallWorld world;
  world.start();
  world.link("1", "c1", person("ann@x.test", "Ann"));
  world.link("2", "c2", person("bob@x.test", "Bob"));
  world.store->damaged_base = world.link_of("1")->id;
  for (auto const* key : {"1", "2"}) world.app.edit(key, "name", text("Changed"));
  for (auto const* key : {"c1", "c2"}) world.crm.edit(key, "name", text("Changed"));
  world.settle();
  EXPECT_EQ(world.run->dirty.size(), 0u);
  EXPECT_THAT(world.intake_rows(), IsEmpty());
  ASSERT_THAT(world.errors(), SizeIs(1));
  EXPECT_EQ(world.errors().front().code, engine::Errc::corrupt);
  EXPECT_EQ(world.errors().front().key, "1");
}

class ReKey : public ::testing::Test {
 protected:
  ReKey() {
    world_.start();
    world_.link("1", "c1", person("ann@x.test", "Ann"));
  }
  SmallWorld world_;
};

TEST_F(ReKey, TheLinkFollowsTheRowAndNothingIsCreatedOrDeleted) {
  world_.app.rekey("1", "2");
  world_.settle();
  ASSERT_TRUE(world_.link_of("2"));
  EXPECT_EQ(world_.link_of("2")->crm_id, "c1");
  EXPECT_THAT(world_.crm.written, IsEmpty());
}

TEST_F(ReKey, AChainWithinOneSettleTimeIsFollowedToItsEnd) {
  world_.app.rekey("1", "2");
  world_.app.rekey("2", "3");
  world_.settle();
  ASSERT_TRUE(world_.link_of("3"));
  EXPECT_EQ(world_.link_of("3")->crm_id, "c1");
  EXPECT_THAT(world_.crm.written, IsEmpty());
}

TEST_F(ReKey, SwappedKeysSwapNobody) {
  world_.link("2", "c2", person("bob@x.test", "Bob"));
  world_.app.rekey("1", "tmp");
  world_.app.rekey("2", "1");
  world_.app.rekey("tmp", "2");
  world_.settle();
  ASSERT_TRUE(world_.link_of("1"));
  ASSERT_TRUE(world_.link_of("2"));
  EXPECT_EQ(world_.link_of("2")->crm_id, "c1");
  EXPECT_EQ(world_.link_of("1")->crm_id, "c2");
  EXPECT_THAT(world_.crm.written, IsEmpty());
}

TEST_F(ReKey, ANewRowUnderTheOldKeyIsAPersonOfItsOwn) {
  world_.app.rekey("1", "2");
  world_.app.add("1", person("bob@x.test", "Bob"));
  world_.settle();
  ASSERT_TRUE(world_.link_of("1"));
  ASSERT_TRUE(world_.link_of("2"));
  EXPECT_EQ(world_.link_of("2")->crm_id, "c1");
  EXPECT_EQ(world_.crm.value(world_.link_of("1")->crm_id, "name"), known("Bob"));
  EXPECT_EQ(world_.crm.value("c1", "name"), known("Ann"));
}

TEST(ReKeyOfADetachedRow, KeepsItDetached) {
  MappingYaml yaml;
  yaml.deletes = "{app_deleted: unlink, crm_deleted: unlink}";
  SmallWorld world(yaml);
  world.start();
  world.link("1", "c1", person("ann@x.test", "Ann"));
  world.crm.remove("c1");
  world.advance(std::chrono::minutes(10));  // the window in which a merge may explain it
  ASSERT_EQ(world.link_of("1")->state, engine::LinkState::detached);
  world.app.rekey("1", "2");
  world.settle();
  world.app.edit("2", "name", text("Anna"));
  world.settle();
  ASSERT_TRUE(world.link_of("2"));
  EXPECT_EQ(world.link_of("2")->state, engine::LinkState::detached);
  EXPECT_THAT(world.crm.written, IsEmpty());
}

// The link moved before the process ended, the marks under the old key were not finished.
TEST_F(ReKey, MarksLeftUnderTheOldKeyFindTheRow) {
  world_.app.rekey("1", "2");
  world_.settle();
  state::Commit left;
  state::IntakeRow row;
  row.sequence = world_.store->next_sequence();
  row.mapping = world_.run->id;
  row.side = engine::Side::app;
  row.key = "1";
  row.kind = engine::ChangeKind::rekeyed;
  row.new_key = "2";
  row.at = world_.runtime.now();
  left.intake = {row};
  world_.store->commit(std::move(left), [](engine::Status const& status) { ASSERT_TRUE(status); });
  world_.restart();
  world_.settle();
  EXPECT_THAT(world_.intake_rows(), IsEmpty());
  EXPECT_EQ(world_.link_of("2")->crm_id, "c1");
  EXPECT_THAT(world_.crm.written, IsEmpty());
}

// Its contact keeps the name that was made from the old key; the next owner of that key must not
// write over it.
TEST(ReKeyName, ARowUnderTheKeyOfARecordThatWeMadeIsCalledSomethingElse) {
  SmallWorld world;
  world.start();
  world.app.add("1", person("ann@x.test", "Ann"));
  world.settle();
  ASSERT_EQ(world.crm.written.back().external_id, "1");
  auto const ann = world.link_of("1")->crm_id;
  world.app.rekey("1", "2");
  world.app.add("1", person("bob@x.test", "Bob"));
  world.settle();
  EXPECT_EQ(world.link_of("2")->crm_id, ann);
  EXPECT_EQ(world.crm.value(ann, "name"), known("Ann"));
  EXPECT_EQ(world.crm.written.back().external_id, "1~2");
  EXPECT_EQ(world.crm.live(), 2u);
}

TEST(ReKeyName, ARecordMayComeBackToItsKeyAndLeaveAgain) {
  SmallWorld world;
  world.start();
  world.app.add("1", person("ann@x.test", "Ann"));
  world.settle();
  for (auto const* key : {"2", "1", "3", "1", "4"}) {
    auto const from = world.link_of("1") ? "1" : world.link_of("2") ? "2" : "3";
    world.app.rekey(from, key);
    world.settle();
    ASSERT_TRUE(world.link_of(key)) << key;
  }
  EXPECT_EQ(world.crm.live(), 1u);
}

// The row changes its key while nobody knows whether its contact was made.
TEST(ReKeyRace, ACreateOfUnknownOutcomeBelongsToTheRowUnderItsNewKey) {
  SmallWorld world;
  world.start();
  world.settle();
  world.crm.lose_answer = [&](connectors::Operation const&) {
    world.crm.lose_answer = nullptr;
    world.app.rekey("1", "2");
    auto lost = engine::make_error(engine::Errc::transient, "write", "the answer was lost");
    lost.maybe_applied = true;
    return std::optional(lost);
  };
  world.app.add("1", person("ann@x.test", "Ann"));
  world.advance(std::chrono::minutes(10));
  EXPECT_EQ(world.crm.live(), 1u);
  ASSERT_TRUE(world.link_of("2"));
  EXPECT_EQ(world.link_of("2")->external_id, "1") << "as the contact is called";
  EXPECT_THAT(world.run->open_intents, IsEmpty());
}

TEST(ReKeyRace, ACreateOfUnknownOutcomeIsFoundOverTwoChangesOfTheKey) {
  SmallWorld world;
  world.start();
  world.settle();
  world.crm.lose_answer = [&](connectors::Operation const&) {
    world.crm.lose_answer = nullptr;
    world.app.rekey("2", "3");
    auto lost = engine::make_error(engine::Errc::transient, "write", "the answer was lost");
    lost.maybe_applied = true;
    return std::optional(lost);
  };
  world.app.add("1", person("ann@x.test", "Ann"));
  world.app.rekey("1", "2");
  world.advance(std::chrono::minutes(10));
  EXPECT_EQ(world.crm.live(), 1u);
  ASSERT_TRUE(world.link_of("3"));
  EXPECT_THAT(world.run->open_intents, IsEmpty());
}

// One mark of a round at a time: each of the row's keys is looked at by itself, in every order.
TEST(ReKeyRace, MarksOfEveryKeyOnTheWayFindTheLinkWhereverItIs) {
  for (auto const batch : {1u, 2u, 100u}) {
    SmallWorld world;
    world.tuning.batch_records_max = batch;
    world.start();
    world.link("1", "c1", person("ann@x.test", "Ann"));
    world.app.rekey("1", "2");
    world.app.rekey("2", "3");
    world.settle();
    world.app.rekey("3", "4");
    world.app.rekey("4", "5");
    world.app.edit("5", "name", text("Anna"));
    world.settle();
    ASSERT_TRUE(world.link_of("5"));
    EXPECT_EQ(world.link_of("5")->crm_id, "c1");
    EXPECT_EQ(world.crm.value("c1", "name"), known("Anna"));
    EXPECT_EQ(world.crm.live(), 1u);
    EXPECT_THAT(world.intake_rows(), IsEmpty()) << "no mark waits for ever";
  }
}

TEST(ReKeyRace, TheNewKeyMayBecomeDueBeforeTheOldOne) {
  MappingYaml yaml;
  yaml.schedule = "{app: {every: 1s}, crm: {poll: 60s}, settle: 5s}";
  SmallWorld world(yaml);
  world.start();
  world.link("1", "c1", person("ann@x.test", "Ann"));
  world.app.rekey("1", "3");
  world.advance(std::chrono::seconds(3));
  world.app.add("1", person("bob@x.test", "Bob"));
  world.settle();
  ASSERT_TRUE(world.link_of("3"));
  EXPECT_EQ(world.link_of("3")->crm_id, "c1");
  ASSERT_TRUE(world.link_of("1"));
  EXPECT_EQ(world.crm.live(), 2u);
}

// The CRM's edit makes us look for the row before the app's own changes were read.
TEST(ReKeyRace, ARowThatIsNotThereIsNoDeleteUntilTheAppsChangesWereRead) {
  MappingYaml yaml;
  yaml.schedule = "{app: {every: 60s}, crm: {poll: 1s}, settle: 0s}";
  SmallWorld world(yaml);
  world.start();
  world.link("1", "c1", person("ann@x.test", "Ann"));
  world.app.rekey("1", "2");
  world.crm.edit("c1", "name", text("Anna"));
  world.settle();
  EXPECT_TRUE(world.crm.has("c1"));
  ASSERT_TRUE(world.link_of("2"));
  EXPECT_EQ(world.app.value("2", "name"), known("Anna"));
}

// An edit is no word of the app that the row is gone, however long ago it was.
TEST(ReKeyRace, AnEarlierEditOfTheRowIsNoWordOfItsDelete) {
  MappingYaml yaml;
  yaml.schedule = "{app: {every: 60s}, crm: {poll: 60s}, settle: 30s}";
  SmallWorld world(yaml);
  world.start();
  world.app.add("1", person("ann@x.test", "Ann"));
  world.crm.add("c1", person("ann@x.test", "Ann"));
  world.advance(std::chrono::minutes(3));
  world.app.edit("1", "name", text("Anna"));
  world.advance(std::chrono::seconds(61));  // the edit was read and waits to settle
  world.app.rekey("1", "2");
  world.advance(std::chrono::minutes(4));
  EXPECT_TRUE(world.crm.has("c1"));
  ASSERT_TRUE(world.link_of("2"));
  EXPECT_EQ(world.crm.value("c1", "name"), known("Anna"));
}

TEST(ReKeyRace, ARowThatIsReallyGoneIsADeleteAllTheSame) {
  MappingYaml yaml;
  yaml.schedule = "{app: {every: 60s}, crm: {poll: 1s}, settle: 0s}";
  yaml.deletes = "{app_deleted: archive_crm, crm_deleted: delete_row, versus_edit: delete_wins}";
  SmallWorld world(yaml);
  world.start();
  world.link("1", "c1", person("ann@x.test", "Ann"));
  world.app.remove("1");
  world.crm.edit("c1", "name", text("Anna"));
  world.advance(std::chrono::minutes(3));
  EXPECT_FALSE(world.crm.has("c1"));
}

}  // namespace
}  // namespace crmsync::daemon::tests
