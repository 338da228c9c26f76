// SPDX-License-Identifier: Apache-2.0
#include "connectors/hubspot/wire/property.hpp"

#include <gtest/gtest.h>

namespace crmsync::connectors::hubspot::wire {
namespace {

using engine::ValueType;

PropertyTable table() {
  auto parsed = parse_properties(R"({"results":[
    {"name":"email","type":"string","fieldType":"text","hasUniqueValue":true,"groupName":"g1"},
    {"name":"phone","type":"phone_number","fieldType":"phonenumber","groupName":"g1"},
    {"name":"birthday","type":"date","fieldType":"date"},
    {"name":"seen_at","type":"datetime","fieldType":"date"},
    {"name":"amount","type":"number","fieldType":"number"},
    {"name":"active","type":"bool","fieldType":"booleancheckbox",
      "options":[{"value":"true","label":"Yes"},{"value":"false","label":"No"}]},
    {"name":"stage","type":"enumeration","fieldType":"select",
      "options":[{"value":"lead","label":"Lead"}]},
    {"name":"tags","type":"enumeration","fieldType":"checkbox",
      "options":[{"value":"a","label":"A"}]},
    {"name":"hubspot_owner_id","type":"enumeration","fieldType":"select","externalOptions":true,
      "options":[{"value":"1","label":"Ann"}]},
    {"name":"score","type":"number","calculated":true},
    {"name":"hs_object_id","type":"number","modificationMetadata":{"readOnlyValue":true}},
    {"name":"shape","type":"json"},
    {"name":"gone","type":"string","archived":true}
  ]})");
  return parsed.value();
}

TEST(Properties, TypesBecomeOurs) {
  auto const schema = table().schema("contacts");
  auto const type = [&](std::string_view name) { return schema.find(name)->type; };
  EXPECT_EQ(type("email"), ValueType::string);
  EXPECT_EQ(type("phone"), ValueType::string);
  EXPECT_EQ(type("shape"), ValueType::string);
  EXPECT_EQ(type("birthday"), ValueType::date);
  EXPECT_EQ(type("seen_at"), ValueType::timestamp);
  EXPECT_EQ(type("amount"), ValueType::decimal);
  EXPECT_EQ(type("active"), ValueType::boolean);
  EXPECT_EQ(type("stage"), ValueType::string);
  EXPECT_EQ(type("tags"), ValueType::string_set);
  EXPECT_EQ(schema.find("gone"), nullptr);
}

TEST(Properties, RightsOptionsAndUniquenessAreKept) {
  auto const schema = table().schema("contacts");
  EXPECT_TRUE(schema.find("email")->unique);
  EXPECT_TRUE(schema.find("score")->read_only);
  EXPECT_TRUE(schema.find("hs_object_id")->read_only);
  EXPECT_FALSE(schema.find("phone")->read_only);
  EXPECT_TRUE(schema.find("stage")->options_closed);
  EXPECT_FALSE(schema.find("hubspot_owner_id")->options_closed);
  EXPECT_FALSE(schema.find("active")->options_closed);
  EXPECT_EQ(schema.find("stage")->options.at(0).label, "Lead");
}

TEST(Properties, TheRecordIdCanBeMappedButNotWritten) {
  auto const schema = table().schema("contacts");
  ASSERT_NE(schema.find("id"), nullptr);
  EXPECT_TRUE(schema.find("id")->read_only);
}

TEST(Properties, NearestNameIsWithinAThird) {
  EXPECT_EQ(table().nearest("emial"), "");
  EXPECT_EQ(table().nearest("e_mail"), "email");
  EXPECT_EQ(table().nearest("birthdaj"), "birthday");
  EXPECT_EQ(table().nearest("zzzzzz"), "");
}

TEST(Properties, AnAnswerWithoutAListIsCorrupt) {
  EXPECT_EQ(parse_properties("{}").error().code, engine::Errc::corrupt);
  EXPECT_EQ(parse_properties("<html>").error().code, engine::Errc::corrupt);
}

TEST(Properties, TwoOfOneNameAreCorrupt) {
  auto const body = R"({"results":[{"name":"a","type":"string"},{"name":"a","type":"number"}]})";
  EXPECT_EQ(parse_properties(body).error().code, engine::Errc::corrupt);
  auto const reused =
      R"({"results":[{"name":"a","type":"string","archived":true},{"name":"a","type":"number"}]})";
  EXPECT_EQ(parse_properties(reused)->find("a")->type, WireType::number);
}

TEST(Properties, GroupsFollowTheObject) {
  EXPECT_EQ(property_group("contacts", table()), "contactinformation");
  EXPECT_EQ(property_group("companies", table()), "companyinformation");
  EXPECT_EQ(property_group("deals", table()), "dealinformation");
  EXPECT_EQ(property_group("cars", {}), "cars_information");
  EXPECT_EQ(property_group("2-123", table()), "g1");
}

TEST(Properties, OurKeyIsAskedForAsUniqueText) {
  auto document = JsonDocument::parse(unique_property_body("shop_id", "contactinformation"));
  ASSERT_TRUE(document);
  auto const root = document->root();
  EXPECT_EQ(root["name"].text_or_empty(), "shop_id");
  EXPECT_EQ(root["type"].text_or_empty(), "string");
  EXPECT_EQ(root["fieldType"].text_or_empty(), "text");
  EXPECT_EQ(root["groupName"].text_or_empty(), "contactinformation");
  EXPECT_TRUE(root["hasUniqueValue"].is_true());
}

}  // namespace
}  // namespace crmsync::connectors::hubspot::wire
