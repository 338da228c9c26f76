// SPDX-License-Identifier: Apache-2.0
#include "connectors/hubspot/own_writes.hpp"
#include "tests/unit/hubspot/scripted.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace crmsync::connectors::hubspot {
namespace {

using engine::Errc;
using engine::Secret;
using testing::HasSubstr;

Identity identity_for(std::string const& body) {
  Scripted crm([&body](http::Request const&) { return json(200, body); });
  auto const result = crm.run(crm.connector().identity());
  EXPECT_TRUE(result);
  return result ? *result : Identity{};
}

TEST(Identity, NamesTheAccountAndWhatItIs) {
  EXPECT_EQ(identity_for(R"({"portalId":123,"accountType":"STANDARD"})").id, "123");
  EXPECT_EQ(identity_for(R"({"portalId":123,"accountType":"STANDARD"})").environment, "production");
  for (auto const* type : {"SANDBOX", "DEVELOPER_TEST", "APP_DEVELOPER", "NEW_KIND"})
    EXPECT_EQ(
        identity_for(R"({"portalId":"9","accountType":")" + std::string(type) + "\"}").environment,
        "sandbox");
  EXPECT_EQ(identity_for(R"({"portalId":123})").environment, "");
}

TEST(Identity, AnAnswerWithoutAccountIsNoIdentity) {
  Scripted crm([](http::Request const&) { return json(200, "{}"); });
  EXPECT_EQ(crm.run(crm.connector().identity()).error().code, Errc::corrupt);
}

