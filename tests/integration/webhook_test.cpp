// Webhooks are hints that strangers can send: only signed ones count, and none can change the
// outcome, only make it come sooner.
// SPDX-License-Identifier: Apache-2.0
#include "tests/support/shop.hpp"
#include "tests/support/webhook_sender.hpp"

#include <gtest/gtest.h>
#include <signal.h>

namespace crmsync::tests {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

// Polling is blind here (the search index is an hour late), so that only webhooks bring news.
class Webhook : public ::testing::Test {
 protected:
  void begin(std::string const& settle = "0s", std::string const& extra = {}) {
    world.app = std::make_unique<AppDatabase>(world.folder / "shop.db");
    fill_shop(*world.app, 3);
    world.start_crm({"--search-lag", "1h"});
    auto const mapping = replaced(shop_mapping(extra), "poll: 1s", "poll: 300s");
    world.configure(replaced(mapping, "settle: 0s", "settle: " + settle), hooks.settings());
    world.start_daemon();
    ASSERT_TRUE(world.wait_in_step()) << world.daemon().err();
    contacts = contacts_by_email(*world.crm);
    ASSERT_EQ(contacts.size(), 3u);
  }

  std::string contact(int n) {
    return contacts.at("customer" + std::to_string(n) + "@shop.example");
  }
  std::string changed(int n) { return "[" + contact_event("propertyChange", contact(n)) + "]"; }
  void edit_phone(int n, std::string const& phone) {
    world.crm->edit("contacts", contact(n), R"({"phone":")" + phone + "\"}");
  }
  std::string app_phone(int n) {
    return world.app->value("SELECT phone FROM customers WHERE id = " + std::to_string(n));
  }
  bool arrives(int n, std::string const& phone) {
    return world.eventually([&] { return app_phone(n) == phone; }, seconds(20));
  }
  std::uint64_t intake_rows() {
    return parse_json(world.ask("GET", "/v1/status").body)["state"]["intake_rows"].GetUint64();
  }
  int http_status(std::string const& body, Headers const& headers,
                  std::string const& target = "/hooks/hubspot") {
    return hooks.post(body, headers, target).status;
  }
  Headers good(std::string const& body, seconds age = seconds(0)) {
    return sign_v3(kWebhookSecret, hooks.signed_uri(), body, age);
  }

  SyncWorld world;
  WebhookSender hooks{world};
  std::map<std::string, std::string> contacts;
};

TEST_F(Webhook, AnEditArrivesAtOnceAlthoughTheNextPollIsMinutesAway) {
  begin();
  edit_phone(1, "+1 555 0101");
  auto const body = changed(1);
  auto const sent = std::chrono::steady_clock::now();
  EXPECT_EQ(hooks.send(body).status, 200);
  EXPECT_TRUE(arrives(1, "+1 555 0101"));
  EXPECT_LT(std::chrono::steady_clock::now() - sent, seconds(10));
}

TEST_F(Webhook, TheOlderSignatureIsTakenToo) {
  begin();
  edit_phone(1, "+1 555 0102");
  auto const body = changed(1);
  EXPECT_EQ(http_status(body, sign_v1(kWebhookSecret, body)), 200);
  EXPECT_TRUE(arrives(1, "+1 555 0102"));
}

TEST_F(Webhook, ForgedAndStaleOnesAreRefusedAndTouchNothing) {
  begin();
  for (int const n : {1, 2, 3}) edit_phone(n, "+1 555 0103");
  auto const body = changed(1);
  auto const uri = hooks.signed_uri();
  auto twice = good(body);
  twice.push_back(twice.front());
  auto mixed = sign_v3("not the secret", uri, body);
  for (auto const& header : sign_v1(kWebhookSecret, body)) mixed.push_back(header);
  std::vector<std::pair<char const*, Headers>> const forged{
      {"unsigned", {}},
      {"another secret", sign_v3("not the secret", uri, body)},
      {"another secret, older scheme", sign_v1("not the secret", body)},
      {"no secret at all", sign_v3("", uri, body)},
      {"another body", good(body + " ")},
      {"another address", sign_v3(kWebhookSecret, "https://else.example/hooks/hubspot", body)},
      {"another method", sign_v3(kWebhookSecret, uri, body, seconds(0), "PUT")},
      {"six minutes old", good(body, minutes(6))},
      {"from the future", good(body, -minutes(6))},
      {"signed twice", twice},
      {"a wrong new signature beside a right old one", mixed},
      {"a signature without its time", {good(body).front()}},
  };
  auto const before = intake_rows();
  for (auto const& [what, headers] : forged) EXPECT_EQ(http_status(body, headers), 401) << what;
  EXPECT_EQ(intake_rows(), before);
  // A good one for another record goes through the whole daemon; the forged ones did nothing.
  EXPECT_EQ(hooks.send(changed(2)).status, 200);
  EXPECT_TRUE(arrives(2, "+1 555 0103"));
  EXPECT_EQ(app_phone(1), "+49 30 100001");
  EXPECT_EQ(world.everything_logged().find(kWebhookSecret), std::string::npos);
}

