// SPDX-License-Identifier: Apache-2.0
#include "connectors/hubspot/wire/webhook.hpp"

#include <gtest/gtest.h>

#include <set>

namespace crmsync::connectors::hubspot::wire {
namespace {

using engine::ChangeKind;

std::vector<HookEvent> parse(std::string const& body) {
  auto events = parse_events(body);
  EXPECT_TRUE(events) << (events ? "" : events.error().message());
  return events ? std::move(*events) : std::vector<HookEvent>{};
}

std::string event(std::string const& type, std::string const& more, int attempt = 0) {
  return R"({"eventId":1,"subscriptionId":2,"portalId":3,"appId":4,"occurredAt":1767225600123,)"
         R"("attemptNumber":)" +
         std::to_string(attempt) + R"(,"subscriptionType":")" + type + "\"" + more + "}";
}

TEST(Webhook, ObjectsAreNamedAsMappingsNameThem) {
  auto const object = [](std::string const& type, std::string const& more) {
    return parse("[" + event(type, R"(,"objectId":151)" + more) + "]").at(0).object;
  };
  EXPECT_EQ(object("contact.propertyChange", ""), "contacts");
  EXPECT_EQ(object("company.creation", ""), "companies");
  EXPECT_EQ(object("deal.deletion", ""), "deals");
  EXPECT_EQ(object("object.propertyChange", R"(,"objectTypeId":"0-1")"), "contacts");
  EXPECT_EQ(object("object.propertyChange", R"(,"objectTypeId":"2-345")"), "2-345");
}

TEST(Webhook, KindsBecomeChanges) {
  auto const kind = [](std::string const& type) {
    return parse("[" + event(type, R"(,"objectId":151)") + "]").at(0).change;
  };
  EXPECT_EQ(kind("contact.propertyChange").kind, ChangeKind::changed);
  EXPECT_EQ(kind("contact.creation").kind, ChangeKind::changed);
  EXPECT_EQ(kind("contact.deletion").kind, ChangeKind::deleted);
  EXPECT_EQ(kind("contact.privacyDeletion").kind, ChangeKind::deleted);
  EXPECT_EQ(kind("contact.restore").kind, ChangeKind::restored);
  EXPECT_EQ(kind("contact.restore").key, "151");
  EXPECT_FALSE(kind("contact.creation").payload);
}

TEST(Webhook, AMergeNamesEveryAbsorbedRecordAndItsSurvivor) {
  auto const events = parse(
      "[" +
      event("contact.merge", R"(,"primaryObjectId":1,"mergedObjectIds":[2,3],"newObjectId":9)") +
      "]");
  ASSERT_EQ(events.size(), 4u);
  std::set<std::string> absorbed;
  for (auto const& e : events) {
    if (e.change.kind != ChangeKind::merged) continue;
    EXPECT_EQ(e.change.new_key, "9");
    absorbed.insert(e.change.key);
  }
  EXPECT_EQ(absorbed, (std::set<std::string>{"1", "2", "3"}));
  EXPECT_EQ(events.back().change.kind, ChangeKind::changed);
  EXPECT_EQ(events.back().change.key, "9");
}

TEST(Webhook, AMergeThatKeepsThePrimaryIdAbsorbsOnlyTheOthers) {
  auto const events =
      parse("[" + event("deal.merge", R"(,"primaryObjectId":1,"mergedObjectIds":[2])") + "]");
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].change.key, "2");
  EXPECT_EQ(events[0].change.new_key, "1");
}

TEST(Webhook, AnAssociationTouchesBothEnds) {
  auto const events =
      parse("[" +
            event("contact.associationChange",
                  R"(,"associationType":"CONTACT_TO_COMPANY","fromObjectId":1,"toObjectId":7)") +
            "]");
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].object, "contacts");
  EXPECT_EQ(events[0].change.key, "1");
  EXPECT_EQ(events[1].object, "companies");
  EXPECT_EQ(events[1].change.key, "7");
}

