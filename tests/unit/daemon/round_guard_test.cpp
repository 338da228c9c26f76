// Mass damage is held, and what a person approved is done.
// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/daemon/people.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crmsync::daemon::tests {
namespace {

using engine::Errc;
using engine::Null;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class RoundGuard : public ::testing::Test {
 protected:
  void fill(MappingYaml const& yaml, int records) {
    world_ = std::make_unique<SmallWorld>(yaml);
    world_->start();
    for (int i = 0; i < records; ++i) {
      auto const key = std::to_string(i);
      auto fields = person("p" + key + "@x.test", "Name");
      fields.set("phone", text("0"));
      world_->app.add(key, fields);
      world_->crm.add("c" + key, fields);
    }
    world_->settle();
    records_ = records;
  }
  void each(std::function<void(std::string const&)> const& change) {
    for (int i = 0; i < records_; ++i) change(std::to_string(i));
    world_->settle();
  }
  void approve() {
    state::Commit changes;
    for (auto row : world_->held()) {
      row.approved = true;
      changes.held.push_back(row);
      auto const link = world_->store->link(row.link);
      ASSERT_TRUE(link && *link);
      changes.intake.push_back(
          world_->intake->row(world_->run->id, engine::Side::app, (*link)->app_key));
    }
    world_->store->commit(std::move(changes), [](engine::Status s) { ASSERT_TRUE(s); });
    world_->intake->feed();
  }

  std::unique_ptr<SmallWorld> world_;
  int records_ = 0;
};

TEST_F(RoundGuard, ARowThatIsReKeyedWhileItsDeleteIsHeldKeepsItsLink) {
  MappingYaml yaml;
  yaml.deletes = "{app_deleted: archive_crm, crm_deleted: delete_row, versus_edit: delete_wins}";
  fill(yaml, 12);
  each([&](std::string const& key) { world_->crm.remove("c" + key); });
  world_->advance(std::chrono::minutes(10));  // the window in which a merge may explain it
  ASSERT_THAT(world_->held(), SizeIs(12));
  world_->app.rekey("0", "100");
  world_->settle();
  world_->app.edit("100", "name", text("Changed"));
  world_->settle();
  ASSERT_TRUE(world_->link_of("100"));
  EXPECT_EQ(world_->link_of("100")->crm_id, "c0");
  EXPECT_THAT(world_->crm.written, IsEmpty());
  approve();
  world_->settle();
  EXPECT_EQ(world_->app.live(), 0u);
}

TEST_F(RoundGuard, AMassDeleteIsHeldWholeAndTheApprovalReleasesIt) {
  fill({}, 12);
  each([&](std::string const& key) { world_->app.remove(key); });
  EXPECT_EQ(world_->crm.live(), 12u);
  EXPECT_THAT(world_->held(), SizeIs(12));
  approve();
  world_->settle();
  EXPECT_EQ(world_->crm.live(), 0u);
  EXPECT_THAT(world_->held(), IsEmpty());
}

TEST_F(RoundGuard, AnApprovalSurvivesAFailureOfWhatItReleased) {
  fill({}, 3);
  each([&](std::string const& key) { world_->app.remove(key); });
  ASSERT_THAT(world_->held(), SizeIs(3));
  world_->crm.refuse = fails(Errc::transient, 3);
  approve();
  world_->advance(std::chrono::minutes(2));
  EXPECT_EQ(world_->crm.live(), 0u);
  EXPECT_THAT(world_->held(), IsEmpty());
}

TEST_F(RoundGuard, RecordsThatGoOneByOneDoNotEmptyASide) {
  fill({}, 3);
  for (int i = 0; i < 3; ++i) {
    world_->app.remove(std::to_string(i));
    world_->settle();
  }
  EXPECT_EQ(world_->crm.live(), 1u);
  EXPECT_THAT(world_->held(), SizeIs(1));
}

TEST_F(RoundGuard, MassUpdatesPassUnlessGuardUpdatesSaysOtherwise) {
  fill({}, 30);
  each([&](std::string const& key) { world_->app.edit(key, "name", text("New")); });
  EXPECT_THAT(world_->crm.written, SizeIs(30));
}

TEST_F(RoundGuard, WithGuardUpdatesAMassUpdateIsHeldUntilItIsApproved) {
  MappingYaml yaml;
  yaml.deletes = "{guard: {per_hour: 50, percent: 2, updates: true}}";
  fill(yaml, 30);
  each([&](std::string const& key) { world_->app.edit(key, "name", text("New")); });
  EXPECT_THAT(world_->crm.written, IsEmpty());
  ASSERT_THAT(world_->held(), SizeIs(30));
  EXPECT_EQ(world_->held().front().what, "update");
  approve();
  world_->settle();
  EXPECT_THAT(world_->crm.written, SizeIs(30));
}

TEST_F(RoundGuard, NewRecordsAreNotHeldByGuardUpdates) {
  MappingYaml yaml;
  yaml.deletes = "{guard: {per_hour: 50, percent: 2, updates: true}}";
  SmallWorld world(yaml);
  for (int i = 0; i < 30; ++i)
    world.app.add(std::to_string(i), person("p" + std::to_string(i) + "@x.test", "Name"));
  world.start();
  world.settle();
  EXPECT_EQ(world.crm.live(), 30u);
  EXPECT_THAT(world.held(), IsEmpty());
}

TEST_F(RoundGuard, AHeldClearingHoldsNoOtherFieldOfItsRecord) {
  MappingYaml yaml;
  yaml.fields =
      "  - {app: email, crm: email}\n"
      "  - {app: name, crm: name}\n"
      "  - {app: phone, crm: phone, blank: value}\n";
  fill(yaml, 12);
  for (int i = 0; i < 12; ++i) world_->app.edit(std::to_string(i), "name", text("New"));
  each([&](std::string const& key) { world_->app.edit(key, "phone", Null{}); });
  EXPECT_EQ(world_->crm.value("c3", "name"), known("New"));
  EXPECT_EQ(world_->crm.value("c3", "phone"), known("0"));
  ASSERT_THAT(world_->held(), SizeIs(12));
  EXPECT_EQ(world_->held().front().what, "clear");
}

}  // namespace
}  // namespace crmsync::daemon::tests
