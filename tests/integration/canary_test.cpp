// Credentials and people's data as known strings, at the most talkative log level, through a first
// load, refusals, questions, rewrites, malformed webhooks, a crash and a restart. None of them may
// stand where administrators, log servers and monitoring look.
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/shop.hpp"
#include "tests/support/webhook_sender.hpp"

#include <gtest/gtest.h>
#include <signal.h>

#include <algorithm>
#include <cctype>

namespace crmsync::tests {
namespace {

using std::chrono::seconds;

constexpr int kRows = 60;

// Every personal value below holds one of these, in whatever case and form it is shown.
constexpr char const* kMarks[] = {"zxq", "88177", "1901-02"};

class Canary : public ::testing::Test {
 protected:
  void SetUp() override {
    make_shop();
    world.public_url = hooks.url();
    world.start_crm({"--search-lag", "100ms", "--token", "canary-token-5f1e", "--webhook",
                     hooks.url() + "/hooks/hubspot", "--webhook-secret-file",
                     world.folder / "webhook.secret"});
    secrets = {world.crm->token(), kWebhookSecret};
    ASSERT_EQ(world.crm->token(), "canary-token-5f1e");
    make_contacts();
    auto mapping =
        replaced(shop_mapping("delete: {crm_deleted: unlink, merge_window: 1s}\n"),
                 "{app: email, crm: email, transform: email}", "{app: email, crm: email}");
    mapping = replaced(mapping, "  - {app: city, crm: city}\n",
                       "  - {app: city, crm: city, conflict: ask}\n"
                       "  - {app: tier, crm: tier}\n"
                       "  - {app: born, crm: date_of_birth, transform: date}\n");
    world.configure(mapping, hooks.settings() + "log: {level: trace}\n");
  }

  void make_shop() {
    world.app = std::make_unique<AppDatabase>(world.folder / "shop.db");
    world.app->run(
        "CREATE TABLE customers (id INTEGER PRIMARY KEY, email TEXT NOT NULL UNIQUE,"
        " first_name TEXT NOT NULL CHECK (first_name NOT LIKE '%refused'), last_name TEXT, phone "
        "TEXT,"
        " city TEXT, tier TEXT, born TEXT);"
        "CREATE TRIGGER no_trouble BEFORE UPDATE ON customers WHEN NEW.last_name = 'Zxqtrouble'"
        " BEGIN SELECT RAISE(ABORT, 'not this name'); END;"
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " +
        std::to_string(kRows) +
        ") INSERT INTO customers SELECT i, 'zxqmail' || i || '@canary.example', 'Zxqfirst' || i,"
        " 'Zxqlast' || i, '+49 30 88177' || (100 + i), 'Zxqcity' || i, 'gold',"
        " '1901-02-' || printf('%02d', 1 + i % 28) FROM n;"
        // Values that the CRM, a transform or a property's options refuse.
        "UPDATE customers SET email = 'zxq is no address' WHERE id = 5;"
        "UPDATE customers SET tier = 'zxqtier' WHERE id = 6;"
        "UPDATE customers SET born = 'zxq, in spring' WHERE id = 7;"
        "UPDATE customers SET phone = '+49 30 88177 ' || char(0xD800) WHERE id = 8;");
  }

  void make_contacts() {
    auto const property = [&](std::string const& body) {
      auto const made = world.crm->control("property", R"({"object":"contacts",)" + body + "}");
      ASSERT_EQ(made.status, 200) << made.body;
    };
    property(R"("name":"tier","type":"enumeration","fieldType":"select",)"
             R"("options":[{"label":"Gold","value":"gold","displayOrder":0,"hidden":false}])");
    if (world.crm->vendor("GET", "/crm/v3/properties/contacts/date_of_birth").status != 200)
      property(R"("name":"date_of_birth","type":"date","fieldType":"date")");
    for (int n = 1; n <= 12; ++n) {
      auto const i = std::to_string(n);
      world.crm->create("contacts", R"({"email":"zxqmail)" + i +
                                        R"(@canary.example","city":"Zxqelse)" + i + "\"}");
    }
    world.crm->create("contacts", R"({"email":"zxqmail9b@canary.example","firstname":"Zxq"})");
    // What the database refuses.
    world.crm->create("contacts", R"({"email":"zxqnew1@canary.example","firstname":"Zxqrefused"})");
  }

  void fault(std::string const& kind, int count) {
    auto const set = world.crm->control("fault", R"({"kind":")" + kind + R"(","count":)" +
                                                     std::to_string(count) +
                                                     R"(,"after":2,"route":"batch_update"})");
    ASSERT_EQ(set.status, 200) << set.body;
  }

