// A CRM in a bad mood: refusals, cut connections, half-done batches. The outcome is the same.
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/shop.hpp"
#include "tests/support/webhook_sender.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace crmsync::tests {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;

constexpr int kRows = 150;
constexpr int kTheirs = 10;
constexpr int kEdited[] = {1, 17, 40, 90, 150};

struct Weather {
  char const* name;
  char const* kind;
  char const* route = "";
  int count = 2;  // how often it strikes in the first load, and again among the edits
};

void PrintTo(Weather const& weather, std::ostream* out) {
  *out << weather.name;
}

class Faults : public ::testing::TestWithParam<Weather> {
 protected:
  bool is(std::string_view kind) const { return GetParam().kind == kind; }
  bool on_webhooks() const { return std::string_view(GetParam().kind).starts_with("webhook"); }

  void SetUp() override {
    world.app = std::make_unique<AppDatabase>(world.folder / "shop.db");
    fill_shop(*world.app, kRows);
    std::vector<std::string> options{"--search-lag", "100ms",          "--quota",
                                     "100000/10s",   "--search-quota", "1000"};
    if (on_webhooks()) {
      world.public_url = hooks.url();
      for (auto const& more :
           {std::string("--webhook"), hooks.url() + "/hooks/hubspot",
            std::string("--webhook-secret-file"), world.folder / "webhook.secret"})
        options.push_back(more);
    }
    world.start_crm(options);
    for (int n = 1; n <= 30; ++n)
      world.crm->create("contacts",
                        R"({"email":"customer)" + std::to_string(n) + R"(@shop.example"})");
    for (int n = 1; n <= kTheirs; ++n)
      world.crm->create("contacts", R"({"firstname":"Their","email":"their)" + std::to_string(n) +
                                        R"(@crm.example"})");
    world.configure(shop_mapping(), on_webhooks() ? hooks.settings() : "");
  }

  void strike() {
    auto const set = world.crm->control(
        "fault", std::string(R"({"kind":")") + GetParam().kind + R"(","route":")" +
                     GetParam().route + R"(","count":)" + std::to_string(GetParam().count) +
                     R"(,"after":1,"delay_ms":1500})");
    ASSERT_EQ(set.status, 200) << set.body;
  }
  std::uint64_t struck() {
    auto const stats = parse_json(world.crm->control("stats", "").body);
    return stats["faults"][0]["struck"].GetUint64();
  }
  // An app edit and a CRM edit of another field of the same customer.
  void edit_both(int n) {
    auto const id = std::to_string(n);
    world.app->run("UPDATE customers SET phone = '+49 40 7000" + id + "' WHERE id = " + id);
    app_edits.push_back(n);
    if (!in_step(n)) return;  // an edit before the first match would lose to `initial.prefer: app`
    auto const contacts = contacts_by_email(*world.crm);
    world.crm->edit("contacts", contacts.at("customer" + id + "@shop.example"),
                    R"({"city":"crm-)" + id + "\"}");
    crm_edits.push_back(n);
  }
  bool in_step(int n) {
    auto const record = world.ask("GET", "/v1/records/customers/" + std::to_string(n));
    if (record.status != 200) return false;
    auto const shown = parse_json(record.body);
    return shown.HasMember("base_crm") && shown["base_crm"].HasMember("city");
  }
  bool any_in_step() {
    return world.eventually(
        [&] { return std::ranges::any_of(kEdited, [&](int n) { return in_step(n); }); });
  }
  bool all_there() {
    for (int const n : app_edits)
      if (world.app->value("SELECT phone FROM customers WHERE id = " + std::to_string(n)) !=
          "+49 40 7000" + std::to_string(n))
        return false;
    for (int const n : crm_edits)
      if (world.app->value("SELECT city FROM customers WHERE id = " + std::to_string(n)) !=
          "crm-" + std::to_string(n))
        return false;
    return world.app->value("SELECT count(*) FROM customers") == std::to_string(kRows + kTheirs) &&
           world.crm->records().size() == kRows + kTheirs;
  }
  // What was refused for good waits in the inbox with its cause; a person says when to try again.
  bool retry_what_failed() {
    auto const list = parse_json(world.ask("GET", "/v1/errors").body);
    for (auto const& row : list["errors"].GetArray()) {
      EXPECT_STRNE(row["why"].GetString(), "");
      auto const id = std::to_string(row["id"].GetUint64());
      auto const retry = world.crmsync({"errors", "retry", id});
      EXPECT_TRUE(retry.code == 0 || retry.code == 1) << retry.err;  // 1: gone by itself
    }
    return world.mapping_status()["failing"].GetUint64() == 0;
  }

  SyncWorld world;
  WebhookSender hooks{world};
  std::vector<int> app_edits, crm_edits;
};

