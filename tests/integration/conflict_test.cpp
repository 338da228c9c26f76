// Questions to a person, and what becomes of the answers.
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/shop.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crmsync::tests {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr char kOurs[] = "+49 30 111";
constexpr char kTheirs[] = "+1 555 222";

class Conflicts : public ::testing::Test {
 protected:
  void begin(std::string const& mapping) {
    world.app = std::make_unique<AppDatabase>(world.folder / "shop.db");
    fill_shop(*world.app, 3);
    world.start_crm({"--search-lag", "100ms"});
    world.configure(mapping);
    world.start_daemon();
    ASSERT_TRUE(world.wait_in_step()) << world.daemon().err();
    contact = contacts_by_email(*world.crm).at("customer1@shop.example");
  }
  void begin_asking() {
    begin(replaced(shop_mapping(), "conflict: {default: [app]}", "conflict: {default: [ask]}"));
    pause();
    world.app->run(std::string("UPDATE customers SET phone = '") + kOurs + "' WHERE id = 1");
    edit_crm_phone(kTheirs);
    resume();
    ASSERT_TRUE(world.eventually([&] { return !only_id().empty(); }));
  }
  void pause() { ASSERT_EQ(world.crmsync({"pause", "customers"}).code, 0); }
  void resume() { ASSERT_EQ(world.crmsync({"resume", "customers"}).code, 0); }
  void edit_crm_phone(std::string const& phone) {
    world.crm->edit("contacts", contact, R"({"phone":")" + phone + "\"}");
  }
  std::string only_id() {
    auto const list = parse_json(world.ask("GET", "/v1/conflicts").body);
    if (list["conflicts"].Size() != 1) return {};
    return std::to_string(list["conflicts"][0]["id"].GetUint64());
  }
  Command resolve(std::string const& id, std::vector<std::string> const& how) {
    std::vector<std::string> command{"conflicts", "resolve", id};
    command.insert(command.end(), how.begin(), how.end());
    return world.crmsync(command);
  }
  std::string app_phone() { return world.app->value("SELECT phone FROM customers WHERE id = 1"); }
  std::string crm_phone() {
    auto const record = world.crm->records().at(contact);
    auto const at = record.find("phone");
    return at == record.end() ? "" : at->second.value_or("");
  }
  void expect_settled_on(std::string const& phone) {
    EXPECT_TRUE(world.eventually([&] {
      return app_phone() == phone && crm_phone() == phone && only_id().empty();
    })) << app_phone()
        << " / " << crm_phone() << world.crmsync({"conflicts", "list"}).out;
    EXPECT_THAT(world.crmsync({"explain", "customers", "1", "phone"}).out,
                AllOf(HasSubstr("resolved"), HasSubstr("decided by person")));
    EXPECT_THAT(world.crmsync({"conflicts", "list"}).out, HasSubstr("nothing asks"));
  }
  SyncWorld world;
  std::string contact;
};

TEST_F(Conflicts, TheListNamesThemAndShowTellsTheValuesAndTheAnswers) {
  begin_asking();
  EXPECT_EQ(app_phone(), kOurs);
  EXPECT_EQ(crm_phone(), kTheirs);
  auto const id = only_id();
  EXPECT_THAT(world.crmsync({"status"}).out,
              AllOf(HasSubstr("1 asking"), HasSubstr("next: crmsync conflicts list")));
  auto const list = world.crmsync({"conflicts", "list"}).out;
  EXPECT_THAT(list, AllOf(HasSubstr("#" + id + " customers 1.phone"), Not(HasSubstr(kOurs))));
  auto const show = world.crmsync({"conflicts", "show", id}).out;
  EXPECT_THAT(show, AllOf(HasSubstr(kOurs), HasSubstr(kTheirs), HasSubstr("+49 30 100001"),
                          HasSubstr("mappings.d/main.yaml:11")));
  EXPECT_THAT(show,
              HasSubstr("conflicts resolve " + id + " --take app, or --take crm, or --value TEXT"));
  // The record's other fields went on.
  world.app->run("UPDATE customers SET city = 'Lund' WHERE id = 1");
  EXPECT_TRUE(world.eventually([&] { return world.crm->records().at(contact)["city"] == "Lund"; }));
  auto const vague = resolve(id, {});
  EXPECT_EQ(vague.code, 1);
  EXPECT_THAT(vague.err, HasSubstr("--take app"));
  EXPECT_EQ(resolve(id, {"--take", "keep"}).code, 1);
  EXPECT_EQ(world.crmsync({"conflicts", "list", "custmers"}).code, 1);
}

TEST_F(Conflicts, TheAppsValueCanBeTaken) {
  begin_asking();
  EXPECT_EQ(resolve(only_id(), {"--take", "app"}).code, 0);
  expect_settled_on(kOurs);
}

TEST_F(Conflicts, TheCrmsValueCanBeTaken) {
  begin_asking();
  EXPECT_EQ(resolve(only_id(), {"--take", "crm"}).code, 0);
  expect_settled_on(kTheirs);
}

TEST_F(Conflicts, AThirdValueCanBeGiven) {
  begin_asking();
  EXPECT_EQ(resolve(only_id(), {"--value", "+44 20 333"}).code, 0);
  expect_settled_on("+44 20 333");
}

TEST_F(Conflicts, ABlankIsAnAnswerToo) {
  begin_asking();
  EXPECT_EQ(resolve(only_id(), {"--value", ""}).code, 0);
  expect_settled_on("");
}

