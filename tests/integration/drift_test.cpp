// A change on the side that a one-way field only writes to.
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/shop.hpp"

#include <gtest/gtest.h>

namespace crmsync::tests {
namespace {

class Drift : public ::testing::Test {
 protected:
  void drift(std::string const& rule) {
    world.app = std::make_unique<AppDatabase>(world.folder / "shop.db");
    fill_shop(*world.app, 2);
    world.start_crm({"--search-lag", "100ms"});
    world.configure(replaced(shop_mapping(), "{app: phone, crm: phone}",
                             "{app: phone, crm: phone, direction: to_crm, drift: " + rule + "}"));
    world.start_daemon();
    ASSERT_TRUE(world.wait_in_step()) << world.daemon().err();
    contact = contacts_by_email(*world.crm).at("customer1@shop.example");
    world.crm->edit("contacts", contact, R"({"phone":"+1 555 7","city":"Lund"})");
    // The city travels with it: once it is there, the phone was seen too.
    ASSERT_TRUE(world.eventually(
        [&] { return world.app->value("SELECT city FROM customers WHERE id = 1") == "Lund"; }));
  }
  bool explained() {
    return world.crmsync({"explain", "customers", "1", "phone"}).out.find("drift") !=
           std::string::npos;
  }
  std::string crm_phone() { return world.crm->records().at(contact).at("phone").value_or(""); }
  void expect_the_next_edit_arrives() {
    EXPECT_EQ(world.app->value("SELECT phone FROM customers WHERE id = 1"), "+49 30 100001");
    world.app->run("UPDATE customers SET phone = '+49 30 8' WHERE id = 1");
    EXPECT_TRUE(world.eventually([&] { return crm_phone() == "+49 30 8"; }));
    EXPECT_TRUE(world.wait_in_step());
    EXPECT_EQ(world.mapping_status()["asking"].GetUint64(), 0u);
  }
  SyncWorld world;
  std::string contact;
};

TEST_F(Drift, ReportSaysSoAndLeavesItAlone) {
  drift("report");
  EXPECT_TRUE(world.eventually([&] { return explained(); }));
  EXPECT_EQ(crm_phone(), "+1 555 7");
  expect_the_next_edit_arrives();
}

TEST_F(Drift, OverwritePutsTheSourceBackOnRecord) {
  drift("overwrite");
  EXPECT_TRUE(world.eventually([&] { return crm_phone() == "+49 30 100001"; }));
  EXPECT_TRUE(world.wait_in_step());
  auto const told = world.crmsync({"explain", "customers", "1", "phone"}).out;
  EXPECT_NE(told.find("+1 555 7"), std::string::npos) << told;
  expect_the_next_edit_arrives();
}

TEST_F(Drift, KeepLeavesItAloneInSilence) {
  drift("keep");
  EXPECT_TRUE(world.wait_in_step());
  EXPECT_EQ(crm_phone(), "+1 555 7");
  EXPECT_FALSE(explained());
  expect_the_next_edit_arrives();
}

}  // namespace
}  // namespace crmsync::tests