TEST_P(Faults, AFirstLoadAndEditsEndInStepWithoutLossOrDuplicate) {
  strike();
  world.start_daemon();
  ASSERT_TRUE(any_in_step()) << world.ask("GET", "/v1/status").body;
  strike();
  for (int const n : kEdited) edit_both(n);
  EXPECT_FALSE(crm_edits.empty());
  // What the index hides it shows five minutes later, by the CRM's clock. Our own writes come
  // first: one that bore the new time would take the position past what is still hidden.
  if (is("search_miss")) {
    EXPECT_TRUE(world.wait_in_step());
    EXPECT_EQ(world.crm->control("clock", R"({"advance_ms":360000})").status, 200);
  }
  bool const for_good = is("207_partial");
  EXPECT_TRUE(world.eventually([&] { return (!for_good || retry_what_failed()) && all_there(); }))
      << world.ask("GET", "/v1/status").body << world.crm->control("stats", "").body
      << world.crmsync({"errors", "list"}).out;
  EXPECT_TRUE(world.wait_in_step());
  EXPECT_GT(struck(), 0u) << "the weather was fine: nothing is shown";
  if (on_webhooks()) {
    auto const stats = parse_json(world.crm->control("stats", "").body);
    EXPECT_GT(stats["webhooks"]["accepted"].GetUint64(), 0u);
  }
  auto const ended = world.stop_daemon();
  ASSERT_TRUE(ended);
  EXPECT_EQ(ended->code, 0);
  world.crm->vendor("DELETE", "/_sim/fault");
  EXPECT_EQ(world.run_until_idle()->code, 0) << world.daemon().out();
  expect_same_on_both_sides(world, is("normalise_phone"));
  EXPECT_TRUE(all_there());
  auto const writes = world.crm->mutating_requests();
  EXPECT_EQ(world.run_until_idle()->code, 0);
  EXPECT_EQ(world.crm->mutating_requests(), writes) << "it is not silent";
}

INSTANTIATE_TEST_SUITE_P(
    OfEveryKind, Faults,
    ::testing::Values(
        Weather{"HTTP429", "429", "batch_update", 1}, Weather{"HTTP500", "500"},
        Weather{"HTTP503", "503"}, Weather{"HTTP423", "423"}, Weather{"HTTP477", "477"},
        Weather{"Slow", "slow"}, Weather{"ResetBefore", "reset_before"},
        Weather{"ResetAfter", "reset_after"},
        Weather{"ResetAfterUpsert", "reset_after", "batch_upsert"},
        Weather{"ResetAfterUpdate", "reset_after", "batch_update"}, Weather{"Truncate", "truncate"},
        Weather{"TruncateUpsert", "truncate", "batch_upsert"},
        Weather{"PartialBatch", "207_partial"}, Weather{"SearchMiss", "search_miss"},
        Weather{"NormalisedPhone", "normalise_phone"}, Weather{"WebhookTwice", "webhook_dup"},
        Weather{"WebhookOutOfOrder", "webhook_reorder"}, Weather{"WebhookLost", "webhook_lost"},
        Weather{"WebhookLate", "webhook_delay"}),
    [](auto const& one) { return std::string(one.param.name); });

// The token dies, or loses a scope, in the middle of the first load: the status says what to do,
// and a reload once the new token is in its file is all it takes.
class Token : public Faults {};

TEST_P(Token, AGoodOneInItsFileAndAReloadBringEverythingThrough) {
  world.start_daemon();
  ASSERT_TRUE(any_in_step()) << world.ask("GET", "/v1/status").body;
  auto const set =
      world.crm->control("fault", std::string(R"({"kind":")") + GetParam().kind + "\"}");
  ASSERT_EQ(set.status, 200) << set.body;
  for (int const n : kEdited) edit_both(n);
  std::string said;
  EXPECT_TRUE(world.eventually([&] {
    said = world.crmsync({"status"}).out;
    return said.find("trouble") != said.npos;
  })) << said;
  EXPECT_THAT(said, AnyOf(HasSubstr("auth.token"), HasSubstr("grant the token")));
  EXPECT_GT(struck(), 0u);
  world.crm->vendor("DELETE", "/_sim/fault");
  ASSERT_EQ(world.crm->control("token", R"({"token":"canary-second-token"})").status, 200);
  world.crm->use_token("canary-second-token");
  write_file(world.folder / "crm.token", "canary-second-token", 0600);
  auto const reload = world.crmsync({"reload"});
  EXPECT_EQ(reload.code, 0) << reload.err;
  EXPECT_THAT(reload.out, HasSubstr("generation 2 is running"));
  EXPECT_TRUE(world.eventually([&] { return all_there(); })) << world.crmsync({"status"}).out;
  EXPECT_TRUE(world.wait_in_step());
  EXPECT_TRUE(world.stop_daemon());
  EXPECT_EQ(world.run_until_idle()->code, 0) << world.daemon().out();
  expect_same_on_both_sides(world);
  EXPECT_EQ(world.everything_logged().find("canary-second-token"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(OfEveryKind, Token,
                         ::testing::Values(Weather{"Refused", "401"}, Weather{"LacksAScope", "403"},
                                           Weather{"Expired", "expire_token"}),
                         [](auto const& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace crmsync::tests