TEST(Webhook, RedeliveriesShareTheirKeyAndOtherEventsDoNot) {
  auto const key = [](std::string const& type, std::string const& more, int attempt = 0) {
    return parse("[" + event(type, more, attempt) + "]").at(0).dedupe_key;
  };
  auto const more = std::string(R"(,"objectId":151,"propertyName":"email")");
  EXPECT_EQ(key("contact.propertyChange", more, 0), key("contact.propertyChange", more, 7));
  std::set<std::string> const keys{
      key("contact.propertyChange", more),
      key("company.propertyChange", more),
      key("contact.propertyChange", R"(,"objectId":152,"propertyName":"email")"),
      key("contact.propertyChange", R"(,"objectId":151,"propertyName":"phone")"),
      key("contact.creation", R"(,"objectId":151)"),
      key("contact.deletion", R"(,"objectId":151)")};
  EXPECT_EQ(keys.size(), 6u);
  auto const merge = parse(
      "[" +
      event("contact.merge", R"(,"primaryObjectId":1,"mergedObjectIds":[2],"newObjectId":9)") +
      "]");
  std::set<std::string> merged;
  for (auto const& e : merge) merged.insert(e.dedupe_key);
  EXPECT_EQ(merged.size(), merge.size());
}

TEST(Webhook, UnknownKindsAreSkipped) {
  EXPECT_TRUE(parse("[]").empty());
  EXPECT_TRUE(parse("[" + event("contact.teleported", R"(,"objectId":1)") + "]").empty());
  EXPECT_TRUE(parse("[" + event("conversation.creation", R"(,"objectId":1)") + "]").empty());
  EXPECT_TRUE(parse("[" + event("strange", "") + "]").empty());
  EXPECT_EQ(
      parse("[" + event("x.y", "") + "," + event("deal.creation", R"(,"objectId":1)") + "]").size(),
      1u);
}

TEST(Webhook, MalformedBodiesAreRefusedWhole) {
  std::string many = "[";
  for (int i = 0; i < 101; ++i)
    many += (i > 0 ? "," : "") + event("deal.creation", R"(,"objectId":1)");
  for (auto const& body :
       {std::string(""), std::string("{}"), std::string("[1]"), std::string("[{}"), many + "]",
        "[" + event("contact.creation", "") + "]",
        "[" + event("contact.creation", R"(,"objectId":"x")") + "]",
        "[" + event("contact.merge", R"(,"primaryObjectId":1,"mergedObjectIds":["x"])") + "]",
        "[" + event("object.creation", R"(,"objectId":1)") + "]",
        std::string(R"([{"subscriptionType":"contact.creation","objectId":1}])"),
        "[" + event("contact.creation", R"(,"objectId":1,"objectId":2)") + "]",
        std::string(100, '[') + std::string(100, ']'), std::string((1u << 20) + 1, ' ')}) {
    auto const events = parse_events(body);
    ASSERT_FALSE(events) << body.substr(0, 200);
    EXPECT_EQ(events.error().code, engine::Errc::invalid_value);
  }
}

TEST(Webhook, ValuesNeverReachWhoeverReadsTheEvent) {
  auto const events = parse(
      "[" +
      event("contact.propertyChange",
            R"(,"objectId":151,"propertyName":"email","propertyValue":"canary@example.com")") +
      "]");
  ASSERT_EQ(events.size(), 1u);
  EXPECT_EQ(events[0].dedupe_key.find("canary"), std::string::npos);
  EXPECT_FALSE(events[0].change.payload);
}

TEST(Webhook, TheSourceOfApiWritesIsKept) {
  auto const source = [](std::string const& kind) {
    return parse("[" +
                 event("contact.creation",
                       R"(,"objectId":1,"sourceId":"77","changeSource":")" + kind + "\"") +
                 "]")
        .at(0)
        .source_id;
  };
  EXPECT_EQ(source("INTEGRATION"), "77");
  EXPECT_EQ(source("CRM_UI"), "");
}

}  // namespace
}  // namespace crmsync::connectors::hubspot::wire