  // While nobody looks, so that every record is asked about and refused for sure.
  void edit_everything() {
    EXPECT_EQ(world.crmsync({"pause", "customers"}).code, 0);
    world.app->run("UPDATE customers SET city = 'Zxqtown' || id, phone = '+49 40 88177' || id");
    for (auto const& [email, id] : contacts_by_email(*world.crm))
      if (email.starts_with("zxqmail"))
        world.crm->edit("contacts", id, R"({"city":"Zxqville","lastname":"Zxqtrouble"})");
    EXPECT_EQ(world.crmsync({"resume", "customers"}).code, 0);
  }

  void send_webhooks() {
    auto const event = contact_event("propertyChange", "1");
    auto const named = replaced(event, "of no consequence", "zxqhook@canary.example");
    std::vector<std::string> const malformed{
        "zxq, not JSON", named, "[" + named + ",", "[{\"zxq\":\"zxq\",\"zxq\":1}]",
        "[" + replaced(named, "\"objectId\"", "\"zxqId\"") + "]"};
    for (auto const& body : malformed) EXPECT_EQ(hooks.send(body).status, 400) << body;
    EXPECT_EQ(hooks.send("[" + named + "]").status, 200);
    EXPECT_EQ(hooks.post("[" + named + "]", sign_v3("zxq", hooks.signed_uri(), named)).status, 401);
    EXPECT_EQ(
        hooks.post("[" + named + "]", sign_v1(kWebhookSecret, named), "/hooks/zxq@canary.example")
            .status,
        404);
  }

  void look(std::string const& place, std::string text) {
    for (auto const& secret : secrets)
      EXPECT_EQ(text.find(secret), std::string::npos) << "a secret in " << place;
    std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
    for (auto const* mark : kMarks) {
      auto const at = text.find(mark);
      if (at == std::string::npos) continue;
      auto const from = at - std::min<std::size_t>(at, 200);
      ADD_FAILURE() << "personal data in " << place << ": ..." << text.substr(from, 400);
    }
  }

  void look_everywhere() {
    for (auto const* target : {"/v1/status", "/metrics", "/v1/errors", "/v1/held", "/v1/conflicts",
                               "/livez", "/readyz", "/v1/errors?mapping=zxq"})
      look(target, replaced_all(world.ask("GET", target).body, "mapping zxq", ""));
    for (auto const& command :
         {std::vector<std::string>{"status"}, {"errors", "list"}, {"conflicts", "list"}}) {
      auto const shown = world.crmsync(command);
      EXPECT_EQ(shown.code, 0);
      look("crmsync " + command.front(), shown.out + shown.err);
    }
    auto const process = "/proc/" + std::to_string(world.daemon().pid());
    for (auto const* file : {"/cmdline", "/comm", "/environ"})
      look(process + file, read_file(process + file));
    look("the logs", world.everything_logged());
  }

  static std::string replaced_all(std::string text, std::string const& from,
                                  std::string const& to) {
    for (auto at = text.find(from); at != text.npos; at = text.find(from, at + to.size()))
      text.replace(at, from.size(), to);
    return text;
  }

  SyncWorld world;
  WebhookSender hooks{world};
  std::vector<std::string> secrets;
};

TEST_F(Canary, SingsNowhereButInExplainAndConflictsShow) {
  fault("207_partial", 2);
  fault("reset_after", 1);
  fault("500", 1);
  fault("normalise_phone", 3);
  world.start_daemon();
  ASSERT_TRUE(world.wait_in_step()) << world.daemon().err();
  look_everywhere();
  edit_everything();
  send_webhooks();
  ASSERT_TRUE(world.eventually([&] {
    auto const status = world.mapping_status();
    return status["asking"].GetUint64() >= 50 && status["failing"].GetUint64() >= 50;
  })) << world.ask("GET", "/v1/status").body;
  look_everywhere();
  world.daemon().signal(SIGKILL);
  ASSERT_TRUE(world.daemon().wait_exit(seconds(10)));
  write_file(world.folder / "crm.token", "canary-wrong-token", 0600);
  secrets.emplace_back("canary-wrong-token");
  world.start_daemon();
  EXPECT_TRUE(world.eventually([&] { return world.mapping_status()["crm"].HasMember("trouble"); }));
  look_everywhere();
  EXPECT_TRUE(world.stop_daemon());
  write_file(world.folder / "crm.token", world.crm->token(), 0600);
  EXPECT_EQ(world.run_until_idle()->code, 5) << world.daemon().out();
  look("the logs", world.everything_logged());
  // The bird is alive: what is for looking at values shows them.
  world.start_daemon();
  EXPECT_NE(world.crmsync({"explain", "customers", "9"}).out.find("Zxq"), std::string::npos);
  auto const list = parse_json(world.ask("GET", "/v1/conflicts").body);
  ASSERT_FALSE(list["conflicts"].Empty());
  std::string shown;
  for (auto const& row : list["conflicts"].GetArray())
    shown += world.crmsync({"conflicts", "show", std::to_string(row["id"].GetUint64())}).out;
  EXPECT_NE(shown.find("Zxqville"), std::string::npos) << shown;
}

}  // namespace
}  // namespace crmsync::tests
