// A row under the key of a row that went away.
// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/daemon/people.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crmsync::daemon::tests {
namespace {

using ::testing::IsEmpty;

class RowGone : public ::testing::Test {
 protected:
  RowGone() : world_(yaml()) {
    world_.start();
    world_.link("1", "c1", person("ann@x.test", "Ann"));
    world_.app.remove("1");
    world_.advance(std::chrono::minutes(5));
  }
  static MappingYaml yaml() {
    MappingYaml yaml;
    yaml.deletes = "{app_deleted: ignore, crm_deleted: delete_row}";
    return yaml;
  }
  SmallWorld world_;
};

TEST_F(RowGone, IsRememberedOverARestartWhileThePairStaysLinked) {
  ASSERT_TRUE(world_.link_of("1"));
  EXPECT_EQ(world_.link_of("1")->state, engine::LinkState::linked);
  EXPECT_TRUE(world_.link_of("1")->app_gone_at);
}

TEST_F(RowGone, AStrangerUnderItsKeyLeavesTheOldContactAlone) {
  world_.restart();
  world_.app.add("1", person("bob@x.test", "Bob"));
  world_.advance(std::chrono::minutes(5));
  EXPECT_EQ(world_.crm.value("c1", "name"), known("Ann"));
  ASSERT_TRUE(world_.link_of("1"));
  EXPECT_NE(world_.link_of("1")->crm_id, "c1");
  EXPECT_EQ(world_.crm.live(), 2u);
}

TEST_F(RowGone, TheSamePersonUnderItsKeyContinuesThePair) {
  world_.app.add("1", person("ann@x.test", "Anna"));
  world_.advance(std::chrono::minutes(5));
  EXPECT_EQ(world_.crm.value("c1", "name"), known("Anna"));
  EXPECT_FALSE(world_.link_of("1")->app_gone_at);
  EXPECT_THAT(world_.parked(), IsEmpty());
}

// The CRM's edit makes us look before the app's own changes were read.
TEST(RowReplaced, ARowThatLostAllMatchValuesIsAStrangerUntilTheAppWasHeard) {
  MappingYaml yaml;
  yaml.schedule = "{app: {every: 60s}, crm: {poll: 1s}, settle: 0s}";
  yaml.conflict = "{default: [crm]}";
  SmallWorld world(yaml);
  world.start();
  world.link("1", "c1", person("ann@x.test", "Ann"));
  world.app.remove("1");
  world.app.add("1", person("bob@x.test", "Bob"));
  world.crm.edit("c1", "name", text("Anna"));
  world.advance(std::chrono::minutes(5));
  EXPECT_EQ(world.app.value("1", "name"), known("Bob"));
  EXPECT_EQ(world.app.value("1", "email"), known("bob@x.test"));
}

// The wait for the app's word is no wait for ever, and an edit that it told of needs none.
TEST(RowReplaced, AnEditOfTheMatchValueArrivesAtOnce) {
  SmallWorld world;
  world.start();
  world.link("1", "c1", person("ann@x.test", "Ann"));
  world.app.edit("1", "email", text("new@x.test"));
  world.settle();
  EXPECT_EQ(world.crm.value("c1", "email"), known("new@x.test"));
}

// Every record gone at once: that is what the guard is for.
TEST(HeldDelete, ALinkOfARowWhoseDeleteIsHeldIsNotHandedToAStranger) {
  SmallWorld world;
  world.start();
  world.link("1", "c1", person("ann@x.test", "Ann"));
  world.link("2", "c2", person("amy@x.test", "Amy"));
  world.app.remove("1");
  world.app.remove("2");
  world.advance(std::chrono::minutes(5));
  ASSERT_THAT(world.held(), ::testing::SizeIs(2));
  world.app.add("1", person("bob@x.test", "Bob"));
  world.advance(std::chrono::minutes(5));
  EXPECT_EQ(world.crm.value("c1", "name"), known("Ann"));
  EXPECT_TRUE(world.crm.has("c1"));
}

}  // namespace
}  // namespace crmsync::daemon::tests