TEST(Limits, ADailyLimitHoldsEverythingBack) {
  Scripted crm([](http::Request const&) { return json(429, R"({"policyName":"DAILY"})"); });
  auto const first = crm.run(crm.connector().identity());
  EXPECT_EQ(first.error().code, Errc::rate_limited);
  EXPECT_EQ(first.error().retry_after_ms, 600'000);
  EXPECT_EQ(crm.run(crm.connector().identity()).error().code, Errc::rate_limited);
  EXPECT_EQ(crm.requests().size(), 1u);  // the second one never left
}

TEST(Limits, HeadersTellWhatOthersHaveSpent) {
  Scripted crm([](http::Request const&) {
    return json(200, R"({"portalId":1})",
                {{"X-HubSpot-RateLimit-Remaining", "19"},
                 {"X-HubSpot-RateLimit-Daily", "250000"},
                 {"X-HubSpot-RateLimit-Daily-Remaining", "1234"}});
  });
  ASSERT_TRUE(crm.run(crm.connector().identity()));
  auto const usage = crm.connector().quota();
  EXPECT_EQ(usage.daily_limit, 250'000u);
  EXPECT_EQ(usage.daily_remaining, 1'234u);
  EXPECT_NEAR(usage.window_remaining_ratio, 0.1, 0.01);
}

TEST(Settings, EachBadKeyIsNamed) {
  struct Case {
    char const* key;
    char const* value;
  };
  for (auto const& [key, value] :
       {Case{"api_version", "v4"}, Case{"quota.limit", "many"}, Case{"quota.limit", "0/10s"},
        Case{"quota.limit", "10/0s"}, Case{"quota.limit", "10"}, Case{"quota.reserve", "200%"},
        Case{"archived_every", "soon"}, Case{"webhook.public_url", "ftp://x"},
        Case{"webhook.public_url", "https://user@host"}}) {
    auto config = Scripted::default_config();
    config.values[key] = value;
    VirtualRuntime runtime;
    auto const made = make_over(config, nullptr, runtime);
    ASSERT_FALSE(made) << key << "=" << value;
    EXPECT_EQ(made.error().code, Errc::config_invalid);
    EXPECT_THAT(made.error().op, HasSubstr(key));
  }
}

TEST(Settings, ATokenThatWouldBreakItsHeaderIsRefusedUnseen) {
  for (auto const* token : {"", "canary\r\nX: y", "canary token"}) {
    auto config = Scripted::default_config();
    config.secrets["auth.token"] = Secret(token);
    VirtualRuntime runtime;
    auto const made = make_over(config, nullptr, runtime);
    ASSERT_FALSE(made);
    EXPECT_THAT(made.error().op, HasSubstr("auth.token"));
    EXPECT_THAT(made.error().message(), testing::Not(HasSubstr("canary")));
  }
}

TEST(Settings, WebhooksNeedTheirPublicAddress) {
  auto config = Scripted::default_config();
  config.secrets["webhook.secret"] = Secret("own-secret");
  VirtualRuntime runtime;
  auto const made = make_over(config, nullptr, runtime);
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error().op, HasSubstr("webhook.public_url"));
}

TEST(Settings, TheRowListsItsKeysOnce) {
  auto const& row = connector_row();
  EXPECT_EQ(row.type, "hubspot");
  EXPECT_EQ(row.role, ConnectorRole::crm);
  std::set<std::string_view> names;
  for (auto const& key : row.keys) EXPECT_TRUE(names.insert(key.name).second) << key.name;
  EXPECT_TRUE(names.contains("auth.token"));
}

Scripted with_webhooks() {
  auto config = Scripted::default_config();
  config.secrets["webhook.secret"] = Secret("own-secret");
  config.values["webhook.public_url"] = "https://sync.example.com/hooks/hubspot";
  return Scripted(
      [](http::Request const& request) {
        if (has(request, "object-schemas")) return json(200, R"({"objectTypeId":"2-77"})");
        return json(200, property_list());
      },
      config);
}

TEST(ParseWebhook, ChecksTheSignatureBeforeTheBody) {
  auto crm = with_webhooks();
  WebhookRequest request;
  request.method = "POST";
  request.target = "/hooks/hubspot?t=a/b";
  request.body = R"([{"eventId":1}])";
  request.headers = {{"X-HubSpot-Signature-v3", "6vcrJH6OY22rANHcO6TPjBJtE0eA6pzDgun+wu0kBjw="},
                     {"X-HubSpot-Request-Timestamp", "1767225600000"}};
  engine::Timestamp const now{1'767'225'600'000'000};
  auto const good = crm.connector().parse_webhook(request, now);
  ASSERT_TRUE(good) << good.error().message();
  EXPECT_TRUE(good->empty());
  request.body = "not json, and not signed";
  EXPECT_EQ(crm.connector().parse_webhook(request, now).error().code, Errc::unauthorized);
}

TEST(ParseWebhook, MethodAndSizeAreChecked) {
  auto crm = with_webhooks();
  WebhookRequest request;
  request.method = "GET";
  EXPECT_EQ(crm.connector().parse_webhook(request, {}).error().code, Errc::invalid_value);
  request.method = "POST";
  request.body.assign((1u << 20) + 1, ' ');
  EXPECT_EQ(crm.connector().parse_webhook(request, {}).error().code, Errc::invalid_value);
}

TEST(ParseWebhook, CustomObjectsGetTheNameTheirMappingUses) {
  auto crm = with_webhooks();
  auto spec = contacts();
  spec.object = "cars";
  auto endpoint = crm.connector().open(spec);
  ASSERT_TRUE(crm.run(endpoint->describe()));
  WebhookRequest request;
  request.method = "POST";
  request.target = "/h";
  request.body = R"([{"eventId":1,"subscriptionType":"object.creation","objectTypeId":"2-77",)"
                 R"("objectId":5,"occurredAt":1}])";
  // v1: sha256 of secret and body.
  request.headers = {
      {"X-HubSpot-Signature", "99e42cd648bbcd9d8025e216ba0a17deed6ad4130a9fbfaaf0369c0de8175e24"}};
  auto const events = crm.connector().parse_webhook(request, {});
  ASSERT_TRUE(events) << events.error().message();
  ASSERT_EQ(events->size(), 1u);
  EXPECT_EQ(events->at(0).object, "cars");
  EXPECT_EQ(events->at(0).change.key, "5");
}

wire::WireRecord history_of(std::string const& value, std::string const& source_id) {
  return wire::parse_record(
             R"({"id":"9","propertiesWithHistory":{"email":[{"value":")" + value +
             R"(","timestamp":"2026-01-02T00:00:00Z","sourceType":"INTEGRATION","sourceId":")" +
             source_id + "\"}]}}")
      .value();
}

TEST(OwnWrites, TheSourceIsLearnedFromAVersionThatHoldsOurWrite) {
  OwnWrites own;
  EXPECT_TRUE(own.source().wrote({.source_type = "INTEGRATION", .source_id = "5"}));
  own.remember("9", "email", "x");
  own.learn(history_of("y", "5"));
  EXPECT_TRUE(own.source().id.empty());
  own.learn(history_of("x", "77"));
  EXPECT_EQ(own.source().id, "77");
  EXPECT_FALSE(own.source().wrote({.source_type = "INTEGRATION", .source_id = "5"}));
  EXPECT_TRUE(own.source().wrote({.source_type = "API", .source_id = "77"}));
  EXPECT_FALSE(own.source().wrote({.source_type = "CRM_UI", .source_id = "77"}));
  EXPECT_TRUE(own.is_own("77"));
}

TEST(Waiting, ForACommitOnlyWaits) {
  Scripted crm([](http::Request const&) { return json(200, "{}"); });
  auto const before = crm.runtime().now();
  EXPECT_FALSE(crm.run(crm.connector().wait_for_commit(std::chrono::seconds(5))));
  EXPECT_GE(crm.runtime().now().micros - before.micros, 5'000'000);
}

}  // namespace
}  // namespace crmsync::connectors::hubspot
