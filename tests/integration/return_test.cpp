// Records that come back after they were deleted, and keys that are given to somebody else.
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/shop.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crmsync::tests {
namespace {

using ::testing::HasSubstr;

constexpr char kDeletes[] =
    "delete: {app_deleted: archive_crm, crm_deleted: delete_row, merge_window: 0s}\n";

class Return : public ::testing::Test {
 protected:
  void SetUp() override {
    world.app = std::make_unique<AppDatabase>(world.folder / "shop.db");
    fill_shop(*world.app, 6);
    world.start_crm({"--search-lag", "100ms"});
    world.configure(shop_mapping(kDeletes));
    in_step();
    first = contacts_by_email(*world.crm).at("customer2@shop.example");
  }

  void in_step(int code = 0) {
    // The CRM's clock goes ahead, so that its index shows every edit.
    ASSERT_EQ(world.crm->control("clock", R"({"advance_ms":1000})").status, 200);
    auto const ended = world.run_until_idle();
    ASSERT_TRUE(ended && ended->code == code) << world.daemon().out() << world.daemon().err();
  }
  void insert(std::string const& email, std::string const& name) {
    world.app->run("INSERT INTO customers (id, email, first_name) VALUES (2, '" + email + "', '" +
                   name + "')");
  }
  Row contact(std::string const& email) {
    auto const contacts = contacts_by_email(*world.crm);
    auto const at = contacts.find(email);
    return at == contacts.end() ? Row{} : world.crm->records().at(at->second);
  }
  bool archived(std::string const& id) { return !world.crm->records().contains(id); }
  // The one open conflict; empty when there is none.
  std::string conflict() {
    auto const list = parse_json(world.ask("GET", "/v1/conflicts").body);
    if (list["conflicts"].Empty()) return {};
    return std::to_string(list["conflicts"][0]["id"].GetUint64());
  }

  SyncWorld world;
  std::string first;
};

TEST_F(Return, ADeletedKeyGivenToAnotherPersonIsANewRecord) {
  world.app->run("DELETE FROM customers WHERE id = 2");
  in_step();
  ASSERT_TRUE(archived(first));
  insert("other@shop.example", "Other");
  in_step();
  auto const other = contact("other@shop.example");
  EXPECT_EQ(other.at("firstname"), "Other");
  EXPECT_EQ(other.at("shop_customer_id"), "2~2");
  EXPECT_TRUE(archived(first)) << "the dead came back";
  EXPECT_EQ(world.crm->records().size(), 6u);

  world.app->run("UPDATE customers SET city = 'Oslo' WHERE id = 2");
  in_step();
  EXPECT_EQ(contact("other@shop.example").at("city"), "Oslo");

  world.app->run("DELETE FROM customers WHERE id = 2");
  in_step();
  insert("third@shop.example", "Third");
  in_step();
  EXPECT_EQ(contact("third@shop.example").at("shop_customer_id"), "2~3");
  EXPECT_EQ(world.crm->records().size(), 6u);
}

TEST_F(Return, ADeletedRowThatIsInsertedAgainIsTheOldRecord) {
  world.app->run("DELETE FROM customers WHERE id = 2");
  in_step();
  insert("customer2@shop.example", "Again");
  in_step();
  EXPECT_EQ(contact("customer2@shop.example").at("firstname"), "Again");
  EXPECT_EQ(contact("customer2@shop.example").at("shop_customer_id"), "2");
  in_step();
  EXPECT_EQ(world.app->value("SELECT count(*) FROM customers"), "6") << "restored, then deleted";
  world.start_daemon();
  auto const told = world.crmsync({"explain", "customers", "2"});
  EXPECT_THAT(told.out, HasSubstr("restored"));
  world.stop_daemon();
}

TEST_F(Return, AContactTakenOutOfTheRecycleBinBringsItsRowBack) {
  world.crm->vendor("DELETE", "/crm/v3/objects/contacts/" + first);
  in_step();
  ASSERT_EQ(world.app->value("SELECT count(*) FROM customers WHERE id = 2"), "0");
  auto const back = world.crm->control("restore", R"({"object":"contacts","id":")" + first + "\"}");
  ASSERT_EQ(back.status, 200) << back.body;
  world.crm->edit("contacts", first, R"({"email":"renamed@shop.example"})");
  in_step();
  EXPECT_EQ(world.app->value("SELECT first_name FROM customers WHERE email = "
                             "'renamed@shop.example'"),
            "First2");
  in_step();
  EXPECT_EQ(world.app->value("SELECT count(*) FROM customers"), "6");
  EXPECT_EQ(world.crm->records().size(), 6u);
}

class Replaced : public Return {
 protected:
  void SetUp() override {
    Return::SetUp();
    world.app->run(
        "BEGIN; DELETE FROM customers WHERE id = 2; INSERT INTO customers (id, email, first_name)"
        " VALUES (2, 'other@shop.example', 'Other'); COMMIT;");
    in_step(5);
    EXPECT_EQ(world.crm->records().at(first).at("firstname"), "First2") << "one became the other";
    world.start_daemon();
    id = conflict();
    ASSERT_FALSE(id.empty()) << world.ask("GET", "/v1/conflicts").body;
  }
  void answer(std::string const& word) {
    auto const wrong = world.crmsync({"conflicts", "resolve", id, "--take", "keep"});
    EXPECT_EQ(wrong.code, 1);
    EXPECT_THAT(wrong.err, HasSubstr("same"));
    auto const done = world.crmsync({"conflicts", "resolve", id, "--take", word});
    EXPECT_EQ(done.code, 0) << done.err;
    EXPECT_TRUE(world.eventually([&] { return conflict().empty(); }));
    world.stop_daemon();
    in_step();
  }
  std::string id;
};

TEST_F(Replaced, ARowReplacedAtOnceIsAskedAboutAndCanBeTheSame) {
  answer("same");
  EXPECT_EQ(world.crm->records().at(first).at("email"), "other@shop.example");
  EXPECT_EQ(world.crm->records().at(first).at("firstname"), "Other");
  EXPECT_EQ(world.crm->records().size(), 6u);
}

TEST_F(Replaced, ARowReplacedAtOnceIsAskedAboutAndCanBeSomebodyNew) {
  answer("new");
  EXPECT_TRUE(archived(first)) << "the rule for deleted rows was not followed";
  EXPECT_EQ(contact("other@shop.example").at("shop_customer_id"), "2~2");
  EXPECT_EQ(world.crm->records().size(), 6u);
  EXPECT_EQ(world.app->value("SELECT count(*) FROM customers"), "6");
}

}  // namespace
}  // namespace crmsync::tests
