// The command as somebody meets it who knows nothing: what is wrong is named, and what to do next.
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/shop.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crmsync::tests {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class CommandLine : public ::testing::Test {
 protected:
  void SetUp() override {
    world.app = std::make_unique<AppDatabase>(world.folder / "shop.db");
    fill_shop(*world.app, 2);
    world.start_crm({"--search-lag", "100ms"});
    world.configure(shop_mapping());
  }
  void start() {
    world.start_daemon();
    ASSERT_TRUE(world.wait_in_step()) << world.daemon().err();
  }
  SyncWorld world;
};

TEST_F(CommandLine, AWrongVerbIsToldWithTheNearestAtItsLevel) {
  auto const top = world.crmsync({"statsu"});
  EXPECT_EQ(top.code, 64);
  EXPECT_THAT(top.err,
              AllOf(HasSubstr("no `crmsync statsu`"), HasSubstr("did you mean `crmsync status`?")));
  auto const below = world.crmsync({"errors", "lst"});
  EXPECT_EQ(below.code, 64);
  EXPECT_THAT(below.err, HasSubstr("did you mean `crmsync errors list`?"));
  EXPECT_EQ(world.crmsync({"explain", "customers"}).code, 64);
}

TEST_F(CommandLine, AWrongMappingIsToldWithTheNearestByEveryVerb) {
  start();
  for (auto const& command : {std::vector<std::string>{"explain", "custmers", "1"},
                              {"plan", "custmers"},
                              {"pause", "custmers"},
                              {"resume", "custmers"},
                              {"apply", "custmers", "--yes"},
                              {"approve", "custmers", "--yes"},
                              {"errors", "list", "custmers"},
                              {"conflicts", "list", "custmers"}}) {
    auto const said = world.crmsync(command);
    EXPECT_EQ(said.code, 1) << command.front();
    EXPECT_THAT(said.err, HasSubstr("did you mean customers?")) << command.front();
    EXPECT_EQ(said.out, "") << command.front();
  }
}

TEST_F(CommandLine, AnAbsentRecordOrNumberIsToldWithWhereToLook) {
  start();
  EXPECT_THAT(world.crmsync({"explain", "customers", "99"}).err, HasSubstr("crmsync status"));
  EXPECT_THAT(world.crmsync({"conflicts", "show", "7"}).err, HasSubstr("crmsync conflicts list"));
  EXPECT_THAT(world.crmsync({"conflicts", "show", "abc"}).err,
              AllOf(HasSubstr("`abc`"), HasSubstr("crmsync conflicts list")));
  EXPECT_THAT(world.crmsync({"errors", "retry", "7"}).err, HasSubstr("crmsync errors list"));
}

TEST_F(CommandLine, AStoppedDaemonIsExitFourAlsoAsJson) {
  auto const told = world.crmsync({"status"});
  EXPECT_EQ(told.code, 4);
  EXPECT_THAT(told.err, HasSubstr("is crmsyncd running?"));
  auto const json = world.crmsync({"--json", "status"});
  EXPECT_EQ(json.code, 4);
  EXPECT_TRUE(parse_json(json.out).HasMember("error"));
}

TEST_F(CommandLine, JsonIsOneDocumentFromEveryVerb) {
  start();
  for (auto const& command : {std::vector<std::string>{"status"},
                              {"explain", "customers", "1"},
                              {"plan", "customers"},
                              {"conflicts", "list"},
                              {"errors", "list"},
                              {"approve", "customers"},
                              {"pause", "customers"},
                              {"resume", "customers"},
                              {"reload"},
                              {"version"},
                              {"error", "m204"},
                              {"check", "--config", world.folder / "config"},
                              {"test", "--config", world.folder / "config"},
                              {"explain", "custmers", "1"},
                              {"conflicts", "show", "abc"}}) {
    auto arguments = command;
    arguments.insert(arguments.begin(), "--json");
    auto const said = world.crmsync(arguments);
    EXPECT_TRUE(parse_json(said.out).HasMember("schema_version")) << said.out;
  }
}

TEST_F(CommandLine, WhatWasDoneIsSaidWithoutColour) {
  start();
  auto const pause = world.crmsync({"pause", "customers"});
  EXPECT_THAT(pause.out, HasSubstr("customers is paused"));
  auto const status = world.crmsync({"status"});
  EXPECT_THAT(status.out, AllOf(HasSubstr("customers: paused"), Not(HasSubstr("\x1b["))));
  EXPECT_THAT(world.crmsync({"resume", "customers"}).out, HasSubstr("customers goes on"));
  EXPECT_THAT(world.crmsync({"plan", "customers"}).out, HasSubstr("both sides are in step"));
  EXPECT_THAT(world.crmsync({"approve", "customers"}).out, HasSubstr("the guard holds nothing"));
}

}  // namespace
}  // namespace crmsync::tests