TEST_F(Webhook, MalformedOnesAreRefusedEvenWhenSigned) {
  begin();
  for (int const n : {1, 2}) edit_phone(n, "+1 555 0104");
  auto const event = contact_event("propertyChange", contact(1));
  std::string hundred_and_one = "[" + event;
  for (int i = 0; i < 100; ++i) hundred_and_one += "," + event;
  std::vector<std::pair<char const*, std::string>> const malformed{
      {"empty", ""},
      {"cut off", changed(1).substr(0, 60)},
      {"no array", event},
      {"not JSON", "objectId=1"},
      {"not UTF-8", "[" + replaced(event, "of no consequence", "\xC3\x28") + "]"},
      {"a key twice", "[" + replaced(event, "\"objectId\"", "\"objectId\":1,\"objectId\"") + "]"},
      {"no record named", "[" + replaced(event, contact(1), "\"../../etc\"") + "]"},
      {"too many events", hundred_and_one + "]"},
      {"nested deeply", std::string(5000, '[') + std::string(5000, ']')},
  };
  auto const before = intake_rows();
  for (auto const& [what, body] : malformed) EXPECT_EQ(http_status(body, good(body)), 400) << what;
  EXPECT_EQ(intake_rows(), before);
  EXPECT_EQ(hooks.send(changed(2)).status, 200) << "it still listens";
  EXPECT_TRUE(arrives(2, "+1 555 0104"));
  EXPECT_EQ(app_phone(1), "+49 30 100001");
}

