// What goes wrong before and beside the sync: each time the message names the thing and the cure,
// and both sides stay as they were.
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/shop.hpp"
#include "tests/support/webhook_sender.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>

namespace crmsync::tests {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;

class BadInput : public ::testing::Test {
 protected:
  void SetUp() override {
    world.app = std::make_unique<AppDatabase>(world.folder / "shop.db");
    fill_shop(*world.app, 2);
    world.start_crm({"--search-lag", "100ms"});
    world.crm->create("contacts", R"({"email":"theirs@crm.example","firstname":"Their"})");
    world.configure(shop_mapping());
    rows_before = world.app->rows("SELECT * FROM customers");
    records_before = world.crm->records();
  }

  std::string file(std::string const& name) const { return world.folder / ("config/" + name); }
  void change(std::string const& name, std::string const& from, std::string const& to) {
    write_file(file(name), replaced(read_file(file(name)), from, to));
  }
  void mapping(std::string const& from, std::string const& to) {
    change("mappings.d/main.yaml", from, to);
  }

  // A whole run; what it said on both streams.
  std::string said(int code) {
    auto const ended = world.run_until_idle();
    EXPECT_TRUE(ended && ended->code == code) << world.daemon().out() << world.daemon().err();
    return world.daemon().out() + world.daemon().err();
  }
  // For what may pass by itself, so that the daemon goes on trying.
  std::string trouble(char const* side) {
    world.start_daemon();
    std::string message;
    EXPECT_TRUE(world.eventually([&] {
      auto const status = world.mapping_status();
      if (!status.IsObject() || !status[side].HasMember("trouble")) return false;
      message = status[side]["trouble"]["message"].GetString();
      return true;
    })) << world.daemon().err();
    EXPECT_THAT(world.crmsync({"status"}).out, HasSubstr(message));
    auto const ended = world.stop_daemon();
    EXPECT_TRUE(ended && ended->code == 0);
    return message;
  }
  void expect_untouched() {
    EXPECT_EQ(world.app->rows("SELECT * FROM customers"), rows_before);
    EXPECT_EQ(world.crm->records(), records_before);
  }
  // Once mended, everything goes on.
  void expect_works() {
    EXPECT_EQ(world.run_until_idle()->code, 0) << world.daemon().err();
    EXPECT_EQ(world.crm->records().size(), 3u);
    expect_same_on_both_sides(world);
  }

