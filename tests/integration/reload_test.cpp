// A new configuration takes over as a whole, or not at all.
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/shop.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>

namespace crmsync::tests {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class Reload : public ::testing::Test {
 protected:
  void SetUp() override {
    world.app = std::make_unique<AppDatabase>(world.folder / "shop.db");
    fill_shop(*world.app, 4);
    world.start_crm({"--search-lag", "100ms"});
    world.configure(shop_mapping());
    world.start_daemon();
    ASSERT_TRUE(world.wait_in_step()) << world.daemon().err();
    contact = contacts_by_email(*world.crm).at("customer1@shop.example");
  }
  void rewrite(std::string const& from, std::string const& to) {
    auto const file = world.folder / "config/mappings.d/main.yaml";
    write_file(file, replaced(read_file(file), from, to));
  }
  std::uint64_t generation() {
    auto const answer = world.ask("GET", "/v1/status");
    return answer.status == 200 ? parse_json(answer.body)["generation"].GetUint64() : 0;
  }
  // Both sides change the phone before anybody looks.
  void collide(std::string const& n) {
    ASSERT_EQ(world.crmsync({"pause", "customers"}).code, 0);
    world.app->run("UPDATE customers SET phone = '+49 30 50" + n + "' WHERE id = 1");
    world.crm->edit("contacts", contact, R"({"phone":"+1 555 60)" + n + "\"}");
    ASSERT_EQ(world.crmsync({"resume", "customers"}).code, 0);
  }
  bool both_hold(std::string const& phone) {
    return world.eventually([&] {
      return world.app->value("SELECT phone FROM customers WHERE id = 1") == phone &&
             world.crm->records().at(contact).at("phone") == phone;
    });
  }
  SyncWorld world;
  std::string contact;
};

TEST_F(Reload, ASignalBringsTheNewRulesIn) {
  collide("1");
  EXPECT_TRUE(both_hold("+49 30 501"));
  rewrite("conflict: {default: [app]}", "conflict: {default: [crm]}");
  world.daemon().signal(SIGHUP);
  ASSERT_TRUE(world.eventually([&] { return generation() == 2; })) << world.daemon().err();
  ASSERT_TRUE(world.wait_in_step());
  collide("2");
  EXPECT_TRUE(both_hold("+1 555 602"));
  EXPECT_THAT(world.crmsync({"explain", "customers", "1", "phone"}).out,
              AllOf(HasSubstr("decided by crm"), HasSubstr("mappings.d/main.yaml:11")));
}

TEST_F(Reload, ABadFileChangesNothingAndIsNamedWithItsLine) {
  rewrite("conflict: {default: [app]}", "conflict: {default: [ap]}");
  auto const reload = world.crmsync({"reload"});
  EXPECT_EQ(reload.code, 3);
  EXPECT_THAT(reload.err,
              AllOf(HasSubstr("--> mappings.d/main.yaml:11:"), HasSubstr("generation 1 goes on")));
  auto const status = world.crmsync({"status"});
  EXPECT_THAT(status.out, HasSubstr("INVALID at mappings.d/main.yaml:11"));
  world.daemon().signal(SIGHUP);  // likewise
  collide("3");
  EXPECT_TRUE(both_hold("+49 30 503")) << "the old rules no longer serve";
  EXPECT_EQ(generation(), 1u);
  EXPECT_EQ(world.ask("GET", "/readyz").status, 503);
  rewrite("conflict: {default: [ap]}", "conflict: {default: [app]}");
  auto const mended = world.crmsync({"reload"});
  EXPECT_EQ(mended.code, 0);
  EXPECT_THAT(mended.out, HasSubstr("nothing changed; generation 1 goes on"));
  EXPECT_EQ(world.crmsync({"status"}).out.find("INVALID"), std::string::npos);
  EXPECT_EQ(world.ask("GET", "/readyz").status, 200);
}

// What the files cannot tell, the other side does: the new generation is up and says what it lacks.
TEST_F(Reload, AMappingThatDoesNotFitTheCrmSaysSoAndComesUpOnceItDoes) {
  rewrite("crm: city}", "crm: citty}");
  EXPECT_EQ(world.crmsync({"reload"}).code, 0);
  EXPECT_TRUE(world.eventually([&] {
    return world.crmsync({"status"}).out.find("no such property: citty") != std::string::npos;
  }));
  rewrite("crm: citty}", "crm: city}");
  EXPECT_EQ(world.crmsync({"reload"}).code, 0);
  EXPECT_TRUE(world.wait_in_step()) << world.crmsync({"status"}).out;
  world.app->run("UPDATE customers SET phone = '+49 30 9' WHERE id = 1");
  EXPECT_TRUE(both_hold("+49 30 9"));
}

}  // namespace
}  // namespace crmsync::tests