TEST_F(Webhook, OversizedOnesWrongMethodsAndUnknownPlacesAreRefused) {
  begin();
  for (int const n : {1, 2}) edit_phone(n, "+1 555 0105");
  auto const before = intake_rows();
  std::string const large((1u << 20) + 1, ' ');
  EXPECT_EQ(http_status(large, good(large)), 413);
  auto const body = changed(1);
  auto wide = good(body);
  wide.emplace_back("X-Padding", std::string(9'000, 'x'));
  EXPECT_EQ(http_status(body, wide), 431);
  EXPECT_EQ(http_call(hooks.url(), "GET", "/hooks/hubspot", "").status, 405);
  EXPECT_EQ(http_call(hooks.url(), "PUT", "/hooks/hubspot", body, good(body)).status, 405);
  for (auto const* target : {"/hooks/nobody", "/hooks/", "/", "/v1/status", "/hooks/hubspot/x"})
    EXPECT_EQ(http_status(body, sign_v3(kWebhookSecret, hooks.signed_uri(target), body), target),
              404)
        << target;
  // The database connection takes no webhooks at all.
  EXPECT_EQ(http_status(body, good(body), "/hooks/shop-db"), 404);
  EXPECT_EQ(intake_rows(), before);
  EXPECT_EQ(hooks.send(changed(2)).status, 200) << "it still listens";
  EXPECT_TRUE(arrives(2, "+1 555 0105"));
  EXPECT_EQ(app_phone(1), "+49 30 100001");
}

TEST_F(Webhook, ADeliveryRepeatedIsOneChange) {
  begin();
  edit_phone(1, "+1 555 0106");
  auto const body = changed(1);
  auto const headers = good(body);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(http_status(body, headers), 200);
  EXPECT_TRUE(arrives(1, "+1 555 0106"));
  ASSERT_TRUE(world.eventually([&] { return intake_rows() == 0; }));
  auto const record = parse_json(world.ask("GET", "/v1/records/customers/1?field=phone").body);
  int flows = 0;
  for (auto const& row : record["history"].GetArray())
    if (row.HasMember("written") && std::string_view(row["written"].GetString()) == "app") ++flows;
  EXPECT_EQ(flows, 1) << world.ask("GET", "/v1/records/customers/1?field=phone").body;
}

TEST_F(Webhook, WhatComesLateOrOutOfOrderIsReadAgainNotBelieved) {
  begin("0s", "delete: {crm_deleted: delete_row, merge_window: 1s}\n");
  edit_phone(1, "+1 555 0107");
  edit_phone(1, "+1 555 0108");
  auto const late = contact_event("deletion", contact(1), minutes(10));
  auto const newer = contact_event("propertyChange", contact(1));
  auto const older = contact_event("creation", contact(1), minutes(20));
  EXPECT_EQ(hooks.send("[" + newer + "," + older + "]").status, 200);
  EXPECT_EQ(hooks.send("[" + late + "]").status, 200);
  EXPECT_EQ(hooks.send("[" + contact_event("restore", contact(1), minutes(9)) + "]").status, 200);
  EXPECT_TRUE(arrives(1, "+1 555 0108"));
  ASSERT_TRUE(world.eventually([&] { return intake_rows() == 0; }));
  // A record that was never there, and an object that nobody maps.
  EXPECT_EQ(hooks.send("[" + contact_event("deletion", "999999999") + "]").status, 200);
  auto const deal = replaced(contact_event("propertyChange", "5"), "contact.", "deal.");
  EXPECT_EQ(hooks.send("[" + deal + "]").status, 200);
  ASSERT_TRUE(world.eventually([&] { return intake_rows() == 0; }))
      << world.ask("GET", "/v1/status").body;
  EXPECT_EQ(world.app->value("SELECT count(*) FROM customers"), "3");
  expect_same_on_both_sides(world);
}

// The CRM believes that the webhook arrived and never sends it again.
TEST_F(Webhook, KilledRightAfterItsAnswerTheDaemonLosesNone) {
  begin("3s");  // long enough to be killed before anything is done with the mark
  edit_phone(1, "+1 555 0109");
  edit_phone(2, "+1 555 0110");
  EXPECT_EQ(hooks.send(changed(1)).status, 200);
  EXPECT_EQ(hooks.send(changed(2)).status, 200);
  world.daemon().signal(SIGKILL);
  ASSERT_EQ(world.daemon().wait_exit(seconds(10))->signal, SIGKILL);
  ASSERT_EQ(app_phone(1), "+49 30 100001") << "it was done before the kill: nothing is shown";
  world.start_daemon();
  EXPECT_TRUE(arrives(1, "+1 555 0109"));
  EXPECT_TRUE(arrives(2, "+1 555 0110"));
}

// The CRM's own deliveries, in bad weather.
class Delivery : public ::testing::TestWithParam<char const*> {};

TEST_P(Delivery, TheOutcomeIsTheSame) {
  SyncWorld world;
  WebhookSender const hooks(world);
  world.public_url = hooks.url();
  std::string const fault = GetParam();
  bool const lost = fault == "webhook_lost";
  world.app = std::make_unique<AppDatabase>(world.folder / "shop.db");
  fill_shop(*world.app, 12);
  std::vector<std::string> options{"--search-lag",
                                   lost ? "100ms" : "1h",
                                   "--webhook",
                                   hooks.url() + "/hooks/hubspot",
                                   "--webhook-secret-file",
                                   world.folder / "webhook.secret"};
  world.start_crm(options);
  // Lost ones are made good by the poll; all others must do without it.
  auto const mapping = lost ? shop_mapping() : replaced(shop_mapping(), "poll: 1s", "poll: 300s");
  world.configure(mapping, hooks.settings());
  world.start_daemon();
  ASSERT_TRUE(world.wait_in_step()) << world.daemon().err();
  auto const deliveries = [&](char const* what) {
    return parse_json(world.crm->control("stats", "").body)["webhooks"][what].GetUint64();
  };
  EXPECT_TRUE(world.eventually([&] { return deliveries("waiting") == 0; }));
  auto const before = deliveries("accepted");
  if (!fault.empty()) {
    auto const set = world.crm->control("fault", R"({"kind":")" + fault + "\"}");
    ASSERT_EQ(set.status, 200) << set.body;
  }
  auto const contacts = contacts_by_email(*world.crm);
  for (int n = 1; n <= 12; ++n) {
    auto const id = contacts.at("customer" + std::to_string(n) + "@shop.example");
    world.crm->edit("contacts", id, R"({"phone":"+1 555 1"})");
    world.crm->edit("contacts", id, R"({"city":"Lund"})");
    // An edit in the app would make the daemon read the contact anyway.
    if (n % 2 == 0)
      world.app->run("UPDATE customers SET first_name = 'App' WHERE id = " + std::to_string(n));
    world.crm->edit("contacts", id, R"({"phone":"+1 555 2"})");
  }
  EXPECT_TRUE(world.eventually([&] {
    return world.app->value(
               "SELECT count(*) FROM customers WHERE phone = '+1 555 2' AND"
               " city = 'Lund' AND (first_name = 'App') = (id % 2 = 0)") == "12";
  })) << fault
      << world.ask("GET", "/v1/status").body << world.crm->control("stats", "").body;
  EXPECT_TRUE(world.wait_in_step());
  expect_same_on_both_sides(world);
  EXPECT_EQ(deliveries("accepted") > before, !lost);
  EXPECT_EQ(deliveries("refused"), 0u);
  auto const status = world.mapping_status();
  EXPECT_EQ(status["asking"].GetUint64() + status["failing"].GetUint64(), 0u);
  EXPECT_EQ(status["linked"].GetUint64(), 12u);
}

INSTANTIATE_TEST_SUITE_P(InAnyWeather, Delivery,
                         ::testing::Values("", "webhook_dup", "webhook_reorder", "webhook_delay",
                                           "webhook_lost"));

}  // namespace
}  // namespace crmsync::tests