  SyncWorld world;
  std::vector<Row> rows_before;
  std::map<std::string, Row> records_before;
};

TEST_F(BadInput, EveryMistakeInTheFilesIsToldAtOnceWithPlaceAndNearestName) {
  mapping("create: both", "directon: both\ncreate: boht");
  auto const text = said(3);
  for (auto const* part : {"error[M204]: unknown key `directon`", "--> mappings.d/main.yaml:5:1",
                           "did you mean `direction`?", "error[M205]", "mappings.d/main.yaml:6:9",
                           "did you mean `both`?"})
    EXPECT_THAT(text, HasSubstr(part));
  auto const check = world.crmsync({"check", "--config", world.folder / "config"});
  EXPECT_EQ(check.code, 3);
  EXPECT_THAT(check.err, HasSubstr("--> mappings.d/main.yaml:5:1"));
  EXPECT_FALSE(std::filesystem::exists(world.folder / "state")) << "it left traces";
  expect_untouched();
}

TEST_F(BadInput, AMissingTableIsNamedWithTheNearest) {
  mapping("object: customers", "object: custommers");
  auto const text = said(1);
  EXPECT_THAT(text, HasSubstr("`custommers`"));
  EXPECT_THAT(text, HasSubstr("did you mean `customers`?"));
  expect_untouched();
  mapping("object: custommers", "object: customers");
  expect_works();
}

TEST_F(BadInput, AMissingColumnIsNamedWithTheNearest) {
  mapping("app: phone,", "app: fone,");
  auto const text = said(1);
  EXPECT_THAT(text, HasSubstr("no column `fone`"));
  expect_untouched();
  mapping("app: fone,", "app: phonne,");
  EXPECT_THAT(said(1), HasSubstr("did you mean `phone`?"));
}

TEST_F(BadInput, AMissingPropertyIsNamedWithTheNearest) {
  mapping("crm: city}", "crm: citty}");
  auto const text = said(1);
  EXPECT_THAT(text, HasSubstr("no such property: citty"));
  EXPECT_THAT(text, HasSubstr("`city`"));
  expect_untouched();
}

TEST_F(BadInput, AReadOnlyPropertyIsNamedWithItsCure) {
  mapping("crm: city}", "crm: lastmodifieddate}");
  auto const text = said(1);
  EXPECT_THAT(text, HasSubstr("lastmodifieddate"));
  EXPECT_THAT(text, HasSubstr("direction: to_app"));
  expect_untouched();
}

TEST_F(BadInput, AWrongTokenIsSaidWithoutTheToken) {
  write_file(world.folder / "crm.token", "canary-wrong-token", 0600);
  auto const text = said(1);
  EXPECT_THAT(text, HasSubstr("the token is refused"));
  EXPECT_THAT(text, HasSubstr("auth.token"));
  EXPECT_EQ(text.find("canary-wrong-token"), std::string::npos);
  EXPECT_EQ(text.find(world.crm->token()), std::string::npos);
  expect_untouched();
  write_file(world.folder / "crm.token", world.crm->token(), 0600);
  expect_works();
}

TEST_F(BadInput, ATokenFileThatOthersCanReadIsRefused) {
  ::chmod((world.folder / "crm.token").c_str(), 0644);
  auto const text = said(3);
  EXPECT_THAT(text, HasSubstr("chmod 0600 " + (world.folder / "crm.token")));
  EXPECT_EQ(text.find(world.crm->token()), std::string::npos);
}

TEST_F(BadInput, AnUnreachableCrmIsNamedAndTriedAgain) {
  auto const nobody = "http://127.0.0.1:" + std::to_string(free_port());
  change("connections.d/hubspot.yaml", world.crm->url(), nobody);
  auto const text = trouble("crm");
  EXPECT_THAT(text, HasSubstr(nobody));
  EXPECT_THAT(text, HasSubstr("refused"));
  EXPECT_THAT(text, HasSubstr("check the address"));
  expect_untouched();
  change("connections.d/hubspot.yaml", nobody, world.crm->url());
  expect_works();
}

TEST_F(BadInput, AMissingDatabaseFileIsNamedAndNotMade) {
  change("connections.d/shop.yaml", "shop.db", "shpo.db");
  auto const text = said(1);
  EXPECT_THAT(text, HasSubstr("the database file " + (world.folder / "shpo.db")));
  EXPECT_THAT(text, HasSubstr("correct `path`"));
  EXPECT_FALSE(std::filesystem::exists(world.folder / "shpo.db"));
  expect_untouched();
}

TEST_F(BadInput, AFileThatIsNoDatabaseStaysAsItIs) {
  std::string const letter = "Dear customers, this is a letter and no database.\n";
  write_file(world.folder / "letter.db", letter);
  change("connections.d/shop.yaml", "shop.db", "letter.db");
  auto const text = trouble("app");
  EXPECT_THAT(text, HasSubstr((world.folder / "letter.db") + " is not an SQLite database"));
  EXPECT_THAT(text, HasSubstr("correct `path`"));
  EXPECT_EQ(read_file(world.folder / "letter.db"), letter);
  expect_untouched();
}

TEST_F(BadInput, AStateFolderThatOthersCanReadIsRefused) {
  std::filesystem::create_directory(world.folder / "state");
  ::chmod((world.folder / "state").c_str(), 0750);
  EXPECT_THAT(said(1), HasSubstr("run: chmod 700 " + (world.folder / "state")));
  expect_untouched();
  ::chmod((world.folder / "state").c_str(), 0700);
  expect_works();
}

TEST_F(BadInput, ASecondDaemonOnTheSameStateIsRefused) {
  world.start_daemon();
  ASSERT_TRUE(world.wait_in_step());
  ChildProcess second({program("crmsyncd"), "--config", world.folder / "config"},
                      world.folder / "second");
  EXPECT_EQ(second.wait_exit(seconds(20))->code, 1);
  EXPECT_THAT(second.err(), HasSubstr(world.folder / "state"));
  EXPECT_THAT(second.err(), HasSubstr("in use by another crmsyncd"));
  EXPECT_EQ(world.ask("GET", "/v1/status").status, 200) << "the first one was disturbed";
}

TEST_F(BadInput, ATruncatedStateFileIsNamedWithItsCure) {
  expect_works();
  auto const data = world.folder / "state/state.mdb";
  auto const whole = read_file(data);
  auto const records = world.crm->records();
  for (std::size_t const kept : {std::size_t{100}, std::size_t{20'000}, whole.size() / 2}) {
    write_file(data, whole.substr(0, kept), 0600);
    auto const text = said(1);
    EXPECT_THAT(text, HasSubstr("state: ")) << kept;
    EXPECT_THAT(text, HasSubstr("restore")) << kept;
  }
  write_file(data, "this was no state file, ever; " + std::string(100'000, '?'), 0600);
  auto const text = said(1);
  EXPECT_THAT(text, HasSubstr(data));
  EXPECT_THAT(text, HasSubstr("not a state file"));
  EXPECT_EQ(world.crm->records(), records);
  write_file(data, whole, 0600);
  expect_works();
}

// One record's stored values were damaged: what was confirmed is unknown, so that record waits and
// says so, the others go on. A guess would take the next edit for old news.
TEST_F(BadInput, ADamagedRowInTheStateStopsItsRecordOnly) {
  expect_works();
  auto const data = world.folder / "state/state.mdb";
  auto bytes = read_file(data);
  int damaged = 0;
  for (auto at = bytes.find("customer2@shop.example"); at != std::string::npos;
       at = bytes.find("customer2@shop.example", at + 1), ++damaged)
    bytes[at + 3] = 'X';
  ASSERT_GT(damaged, 0);
  write_file(data, bytes, 0600);
  world.app->run("UPDATE customers SET phone = '+49 30 777' WHERE id IN (1, 2)");
  auto const text = said(5);
  EXPECT_THAT(text, HasSubstr("1 failing"));
  auto const contacts = contacts_by_email(*world.crm);
  auto phone = [&](char const* email) {
    return world.crm->records().at(contacts.at(email)).at("phone").value_or("");
  };
  EXPECT_EQ(phone("customer1@shop.example"), "+49 30 777");
  EXPECT_EQ(phone("customer2@shop.example"), "+49 30 100002");
  EXPECT_EQ(world.app->value("SELECT phone FROM customers WHERE id = 2"), "+49 30 777");
  world.start_daemon();
  auto const list = world.crmsync({"errors", "list"});
  EXPECT_THAT(list.out, HasSubstr("customers app 2"));
  EXPECT_THAT(list.out, HasSubstr("bases row"));
  EXPECT_THAT(list.out, HasSubstr("checksum"));
  EXPECT_THAT(list.out, HasSubstr("restore a backup"));
  EXPECT_EQ(list.out.find("customer2@"), std::string::npos) << "the message holds the value";
  world.stop_daemon();
}

TEST_F(BadInput, AFullStateStopsTheWritesAndLosesNothing) {
  constexpr char kSmall[] = "limits: {state_bytes_max: 256KiB}\n";
  world.app->run(
      "WITH RECURSIVE n(i) AS (SELECT 3 UNION ALL SELECT i + 1 FROM n WHERE i < 900)"
      " INSERT INTO customers SELECT i, 'customer' || i || '@shop.example', 'First',"
      " 'Last', NULL, 'Berlin' FROM n");
  auto const settings = read_file(file("crmsync.yaml"));
  write_file(file("crmsync.yaml"), settings + kSmall);
  auto const text = said(1);
  EXPECT_THAT(text, HasSubstr("state"));
  EXPECT_THAT(text, HasSubstr("raise the state's size limit"));
  EXPECT_THAT(text, HasSubstr("nothing was lost"));
  EXPECT_EQ(world.app->value("SELECT count(*) FROM customers"), "900");
  world.start_daemon();
  ASSERT_TRUE(world.eventually([&] {
    auto const answer = world.ask("GET", "/v1/status");
    return answer.status == 200 && parse_json(answer.body)["state"]["full"].GetBool();
  })) << world.ask("GET", "/v1/status").body;
  EXPECT_EQ(world.ask("GET", "/readyz").status, 503);
  EXPECT_EQ(world.ask("GET", "/livez").status, 200);
  EXPECT_EQ(world.stop_daemon()->code, 0);
  write_file(file("crmsync.yaml"), settings);
  EXPECT_EQ(world.run_until_idle()->code, 0) << world.daemon().err();
  EXPECT_EQ(world.crm->records().size(), 901u);
  expect_same_on_both_sides(world);
}

TEST_F(BadInput, TheCommandHelpsWhereItCan) {
  auto const good = world.crmsync({"check", "--config", world.folder / "config"});
  EXPECT_EQ(good.code, 0) << good.err;
  EXPECT_THAT(good.out, HasSubstr("valid: 1 mapping, 2 connections"));
  auto const nowhere = world.crmsync({"check", "--config", world.folder / "nowhere"});
  EXPECT_EQ(nowhere.code, 3);
  EXPECT_THAT(nowhere.err, HasSubstr("nowhere"));
  auto const code = world.crmsync({"error", "M204"});
  EXPECT_EQ(code.code, 0);
  EXPECT_THAT(code.out, HasSubstr("unknown key"));
  EXPECT_EQ(world.crmsync({"error", "M999"}).code, 1);
  auto const verb = world.crmsync({"statsu"});
  EXPECT_EQ(verb.code, 64);
  EXPECT_THAT(verb.err, HasSubstr("did you mean `crmsync status`?"));
  EXPECT_EQ(world.crmsync({"conflicts"}).code, 64);
  auto const alone = world.crmsync({"status"});
  EXPECT_EQ(alone.code, 4);
  EXPECT_THAT(alone.err, HasSubstr(world.folder / "control.sock"));
  EXPECT_THAT(alone.err, HasSubstr("is crmsyncd running?"));
  world.start_daemon();
  ASSERT_TRUE(world.wait_in_step());
  auto const mapping = world.crmsync({"pause", "custmers"});
  EXPECT_EQ(mapping.code, 1);
  EXPECT_THAT(mapping.err, HasSubstr("custmers"));
  auto const record = world.crmsync({"explain", "customers", "4711"});
  EXPECT_EQ(record.code, 1);
  EXPECT_THAT(record.err, HasSubstr("4711"));
  EXPECT_EQ(world.crmsync({"errors", "retry", "99"}).code, 1);
  EXPECT_EQ(world.crmsync({"conflicts", "resolve", "99", "--take", "app"}).code, 1);
  EXPECT_EQ(world.crmsync({"backup", "relative.mdb"}).code, 1);
}

}  // namespace
}  // namespace crmsync::tests
