// Mass damage stops and waits for a person.
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/shop.hpp"

#include <gtest/gtest.h>

namespace crmsync::tests {
namespace {

constexpr char kDeletes[] =
    "delete: {app_deleted: archive_crm, crm_deleted: delete_row, merge_window: 1s}\n";

class Guard : public ::testing::Test {
 protected:
  void SetUp() override {
    world.app = std::make_unique<AppDatabase>(world.folder / "shop.db");
    fill_shop(*world.app, 60);
    world.start_crm({"--search-lag", "100ms"});
    world.configure(shop_mapping(kDeletes));
    ASSERT_EQ(world.run_until_idle()->code, 0) << world.daemon().err();
  }

  std::uint64_t held() {
    auto const answer = world.ask("GET", "/v1/status");
    if (answer.status != 200) return 0;
    return parse_json(answer.body)["mappings"][0]["held"].GetUint64();
  }

  SyncWorld world;
};

TEST_F(Guard, AFewDeletesGoThrough) {
  world.app->run("DELETE FROM customers WHERE id <= 3");
  ASSERT_EQ(world.run_until_idle()->code, 0) << world.daemon().err();
  EXPECT_EQ(world.crm->records().size(), 57u);
}

TEST_F(Guard, AMassDeleteIsHeldWholeAndApproveReleasesIt) {
  world.app->run("DELETE FROM customers WHERE id <= 40");
  EXPECT_EQ(world.run_until_idle()->code, 6) << world.daemon().err();
  EXPECT_EQ(world.crm->records().size(), 60u) << "something was deleted before anybody approved";
  world.start_daemon();
  ASSERT_TRUE(world.eventually([&] { return held() == 40; })) << held();
  auto const stale = world.ask("POST", "/v1/mappings/customers/approve", R"({"digest":"00"})");
  EXPECT_EQ(stale.status, 409);
  auto const shown = parse_json(world.ask("GET", "/v1/held?mapping=customers").body);
  EXPECT_EQ(shown["held"].Size(), 40u);
  auto const approved =
      world.ask("POST", "/v1/mappings/customers/approve",
                std::string(R"({"digest":")") + shown["digest"].GetString() + "\"}");
  EXPECT_EQ(approved.status, 200) << approved.body;
  EXPECT_TRUE(world.eventually([&] { return world.crm->records().size() == 20; }))
      << world.crm->records().size() << world.ask("GET", "/v1/status").body;
  world.stop_daemon();
}

TEST_F(Guard, ADeleteLosesAgainstAnEditOnTheOtherSide) {
  auto const contact = contacts_by_email(*world.crm).at("customer5@shop.example");
  world.app->run("DELETE FROM customers WHERE id = 5");
  world.crm->edit("contacts", contact, R"({"city":"Lund"})");
  ASSERT_EQ(world.run_until_idle()->code, 0) << world.daemon().err();
  EXPECT_EQ(world.crm->records().size(), 60u);
  EXPECT_EQ(world.app->value("SELECT city FROM customers WHERE email = 'customer5@shop.example'"),
            "Lund");
}

TEST_F(Guard, ADeleteInTheCrmReachesTheApp) {
  auto const contacts = contacts_by_email(*world.crm);
  for (int const n : {7, 8})
    world.crm->vendor("DELETE", "/crm/v3/objects/contacts/" +
                                    contacts.at("customer" + std::to_string(n) + "@shop.example"));
  world.start_daemon();
  EXPECT_TRUE(world.eventually([&] {
    return world.app->value("SELECT count(*) FROM customers") == "58";
  })) << world.ask("GET", "/v1/status").body;
  world.stop_daemon();
  EXPECT_EQ(world.app->value("SELECT count(*) FROM customers WHERE id IN (7, 8)"), "0");
}

TEST_F(Guard, AMergeInTheCrmIsNoDelete) {
  auto const contacts = contacts_by_email(*world.crm);
  auto const other = world.crm->create("contacts", R"({"email":"twin@crm.example"})");
  ASSERT_EQ(world.run_until_idle()->code, 0);  // the twin has a row of its own now
  auto const absorbed = world.crm->create("contacts", R"({"firstname":"Twin"})");
  auto const merged = world.crm->control("merge", R"({"object":"contacts","primary":")" +
                                                      contacts.at("customer9@shop.example") +
                                                      R"(","other":")" + absorbed + "\"}");
  ASSERT_EQ(merged.status, 200) << merged.body;
  world.crm->edit("contacts", parse_json(merged.body)["id"].GetString(), R"({"phone":"+47 1"})");
  world.start_daemon();
  EXPECT_TRUE(world.eventually([&] {
    return world.app->value("SELECT phone FROM customers WHERE id = 9") == "+47 1";
  })) << world.ask("GET", "/v1/records/customers/9").body;
  world.stop_daemon();
  EXPECT_EQ(world.app->value("SELECT count(*) FROM customers WHERE id = 9"), "1");
  EXPECT_TRUE(world.crm->records().contains(other));
  EXPECT_EQ(world.app->value("SELECT count(*) FROM customers"), "61") << "a row was made twice";
}

}  // namespace
}  // namespace crmsync::tests
