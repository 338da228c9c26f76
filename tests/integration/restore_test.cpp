// An older state comes back: it compares first, and creates and deletes nothing until told to.
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/shop.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace crmsync::tests {
namespace {

using ::testing::HasSubstr;

class Restore : public ::testing::Test {
 protected:
  void SetUp() override {
    world.app = std::make_unique<AppDatabase>(world.folder / "shop.db");
    fill_shop(*world.app, 8);
    world.start_crm({"--search-lag", "100ms"});
    world.configure(replaced(shop_mapping("delete: {app_deleted: archive_crm, crm_deleted:"
                                          " delete_row, merge_window: 1s}\n"),
                             "prefer: app", "prefer: ask"));
    world.start_daemon();
    ASSERT_TRUE(world.wait_in_step()) << world.daemon().err();
    std::filesystem::create_directories(world.folder / "copy");
    auto const backup = world.crmsync({"backup", copy});
    ASSERT_EQ(backup.code, 0) << backup.err;
    contacts = contacts_by_email(*world.crm);
  }
  std::string contact(int n) {
    return contacts.at("customer" + std::to_string(n) + "@shop.example");
  }
  std::string crm_city(int n) {
    return world.crm->records().at(contact(n)).at("city").value_or("");
  }
  std::string app_city(int n) {
    return world.app->value("SELECT city FROM customers WHERE id = " + std::to_string(n));
  }
  Command restore(std::vector<std::string> const& more = {}) {
    std::vector<std::string> command{"restore", copy, "--state", world.folder / "state"};
    command.insert(command.end(), more.begin(), more.end());
    return world.crmsync(command);
  }
  // The state of the copy knows nothing of this.
  void go_on() {
    world.app->run("UPDATE customers SET city = 'Lund' WHERE id = 1");
    ASSERT_TRUE(world.eventually([&] { return crm_city(1) == "Lund"; }));
    ASSERT_TRUE(world.wait_in_step());
    ASSERT_EQ(world.stop_daemon()->code, 0);
    world.app->run("UPDATE customers SET city = 'Rome' WHERE id = 2");
    world.crm->edit("contacts", contact(3), R"({"city":"Oslo"})");
    world.app->run("DELETE FROM customers WHERE id = 4");
    world.app->run(
        "INSERT INTO customers (id, email, first_name) VALUES (20, 'new@shop.example', 'New')");
    world.crm->create("contacts", R"({"email":"new@crm.example","firstname":"New"})");
  }
  void compare() {
    world.start_daemon();
    ASSERT_TRUE(world.eventually([&] {
      auto const status = world.mapping_status();
      return status.IsObject() && status["asking"].GetUint64() == 2 &&
             std::string_view(status["state"].GetString()) == "comparing after a restore";
    })) << world.ask("GET", "/v1/status").body
        << world.daemon().err();
  }
  void expect_nothing_made_or_deleted() {
    EXPECT_EQ(world.crm->records().size(), 9u);
    EXPECT_TRUE(world.crm->records().contains(contact(4)));
    EXPECT_EQ(world.app->value("SELECT count(*) FROM customers"), "8");
  }
  // A person answers what differs.
  void answer_all() {
    auto const list = parse_json(world.ask("GET", "/v1/conflicts").body);
    for (auto const& row : list["conflicts"].GetArray()) {
      bool const of_app = std::string_view(row["key"].GetString()) == "2";
      auto const id = std::to_string(row["id"].GetUint64());
      auto const taken =
          world.crmsync({"conflicts", "resolve", id, "--take", of_app ? "app" : "crm"});
      EXPECT_EQ(taken.code, 0) << taken.err;
    }
  }

  SyncWorld world;
  std::string const copy = world.folder / "copy/state.mdb";
  std::map<std::string, std::string> contacts;
};

TEST_F(Restore, ComparesFirstAndChangesNothingUntilApplied) {
  go_on();
  EXPECT_EQ(restore().code, 6);
  auto const restored = restore({"--yes"});
  ASSERT_EQ(restored.code, 0) << restored.err;
  compare();
  EXPECT_THAT(world.crmsync({"status"}).out, HasSubstr("crmsync apply customers"));
  EXPECT_EQ(app_city(3), "Berlin");
  EXPECT_EQ(crm_city(2), "Berlin");
  expect_nothing_made_or_deleted();
  answer_all();
  EXPECT_TRUE(world.eventually([&] { return app_city(3) == "Oslo" && crm_city(2) == "Rome"; }))
      << world.crmsync({"conflicts", "list"}).out;
  expect_nothing_made_or_deleted();
  EXPECT_EQ(world.crmsync({"apply", "customers", "--yes"}).code, 0);
  EXPECT_TRUE(world.eventually([&] {
    auto const now = contacts_by_email(*world.crm);
    return now.contains("new@shop.example") && !now.contains("customer4@shop.example") &&
           world.app->value("SELECT count(*) FROM customers WHERE email = 'new@crm.example'") ==
               "1";
  })) << world.ask("GET", "/v1/status").body;
  EXPECT_TRUE(world.wait_in_step());
  expect_same_on_both_sides(world);
  EXPECT_EQ(world.stop_daemon()->code, 0);
  EXPECT_EQ(world.run_until_idle()->code, 0) << world.daemon().out();
}

TEST_F(Restore, ABackupIsNeverOverwrittenAndARunningStateNeverReplaced) {
  EXPECT_EQ(world.crmsync({"backup", "relative.mdb"}).code, 1);
  EXPECT_EQ(world.crmsync({"backup", copy}).code, 1) << "an older backup was overwritten";
  EXPECT_EQ(restore({"--yes"}).code, 1) << "it replaced the state under a running daemon";
  EXPECT_TRUE(world.wait_in_step());
}

}  // namespace
}  // namespace crmsync::tests
