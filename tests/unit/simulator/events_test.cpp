// Webhooks: wording, signatures, retries, faults.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/simulator/faces/hubspot_events.hpp"
#include "tests/unit/simulator/account.hpp"

#include <set>

namespace crmsync::connectors::simulator {
namespace {

using faces::Deliveries;
using faces::Delivery;

ServiceOptions with_events() {
  auto options = Account::options();
  options.crm.record_events = true;
  return options;
}

faces::Json body_of(Account& account, Delivery const& delivery) {
  faces::Json json;
  auto const text =
      faces::webhook_body(account.service.crm(), account.service.face().state().account,
                          delivery.events, delivery.attempt);
  EXPECT_FALSE(faces::Json::parse(text, json)) << text;
  return json;
}

std::vector<Delivery> due(Account& account) {
  return account.service.deliveries().due(account.service.simulated(account.now()));
}

TEST(HubspotWebhooks, SignatureMatchesThePublishedVector) {
  EXPECT_EQ(
      faces::signature_v3("own-secret", "POST", "https://sync.example.com/hooks/hubspot?t=a/b",
                          "[{\"eventId\":1}]", "1767225600000"),
      "6vcrJH6OY22rANHcO6TPjBJtE0eA6pzDgun+wu0kBjw=");
  EXPECT_EQ(
      faces::signature_v3("own-secret", "POST", "https://sync.example.com/hooks/hubspot?t=a%2Fb",
                          "[{\"eventId\":1}]", "1767225600000"),
      "6vcrJH6OY22rANHcO6TPjBJtE0eA6pzDgun+wu0kBjw=");
  EXPECT_EQ(faces::signature_v1("", ""),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(HubspotWebhooks, EventsSayWhatHappened) {
  Account account(with_events());
  auto const id = account.contact("a@x.org");
  auto const deliveries = due(account);
  ASSERT_EQ(deliveries.size(), 1u);
  auto const json = body_of(account, deliveries[0]);
  ASSERT_EQ(json.root().Size(), 2u);
  EXPECT_EQ(faces::text_or(json.root()[0], "subscriptionType", ""), "contact.creation");
  EXPECT_EQ(faces::text_or(json.root()[0], "changeFlag", ""), "CREATED");
  EXPECT_EQ(faces::text_or(json.root()[1], "subscriptionType", ""), "contact.propertyChange");
  EXPECT_EQ(faces::text_or(json.root()[1], "propertyValue", ""), "a@x.org");
  EXPECT_EQ(faces::text_or(json.root()[1], "objectId", ""), id);
  EXPECT_EQ(faces::text_or(json.root()[1], "attemptNumber", ""), "0");
  EXPECT_EQ(faces::text_or(json.root()[1], "changeSource", ""), "INTEGRATION");
  EXPECT_EQ(faces::text_or(json.root()[1], "occurredAt", ""), std::to_string(Account::start_ms));
}

TEST(HubspotWebhooks, MergeNamesAllThreeIds) {
  Account account(with_events());
  auto const a = account.contact("a@x.org");
  auto const b = account.contact("b@x.org");
  (void)due(account);
  auto const merged = account.post(
      "/_sim/merge", R"({"object":"contacts","primary":")" + a + R"(","other":")" + b + R"("})");
  auto const deliveries = due(account);
  ASSERT_EQ(deliveries.size(), 1u);
  auto const json = body_of(account, deliveries[0]);
  std::set<std::string> kinds;
  for (auto const& event : json.root().GetArray()) {
    kinds.insert(faces::text_or(event, "subscriptionType", ""));
    if (faces::text_or(event, "subscriptionType", "") != "contact.merge") continue;
    EXPECT_EQ(faces::text_or(event, "primaryObjectId", ""), a);
    EXPECT_EQ(faces::texts_member(event, "mergedObjectIds"), std::vector<std::string>{b});
    EXPECT_EQ(faces::text_or(event, "newObjectId", ""), merged.text("id"));
  }
  EXPECT_TRUE(kinds.contains("contact.merge"));
  EXPECT_TRUE(kinds.contains("contact.deletion"));
}

TEST(HubspotWebhooks, AtMostAHundredEventsADelivery) {
  Account account(with_events());
  std::string records;
  for (int i = 0; i < 120; ++i)
    records += (i ? "," : "") + (R"({"properties":{"lastname":")" + std::to_string(i)) + R"("}})";
  account.post("/_sim/records", R"({"object":"contacts","records":[)" + records + "]}");
  auto const deliveries = due(account);
  ASSERT_EQ(deliveries.size(), 3u);
  EXPECT_EQ(deliveries[0].events.size(), 100u);
  EXPECT_EQ(deliveries[2].events.size(), 40u);
}

TEST(HubspotWebhooks, RefusedDeliveriesComeAgainTenTimes) {
  Account account(with_events());
  account.contact("a@x.org");
  int attempts = 0;
  for (int turn = 0; turn < 100; ++turn) {
    for (auto& delivery : due(account)) {
      EXPECT_EQ(delivery.attempt, attempts);
      ++attempts;
      account.service.deliveries().finished(std::move(delivery), false,
                                            account.service.simulated(account.now()));
    }
    account.elapsed_ms += 600'000;
  }
  EXPECT_EQ(attempts, 11);
  EXPECT_EQ(account.service.deliveries().given_up(), 1u);
  EXPECT_EQ(account.service.deliveries().waiting(), 0u);
}

TEST(HubspotWebhooks, FaultsLoseCopyAndDelay) {
  Account account(with_events());
  account.post("/_sim/fault", R"({"kind":"webhook_lost","count":1})");
  account.contact("a@x.org");
  EXPECT_EQ(due(account).size(), 0u);
  account.post("/_sim/fault", R"({"kind":"webhook_dup","count":1})");
  account.contact("b@x.org");
  EXPECT_EQ(due(account).size(), 2u);
  account.post("/_sim/fault", R"({"kind":"webhook_delay","count":1,"delay_ms":3000})");
  account.contact("c@x.org");
  EXPECT_EQ(due(account).size(), 0u);
  account.elapsed_ms = 3'000;
  EXPECT_EQ(due(account).size(), 1u);
}

TEST(HubspotWebhooks, ParallelDeliveriesAreBounded) {
  Account account(with_events());
  for (int i = 0; i < 15; ++i) account.contact(std::to_string(i) + "@x.org");
  EXPECT_EQ(due(account).size(), 10u);
  EXPECT_EQ(account.service.deliveries().next_due(), std::nullopt);
}

}  // namespace
}  // namespace crmsync::connectors::simulator