TEST_F(Conflicts, AnAnswerIsRefusedWhenTheValuesMovedSince) {
  begin_asking();
  auto const id = only_id();
  edit_crm_phone("+1 555 444");
  ASSERT_TRUE(world.eventually([&] { return !only_id().empty() && only_id() != id; }))
      << world.crmsync({"conflicts", "list"}).out;
  auto const late = resolve(id, {"--take", "crm"});
  EXPECT_EQ(late.code, 1);
  EXPECT_THAT(late.err, HasSubstr("moved"));
  EXPECT_EQ(app_phone(), kOurs);
  EXPECT_THAT(world.crmsync({"conflicts", "show", only_id()}).out, HasSubstr("+1 555 444"));
}

// The answer is taken, but before it can be carried out somebody edits: nobody decided about that.
TEST_F(Conflicts, AnAnswerThatTheValuesOvertakeIsAskedAgain) {
  begin_asking();
  auto const id = only_id();
  pause();
  edit_crm_phone("+1 555 444");
  EXPECT_EQ(resolve(id, {"--take", "app"}).code, 0);
  resume();
  ASSERT_TRUE(world.eventually([&] { return !only_id().empty() && only_id() != id; }))
      << world.crmsync({"conflicts", "list"}).out;
  EXPECT_EQ(app_phone(), kOurs);
  EXPECT_EQ(crm_phone(), "+1 555 444");
  EXPECT_EQ(resolve(only_id(), {"--take", "crm"}).code, 0);
  expect_settled_on("+1 555 444");
}

TEST_F(Conflicts, AQuestionEndsByItselfOnceBothSidesAgree) {
  begin_asking();
  edit_crm_phone(kOurs);
  EXPECT_TRUE(world.eventually([&] { return world.mapping_status()["asking"].GetUint64() == 0; }));
  EXPECT_EQ(crm_phone(), kOurs);
  EXPECT_EQ(app_phone(), kOurs);
}

class FirstMatch : public Conflicts {
 protected:
  void begin_matched() {
    world.app = std::make_unique<AppDatabase>(world.folder / "shop.db");
    fill_shop(*world.app, 1);
    world.start_crm({"--search-lag", "100ms"});
    contact = world.crm->create(
        "contacts",
        std::string(R"({"email":"customer1@shop.example","phone":")") + kTheirs + "\"}");
    world.configure(replaced(shop_mapping(), "prefer: app", "prefer: ask"));
    world.start_daemon();
    ASSERT_TRUE(world.eventually([&] { return !only_id().empty(); }));
    ASSERT_TRUE(world.wait_in_step());
    EXPECT_EQ(crm_phone(), kTheirs);
    EXPECT_EQ(world.crm->records().at(contact)["city"], "Berlin") << "one blank is filled";
  }
};

TEST_F(FirstMatch, WhatDiffersIsAskedAndAnswered) {
  begin_matched();
  EXPECT_EQ(resolve(only_id(), {"--take", "crm"}).code, 0);
  expect_settled_on(kTheirs);
}

TEST_F(FirstMatch, WhatDiffersSettlesOnceTheCrmAgrees) {
  begin_matched();
  edit_crm_phone("+49 30 100001");
  EXPECT_TRUE(world.eventually([&] { return world.mapping_status()["asking"].GetUint64() == 0; }))
      << world.crmsync({"conflicts", "list"}).out;
  world.app->run("UPDATE customers SET phone = '+49 30 7' WHERE id = 1");
  EXPECT_TRUE(world.eventually([&] { return crm_phone() == "+49 30 7"; }));
}

TEST_F(FirstMatch, TheQuestionFollowsTheValues) {
  begin_matched();
  auto const id = only_id();
  edit_crm_phone("+1 555 999");
  ASSERT_TRUE(world.eventually([&] { return !only_id().empty() && only_id() != id; }))
      << world.crmsync({"conflicts", "list"}).out;
  EXPECT_EQ(resolve(only_id(), {"--take", "crm"}).code, 0);
  expect_settled_on("+1 555 999");
}

class DeleteAgainstEdit : public Conflicts {
 protected:
  void begin_deleted() {
    begin(
        shop_mapping("delete: {app_deleted: archive_crm, crm_deleted: delete_row,"
                     " versus_edit: ask, merge_window: 1s}\n"));
    pause();
    world.app->run("DELETE FROM customers WHERE id = 1");
    world.crm->edit("contacts", contact, R"({"city":"Lund"})");
    resume();
    ASSERT_TRUE(world.eventually([&] { return !only_id().empty(); }));
    EXPECT_TRUE(world.crm->records().contains(contact));
    EXPECT_THAT(world.crmsync({"conflicts", "show", only_id()}).out,
                AllOf(HasSubstr("--take delete, or --take keep"), HasSubstr("deleted")));
  }
};

TEST_F(DeleteAgainstEdit, DeleteTakesTheOtherRecordToo) {
  begin_deleted();
  EXPECT_EQ(resolve(only_id(), {"--take", "delete"}).code, 0);
  EXPECT_TRUE(world.eventually([&] { return !world.crm->records().contains(contact); }));
  EXPECT_TRUE(world.wait_in_step());
  EXPECT_EQ(only_id(), "");
  EXPECT_EQ(world.app->value("SELECT count(*) FROM customers"), "2");
}

TEST_F(DeleteAgainstEdit, KeepBringsTheDeletedRecordBack) {
  begin_deleted();
  EXPECT_EQ(resolve(only_id(), {"--take", "keep"}).code, 0);
  EXPECT_TRUE(world.eventually([&] {
    return world.app->value("SELECT city FROM customers WHERE email = 'customer1@shop.example'") ==
           "Lund";
  })) << world.crmsync({"conflicts", "list"}).out;
  EXPECT_TRUE(world.wait_in_step());
  EXPECT_EQ(only_id(), "");
  expect_same_on_both_sides(world);
}

}  // namespace
}  // namespace crmsync::tests
