// What one side refuses for good waits where a person finds it, with cause and cure, and never
// holds its neighbours.
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/shop.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crmsync::tests {
namespace {

using ::testing::HasSubstr;

class Refused : public ::testing::Test {
 protected:
  void SetUp() override {
    world.app = std::make_unique<AppDatabase>(world.folder / "shop.db");
    fill_shop(*world.app, 20);
    world.start_crm({"--search-lag", "100ms"});
  }
  // The id of the only open error.
  std::string only_error() {
    auto const list = parse_json(world.crmsync({"--json", "errors", "list"}).out);
    EXPECT_EQ(list["errors"].Size(), 1u);
    if (list["errors"].Empty()) return {};
    EXPECT_STREQ(list["errors"][0]["key"].GetString(), "7");
    EXPECT_STREQ(list["errors"][0]["refused_by"].GetString(), "crm");
    return std::to_string(list["errors"][0]["id"].GetUint64());
  }
  bool crm_city_is(int n, std::string const& city) {
    auto const contacts = contacts_by_email(*world.crm);
    auto const email = "customer" + std::to_string(n) + "@shop.example";
    return world.crm->records().at(contacts.at(email)).at("city") == city;
  }
  void expect_in_step_after_all() {
    EXPECT_TRUE(world.stop_daemon());
    EXPECT_EQ(world.run_until_idle()->code, 0) << world.daemon().out();
    EXPECT_EQ(world.crm->records().size(), 20u);
    expect_same_on_both_sides(world);
  }
  SyncWorld world;
};

TEST_F(Refused, AValueTheCrmRefusesGoesToTheInboxWhileItsNeighboursSync) {
  // Without the transform only the CRM can tell that it is no address.
  world.configure(replaced(shop_mapping(), ", transform: email", ""));
  world.app->run("UPDATE customers SET email = 'not an address' WHERE id = 7");
  EXPECT_EQ(world.run_until_idle()->code, 5) << world.daemon().out();
  EXPECT_EQ(world.crm->records().size(), 19u);
  world.start_daemon();
  auto const list = world.crmsync({"errors", "list"});
  EXPECT_EQ(list.code, 0);
  EXPECT_THAT(list.out, HasSubstr("customers app 7"));
  EXPECT_THAT(list.out, HasSubstr("INVALID_EMAIL on email"));
  EXPECT_THAT(list.out, HasSubstr("cure: "));
  EXPECT_THAT(list.out, Not(HasSubstr("not an address")));
  EXPECT_FALSE(only_error().empty());
  EXPECT_THAT(world.crmsync({"status"}).out, HasSubstr("crmsync errors list"));
  // Later edits of it do not hang anybody either.
  world.app->run("UPDATE customers SET city = 'Lund' WHERE id IN (6, 7, 8)");
  EXPECT_TRUE(world.eventually([&] { return crm_city_is(6, "Lund") && crm_city_is(8, "Lund"); }));
  world.app->run("UPDATE customers SET email = 'seven@shop.example' WHERE id = 7");
  EXPECT_TRUE(world.eventually([&] { return world.mapping_status()["failing"].GetUint64() == 0; }))
      << world.crmsync({"errors", "list"}).out;
  expect_in_step_after_all();
}

// A value that the mapping's own transform cannot read is asked at once, and flows once it can be.
TEST_F(Refused, AValueThatCannotBeReadIsAskedAndTheRecordIsMadeWithoutIt) {
  world.configure(shop_mapping());
  world.app->run("UPDATE customers SET email = 'not an address' WHERE id = 7");
  EXPECT_EQ(world.run_until_idle()->code, 5) << world.daemon().out();
  EXPECT_EQ(world.crm->records().size(), 20u);
  world.start_daemon();
  auto const list = world.crmsync({"conflicts", "list"});
  EXPECT_THAT(list.out, HasSubstr("customers 7.email: app: not an e-mail address"));
  world.app->run("UPDATE customers SET city = 'Lund' WHERE id IN (6, 7, 8)");
  EXPECT_TRUE(world.eventually([&] { return crm_city_is(6, "Lund") && crm_city_is(8, "Lund"); }));
  EXPECT_EQ(world.mapping_status()["asking"].GetUint64(), 1u);
  world.app->run("UPDATE customers SET email = 'seven@shop.example' WHERE id = 7");
  EXPECT_TRUE(world.eventually([&] { return world.mapping_status()["asking"].GetUint64() == 0; }))
      << world.crmsync({"conflicts", "list"}).out;
  expect_in_step_after_all();
}

// The two records are linked, but what was to be filled in did not arrive.
TEST_F(Refused, AFirstMatchWhoseWriteFailsIsFilledLater) {
  world.configure(shop_mapping());
  for (int n = 1; n <= 20; ++n)
    world.crm->create("contacts", R"({"email":"customer)" + std::to_string(n) + "@shop.example\"}");
  auto const set =
      world.crm->control("fault", R"({"kind":"500","route":"batch_update","count":2})");
  ASSERT_EQ(set.status, 200) << set.body;
  EXPECT_EQ(world.run_until_idle()->code, 0) << world.daemon().out();
  auto const stats = parse_json(world.crm->control("stats", "").body);
  EXPECT_EQ(stats["faults"][0]["struck"].GetUint64(), 2u);
  expect_same_on_both_sides(world);
}

// Mended on the other side: no edit tells us, so a person says when to try again.
TEST_F(Refused, RetryClearsWhatWasMendedInTheCrm) {
  world.app->run("ALTER TABLE customers ADD COLUMN tier TEXT");
  world.app->run("UPDATE customers SET tier = 'gold'");
  world.app->run("UPDATE customers SET tier = 'platinum' WHERE id = 7");
  auto const options = [](std::string const& more) {
    return R"({"object":"contacts","name":"tier","type":"enumeration","fieldType":"select",)"
           R"("options":[{"label":"Gold","value":"gold","displayOrder":0,"hidden":false})" +
           more + "]}";
  };
  auto const made = world.crm->control("property", options(""));
  ASSERT_EQ(made.status, 200) << made.body;
  world.configure(replaced(shop_mapping(), "  - {app: city, crm: city}\n",
                           "  - {app: city, crm: city}\n  - {app: tier, crm: tier}\n"));
  EXPECT_EQ(world.run_until_idle()->code, 5) << world.daemon().out() << world.daemon().err();
  world.start_daemon();
  auto const id = only_error();
  auto const list = world.crmsync({"errors", "list"});
  EXPECT_THAT(list.out, HasSubstr("tier"));
  EXPECT_THAT(list.out, HasSubstr("option"));
  EXPECT_THAT(list.out, HasSubstr("cure: "));
  ASSERT_FALSE(id.empty());
  auto const mended = world.crm->control(
      "property", options(R"(,{"label":"P","value":"platinum","displayOrder":1,"hidden":false})"));
  ASSERT_EQ(mended.status, 200) << mended.body;
  EXPECT_TRUE(world.eventually([&] {
    auto const retry = world.crmsync({"errors", "retry", id});
    return retry.code == 1 || world.mapping_status()["failing"].GetUint64() == 0;
  })) << world.crmsync({"errors", "list"}).out;
  EXPECT_TRUE(world.wait_in_step());
  expect_in_step_after_all();
  auto const contacts = contacts_by_email(*world.crm);
  EXPECT_EQ(world.crm->records().at(contacts.at("customer7@shop.example")).at("tier"), "platinum");
}

}  // namespace
}  // namespace crmsync::tests
