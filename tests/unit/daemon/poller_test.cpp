// Positions, pages and what is durable before what.
// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/daemon/people.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crmsync::daemon::tests {
namespace {

using engine::Errc;
using engine::Side;
using state::SnapshotPhase;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

state::CursorRow stored_cursor(SmallWorld& world, Side side) {
  auto const row = world.store->cursor(world.run->id, side);
  return row && *row ? **row : state::CursorRow{};
}

std::vector<std::string> keys(std::vector<state::IntakeRow> const& rows, Side side) {
  std::vector<std::string> out;
  for (auto const& row : rows)
    if (row.side == side) out.push_back(row.key);
  return out;
}

TEST(Poller, ThePositionIsTakenBeforeTheSnapshotSoThatNothingFallsBetween) {
  SmallWorld world;
  world.app.add("1", person("ann@x.test", "Ann"));
  world.app.page_max = 1;
  world.app.before_start_cursor = [&] { EXPECT_EQ(world.app.snapshot_calls, 0u); };
  // Added while the snapshot runs, behind the key that was read already.
  world.crm.fail_snapshot = [&]() -> std::optional<engine::Error> {
    if (!world.app.has("0")) world.app.add("0", person("zoe@x.test", "Zoe"));
    return std::nullopt;
  };
  world.start();
  world.settle();
  EXPECT_TRUE(world.link_of("0"));
  EXPECT_TRUE(world.link_of("1"));
}

TEST(Poller, ASnapshotGoesOnWhereItStoodAfterARestart) {
  SmallWorld world;
  for (int i = 1; i <= 3; ++i)
    world.app.add(std::to_string(i), person("p" + std::to_string(i) + "@x.test", "Name"));
  world.app.page_max = 1;
  int pages = 0;
  world.app.fail_snapshot = [&]() -> std::optional<engine::Error> {
    if (++pages <= 2) return std::nullopt;
    return engine::make_error(Errc::transient, "snapshot", "not now");
  };
  world.start();
  world.advance(std::chrono::seconds(1));
  EXPECT_EQ(stored_cursor(world, Side::app).snapshot, SnapshotPhase::running);
  EXPECT_EQ(stored_cursor(world, Side::app).snapshot_records, 2u);
  EXPECT_FALSE(world.run->snapshots_complete());
  EXPECT_THAT(world.crm.written, IsEmpty()) << "nothing is created before both sides were read";
  world.app.fail_snapshot = nullptr;
  world.app.snapshot_calls = 0;
  world.restart();
  world.settle();
  EXPECT_EQ(world.app.snapshot_calls, 1u);
  EXPECT_EQ(world.crm.live(), 3u);
}

TEST(Poller, APageIsDurableBeforeItsCursorMoves) {
  SmallWorld world;
  world.start();
  world.link("1", "c1", person("ann@x.test", "Ann"));
  auto const before = stored_cursor(world, Side::app);
  bool refused = false;
  world.store->refuse = [&](state::Commit const& changes) -> std::optional<engine::Error> {
    if (changes.cursors.empty()) return std::nullopt;
    EXPECT_THAT(changes.intake, ::testing::Not(IsEmpty())) << "a cursor without its marks";
    refused = true;
    return engine::make_error(Errc::storage_full, "commit", "no room");
  };
  auto const acknowledged = world.app.acknowledged;
  world.app.edit("1", "name", text("Anna"));
  world.settle();
  ASSERT_TRUE(refused);
  EXPECT_EQ(stored_cursor(world, Side::app), before);
  EXPECT_EQ(world.run->app.cursor.cursor, before.cursor);
  EXPECT_EQ(world.app.acknowledged, acknowledged) << "the app forgot what is not durable here";
  world.store->refuse = nullptr;
  world.advance(std::chrono::minutes(3));
  EXPECT_EQ(world.crm.value("c1", "name"), known("Anna"));
}

TEST(Poller, WhatIsConfirmedAlreadyIsNoNews) {
  SmallWorld world;
  world.start();
  world.link("1", "c1", person("ann@x.test", "Ann"));
  world.app.edit("1", "name", text("Anna"));
  world.settle();
  ASSERT_EQ(world.crm.value("c1", "name"), known("Anna"));
  auto const reads = world.app.fetch_calls + world.crm.fetch_calls;
  world.settle();
  EXPECT_EQ(world.app.fetch_calls + world.crm.fetch_calls, reads)
      << "our own write was taken for news";
}

TEST(Poller, AFullIntakePausesAndLosesNothing) {
  SmallWorld world({}, 5);
  for (int i = 0; i < 12; ++i)
    world.app.add(std::to_string(i), person("p" + std::to_string(i) + "@x.test", "Name"));
  world.app.page_max = 5;
  world.start();
  world.run->row.paused = true;
  world.settle();
  EXPECT_THAT(world.intake_rows(), SizeIs(5));
  EXPECT_EQ(world.app.snapshot_calls, 1u);
  world.run->row.paused = false;
  // Both snapshots have to be complete before anything is settled; room comes from the admin.
  state::Commit room;
  for (auto const& row : world.intake_rows()) room.settled.push_back(row.sequence);
  world.store->commit(std::move(room), [](engine::Status status) { ASSERT_TRUE(status); });
  world.advance(std::chrono::seconds(3));
  EXPECT_EQ(world.app.snapshot_calls, 2u);
}

TEST(Poller, APollThatMetAFullIntakeGoesOnAsSoonAsThereIsRoom) {
  MappingYaml yaml;
  yaml.schedule = "{app: {every: 10m}, crm: {poll: 10m}, settle: 1s}";
  SmallWorld world(yaml, 5);
  world.app.page_max = 5;
  world.start();
  world.advance(std::chrono::minutes(1));
  for (int i = 0; i < 12; ++i)
    world.app.add(std::to_string(i), person("p" + std::to_string(i) + "@x.test", "Name"));
  world.run->poll_app.notify();
  world.advance(std::chrono::minutes(1));
  EXPECT_EQ(world.crm.live(), 12u);
}

TEST(Poller, AnExpiredPositionMarksEveryLinkBeforeItIsReplaced) {
  SmallWorld world;
  world.start();
  world.link("1", "c1", person("ann@x.test", "Ann"));
  world.link("2", "c2", person("bob@x.test", "Bob"));
  world.link("3", "c3", person("cat@x.test", "Cat"));
  world.app.remove("1");
  world.app.add("9", person("new@x.test", "New"));
  world.app.expire_positions();  // the delete is served no more
  world.app.before_start_cursor = [&] { world.run->stopping = true; };  // the worst moment
  world.advance(std::chrono::seconds(15));
  ASSERT_TRUE(world.run->stopping);
  world.app.before_start_cursor = nullptr;
  world.restart();
  world.settle();
  EXPECT_FALSE(world.crm.has("c1")) << "the delete of that time was lost";
  EXPECT_TRUE(world.crm.has("c2"));
  EXPECT_TRUE(world.link_of("9"));
}

TEST(Poller, ASystemThatServesNoPositionAtAllIsNotReadInALoop) {
  SmallWorld world;
  world.start();
  world.settle();
  auto const calls = world.crm.changes_calls;
  world.crm.fail_changes = read_fails(Errc::cursor_expired);
  world.advance(std::chrono::minutes(60));
  EXPECT_GT(world.crm.changes_calls, calls);
  EXPECT_LT(world.crm.changes_calls, calls + 60);
}

TEST(Poller, AFailureIsShownWhileItLastsAndEndsByItself) {
  SmallWorld world;
  world.start();
  world.link("1", "c1", person("ann@x.test", "Ann"));
  world.crm.fail_changes = read_fails(Errc::transient);
  world.settle();
  ASSERT_TRUE(world.run->crm.trouble);
  EXPECT_EQ(world.run->crm.trouble->code, Errc::transient);
  world.crm.fail_changes = nullptr;
  world.advance(std::chrono::minutes(10));
  EXPECT_FALSE(world.run->crm.trouble);
}

TEST(Poller, AFailureThatNeedsAPersonIsNotRepeatedInALoop) {
  SmallWorld world;
  world.start();
  world.link("1", "c1", person("ann@x.test", "Ann"));
  world.crm.fail_changes = read_fails(Errc::unauthorized);
  world.settle();
  auto const calls = world.crm.changes_calls;
  world.advance(std::chrono::minutes(10));
  EXPECT_LE(world.crm.changes_calls, calls + 11);
}

TEST(Poller, AReKeyMarksBothKeysInOneCommit) {
  SmallWorld world;
  world.start();
  world.link("1", "c1", person("ann@x.test", "Ann"));
  world.run->row.paused = true;
  world.app.rekey("1", "2");
  world.settle();
  auto const rows = world.intake_rows();
  EXPECT_THAT(keys(rows, Side::app), UnorderedElementsAre("1", "2"));
}

}  // namespace
}  // namespace crmsync::daemon::tests
