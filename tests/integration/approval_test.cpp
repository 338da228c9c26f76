// Nothing is written before the admin has seen the plan, and nothing while a mapping is paused.
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/shop.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crmsync::tests {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

// 6 customers and 5 contacts, of which 3 are the same people: one differs, two lack everything.
class Approval : public ::testing::Test {
 protected:
  void SetUp() override {
    world.app = std::make_unique<AppDatabase>(world.folder / "shop.db");
    fill_shop(*world.app, 6);
    world.start_crm({"--search-lag", "100ms"});
    for (auto const* properties :
         {R"({"email":"customer1@shop.example","phone":"+1 555 1"})",
          R"({"email":"customer2@shop.example"})", R"({"email":"customer3@shop.example"})",
          R"({"email":"their1@crm.example","firstname":"Their"})",
          R"({"email":"their2@crm.example","firstname":"Their"})"})
      world.crm->create("contacts", properties);
    world.configure(replaced(shop_mapping(), "require_plan: false", "require_plan: true"));
  }
  void expect_untouched() {
    EXPECT_EQ(world.app->value("SELECT count(*) FROM customers"), "6");
    EXPECT_EQ(world.crm->records().size(), 5u);
    for (auto const& [id, row] : world.crm->records()) EXPECT_FALSE(row.contains("city")) << id;
  }
  std::string state() { return world.mapping_status()["state"].GetString(); }
  std::uint64_t planned(char const* what) {
    auto const plan = parse_json(world.crmsync({"--json", "plan", "customers"}).out);
    return plan["counts"].HasMember(what) ? plan["counts"][what].GetUint64() : 0;
  }
  SyncWorld world;
};

TEST_F(Approval, ThePlanCountsRightAndOnlyApplyLetsItHappen) {
  EXPECT_EQ(world.run_until_idle()->code, 6);
  EXPECT_THAT(world.daemon().out(), HasSubstr("crmsync plan customers"));
  expect_untouched();
  world.start_daemon();
  ASSERT_TRUE(world.eventually([&] { return state() == "waits for plan and apply"; }));
  EXPECT_THAT(world.crmsync({"status"}).out, HasSubstr("next: crmsync plan customers"));
  for (int look = 0; look < 2; ++look) {  // a plan changes nothing, not even the next plan
    EXPECT_EQ(planned("create_crm"), 3u);
    EXPECT_EQ(planned("create_app"), 2u);
    EXPECT_EQ(planned("link"), 3u);
    EXPECT_EQ(planned("fields_asking"), 0u);
  }
  auto const plan = world.crmsync({"plan", "customers"});
  EXPECT_EQ(plan.code, 0);
  EXPECT_THAT(plan.out, AllOf(HasSubstr("create_crm"), HasSubstr("+1 555 1"),
                              HasSubstr("next: crmsync apply customers")));
  EXPECT_EQ(world.crmsync({"plan", "customers", "--detailed-exitcode"}).code, 2);
  auto const unsure = world.crmsync({"apply", "customers"});
  EXPECT_EQ(unsure.code, 6);
  EXPECT_THAT(unsure.err, HasSubstr("nothing was"));
  expect_untouched();
  EXPECT_EQ(world.crmsync({"apply", "customers", "--yes"}).code, 0);
  EXPECT_TRUE(world.wait_in_step());
  EXPECT_EQ(world.app->value("SELECT count(*) FROM customers"), "8");
  expect_same_on_both_sides(world);
  EXPECT_EQ(world.app->value("SELECT phone FROM customers WHERE id = 1"), "+49 30 100001");
  EXPECT_EQ(world.crmsync({"plan", "customers", "--detailed-exitcode"}).code, 0);
  EXPECT_EQ(world.stop_daemon()->code, 0);
  EXPECT_EQ(world.run_until_idle()->code, 0) << "it was approved once and for all";
}

TEST_F(Approval, APauseHoldsWritesOverARestartUntilResumed) {
  world.configure(shop_mapping());
  world.start_daemon();
  ASSERT_TRUE(world.wait_in_step());
  EXPECT_EQ(world.crmsync({"pause", "customers"}).code, 0);
  world.app->run("UPDATE customers SET city = 'Lund' WHERE id = 4");
  auto const contact = contacts_by_email(*world.crm).at("customer5@shop.example");
  world.crm->edit("contacts", contact, R"({"city":"Oslo"})");
  EXPECT_TRUE(world.eventually([&] { return world.mapping_status()["waiting"].GetUint64() >= 2; }));
  EXPECT_EQ(state(), "paused");
  EXPECT_THAT(world.crmsync({"status"}).out, HasSubstr("next: crmsync resume customers"));
  EXPECT_EQ(world.stop_daemon()->code, 0);
  world.start_daemon();
  EXPECT_TRUE(world.eventually([&] {
    auto const status = world.mapping_status();
    return status.IsObject() && status["waiting"].GetUint64() >= 2 &&
           status["crm"]["polls"].GetUint64() > 0;
  }));
  EXPECT_EQ(state(), "paused");
  EXPECT_EQ(world.app->value("SELECT city FROM customers WHERE id = 5"), "Berlin");
  EXPECT_EQ(world.crmsync({"resume", "customers"}).code, 0);
  EXPECT_TRUE(world.eventually(
      [&] { return world.app->value("SELECT city FROM customers WHERE id = 5") == "Oslo"; }));
  EXPECT_TRUE(world.wait_in_step());
  expect_same_on_both_sides(world);
}

}  // namespace
}  // namespace crmsync::tests
