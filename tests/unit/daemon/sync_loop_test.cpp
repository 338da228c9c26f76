// When rounds run, and what is left after a stop.
// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/daemon/people.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crmsync::daemon::tests {
namespace {

using engine::Errc;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(SyncLoop, AMappingThatWaitsForItsPlanWritesNothing) {
  MappingYaml yaml;
  yaml.initial = "{prefer: app, require_plan: true}";
  SmallWorld world(yaml);
  world.app.add("1", person("ann@x.test", "Anna"));
  world.crm.add("c1", person("ann@x.test", "Ann"));
  world.app.add("2", person("bob@x.test", "Bob"));
  world.start();
  world.advance(std::chrono::minutes(30));
  EXPECT_THAT(world.app.written, IsEmpty());
  EXPECT_THAT(world.crm.written, IsEmpty());
  EXPECT_FALSE(world.link_of("1"));
  EXPECT_THAT(world.intake_rows(), SizeIs(3));
  world.run->row.apply_approved = true;
  world.settle();
  EXPECT_EQ(world.crm.value("c1", "name"), known("Anna"));
  EXPECT_TRUE(world.link_of("2"));
}

TEST(SyncLoop, APausedMappingKeepsItsMarks) {
  SmallWorld world;
  world.start();
  world.link("1", "c1", person("ann@x.test", "Ann"));
  world.run->row.paused = true;
  world.app.edit("1", "name", text("Anna"));
  world.settle();
  EXPECT_THAT(world.crm.written, IsEmpty());
  world.run->row.paused = false;
  world.settle();
  EXPECT_EQ(world.crm.value("c1", "name"), known("Anna"));
}

TEST(SyncLoop, NothingIsCreatedBeforeBothSidesWereReadCompletely) {
  SmallWorld world;
  world.app.add("1", person("ann@x.test", "Ann"));
  world.crm.add("c1", person("ann@x.test", "Ann"));
  world.crm.fail_snapshot = read_fails(Errc::transient);
  world.start();
  world.advance(std::chrono::minutes(5));
  EXPECT_THAT(world.crm.written, IsEmpty());
  world.crm.fail_snapshot = nullptr;
  world.advance(std::chrono::minutes(10));
  ASSERT_TRUE(world.link_of("1"));
  EXPECT_EQ(world.link_of("1")->crm_id, "c1");
  EXPECT_EQ(world.crm.live(), 1u);
}

TEST(SyncLoop, ManyRecordsGoInBatches) {
  SmallWorld world;
  world.start();
  world.settle();
  for (int i = 0; i < 250; ++i)
    world.app.add(std::to_string(i), person("p" + std::to_string(i) + "@x.test", "Name"));
  world.settle();
  EXPECT_EQ(world.crm.live(), 250u);
  EXPECT_EQ(world.crm.apply_calls, 3u);
}

TEST(SyncLoop, AnOperationOfUnknownFateIsLookedUpFirstAfterARestart) {
  SmallWorld world;
  world.start();
  world.link("1", "c1", person("ann@x.test", "Ann"));
  world.crm.lose_answer = fails(Errc::transient);
  world.crm.fail_fetch = nullptr;
  world.app.edit("1", "name", text("Anna"));
  bool sent = false;
  world.crm.lose_answer = [&](connectors::Operation const&) -> std::optional<engine::Error> {
    sent = true;
    world.crm.fail_fetch = read_fails(Errc::transient);  // and nobody can look for now
    return engine::make_error(Errc::transient, "write", "no answer");
  };
  world.settle();
  ASSERT_TRUE(sent);
  auto intents = world.store->intents_after(0, 10);
  ASSERT_TRUE(intents);
  EXPECT_THAT(*intents, SizeIs(1));
  world.crm.fail_fetch = nullptr;
  world.crm.lose_answer = nullptr;
  auto const writes = world.crm.written.size();
  world.restart();
  world.settle();
  intents = world.store->intents_after(0, 10);
  ASSERT_TRUE(intents);
  EXPECT_THAT(*intents, IsEmpty());
  EXPECT_THAT(world.crm.written, SizeIs(writes)) << "it was sent again although it had been done";
  EXPECT_EQ(world.base_of("1").crm.get("name"), known("Anna"));
}

TEST(SyncLoop, WhatWasDirtyBeforeARestartIsDoneAfterIt) {
  SmallWorld world;
  world.start();
  world.link("1", "c1", person("ann@x.test", "Ann"));
  world.run->row.paused = true;
  world.app.edit("1", "name", text("Anna"));
  world.settle();
  world.restart();
  world.settle();
  EXPECT_EQ(world.crm.value("c1", "name"), known("Anna"));
}

TEST(SyncLoop, ARecordThatFailsHoldsNoNeighbour) {
  SmallWorld world;
  world.start();
  world.link("1", "c1", person("ann@x.test", "Ann"));
  world.link("2", "c2", person("bob@x.test", "Bob"));
  world.crm.refuse = [](connectors::Operation const& operation) -> std::optional<engine::Error> {
    if (operation.key != "c1") return std::nullopt;
    return engine::make_error(Errc::transient, "write", "not this one");
  };
  world.app.edit("1", "name", text("Anna"));
  world.app.edit("2", "name", text("Bobby"));
  world.settle();
  EXPECT_EQ(world.crm.value("c2", "name"), known("Bobby"));
  EXPECT_EQ(world.run->dirty.size(), 1u);
}

}  // namespace
}  // namespace crmsync::daemon::tests
