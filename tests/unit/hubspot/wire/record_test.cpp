// SPDX-License-Identifier: Apache-2.0
#include "connectors/hubspot/wire/record.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crmsync::connectors::hubspot::wire {
namespace {

using engine::Errc;
using engine::Null;
using engine::Value;

PropertyTable table() {
  auto parsed = parse_properties(R"({"results":[
    {"name":"email","type":"string","fieldType":"text"},
    {"name":"amount","type":"number","fieldType":"number"},
    {"name":"newsletter","type":"bool","fieldType":"booleancheckbox"},
    {"name":"tags","type":"enumeration","fieldType":"checkbox",
      "options":[{"value":"a","label":"A"}]}
  ]})");
  return parsed.value();
}

TEST(WireRecord, FieldsAreTypedAndUnreadableOnesStayUnknown) {
  auto const record = parse_record(R"({"id":"512","properties":{"email":"a@b.co","amount":"x",
    "newsletter":"","tags":"b;a","other":"1"},"updatedAt":"2026-01-01T00:00:00.500Z",
    "archived":false})");
  ASSERT_TRUE(record);
  auto const fields = to_record(*record, table());
  EXPECT_EQ(fields.get("email"), Value(std::string("a@b.co")));
  EXPECT_FALSE(fields.contains("amount"));
  EXPECT_EQ(fields.get("newsletter"), Value(Null{}));
  EXPECT_EQ(fields.get("tags"), Value(engine::StringSet({"a", "b"})));
  EXPECT_FALSE(fields.contains("other"));
  EXPECT_EQ(fields.get("id"), Value(std::string("512")));
  EXPECT_EQ(version_of(*record).order, 1'767'225'600'500'000);
}

TEST(WireRecord, AnAbsentPropertyIsUnknownAndANullOneIsNull) {
  auto const record = parse_record(R"({"id":"1","properties":{"email":null}})");
  ASSERT_TRUE(record);
  auto const fields = to_record(*record, table());
  EXPECT_EQ(fields.get("email"), Value(Null{}));
  EXPECT_FALSE(fields.contains("newsletter"));
}

TEST(WireRecord, AnObjectInPlaceOfATextIsUnknown) {
  auto const record =
      parse_record(R"({"id":"1","properties":{"email":{"value":"x"},"newsletter":true}})");
  ASSERT_TRUE(record);
  auto const fields = to_record(*record, table());
  EXPECT_FALSE(fields.contains("email"));
  EXPECT_FALSE(fields.contains("newsletter"));
}

TEST(WireRecord, IdsMayBeNumbersButMustBeIds) {
  EXPECT_EQ(parse_record(R"({"id":512})").value().id, "512");
  for (auto const* body : {R"({"id":"x"})", R"({"id":""})", R"({})", R"([])", R"({"id":"1/2"})"})
    EXPECT_EQ(parse_record(body).error().code, Errc::corrupt) << body;
}

TEST(WirePage, OneBadRecordSpoilsThePage) {
  EXPECT_FALSE(parse_page(R"({"results":[{"id":"1"},{"id":"?"}]})"));
  EXPECT_FALSE(parse_page(R"({"total":0})"));
  auto const page = parse_page(R"({"results":[{"id":"1"}],"paging":{"next":{"after":"x1"}}})");
  ASSERT_TRUE(page);
  EXPECT_EQ(page->after, "x1");
}

TEST(WireBatch, GoodAndBadOnesAreToldApart) {
  auto const answer = parse_batch(R"({"status":"COMPLETE","results":[
      {"id":"9","objectWriteTraceId":"2","new":true,"properties":{}}],"numErrors":1,
      "errors":[{"status":"error","category":"VALIDATION_ERROR","message":"x",
                 "context":{"objectWriteTraceId":["1"]}}]})",
                                  {"hubspot: create contacts", true});
  ASSERT_TRUE(answer);
  ASSERT_EQ(answer->records.size(), 1u);
  EXPECT_EQ(answer->records[0].trace_id, "2");
  EXPECT_EQ(answer->records[0].is_new, true);
  ASSERT_EQ(answer->failures.size(), 1u);
  EXPECT_THAT(answer->failures[0].trace_ids, testing::ElementsAre("1"));
}

TEST(WireBatch, ACutBodyIsNoAnswer) {
  std::string const whole =
      R"({"status":"COMPLETE","results":[{"id":"9","properties":{"email":"x"}}]})";
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_FALSE(parse_batch(whole.substr(0, length), {"op", true})) << length;
  EXPECT_TRUE(parse_batch(whole, {"op", true}));
  EXPECT_FALSE(parse_batch("{}", {"op", true}));
}

TEST(WireRecord, FormerIdsOfAMergeAreRead) {
  auto const record = parse_record(R"({"id":"9","properties":{"hs_merged_object_ids":"12;7"}})");
  EXPECT_THAT(record.value().merged_ids(), testing::UnorderedElementsAre("7", "12"));
  EXPECT_TRUE(parse_record(R"({"id":"9"})").value().merged_ids().empty());
}

WireRecord with_history() {
  return parse_record(R"({"id":"9","propertiesWithHistory":{
    "email":[{"value":"b","timestamp":"2026-01-02T00:00:00Z","sourceType":"INTEGRATION",
              "sourceId":"77"},
             {"value":"a","timestamp":"1767225600000","sourceType":"CRM_UI","sourceId":"userId:9"}],
    "amount":[{"value":"1","timestamp":"2026-01-02T00:00:00Z","sourceType":"API"},
              {"value":"?","timestamp":"2026-01-01T00:00:00Z","sourceType":"API"}]}})")
      .value();
}

TEST(WireHistory, IsTypedNewestFirstAndAttributed) {
  auto const history = to_history(with_history(), table(), OwnSource{"77"});
  auto const& email = history.at("email");
  ASSERT_EQ(email.size(), 2u);
  EXPECT_EQ(email[0].value, Value(std::string("b")));
  EXPECT_TRUE(email[0].ours);
  EXPECT_FALSE(email[1].ours);
  EXPECT_EQ(email[1].source, "CRM_UI");
  EXPECT_EQ(email[1].at.micros, 1'767'225'600'000'000);
}

TEST(WireHistory, AnotherIntegrationIsNotUs) {
  auto const history = to_history(with_history(), table(), OwnSource{"78"});
  EXPECT_FALSE(history.at("email")[0].ours);
}

TEST(WireHistory, AnUnreadableVersionLeavesNoHistory) {
  EXPECT_FALSE(to_history(with_history(), table(), {}).contains("amount"));
}

TEST(WireHistory, OutOfOrderVersionsAreSorted) {
  auto const record = parse_record(R"({"id":"9","propertiesWithHistory":{"email":[
    {"value":"old","timestamp":"2026-01-01T00:00:00Z"},
    {"value":"new","timestamp":"2026-01-03T00:00:00Z"}]}})");
  auto const history = to_history(record.value(), table(), {});
  EXPECT_EQ(history.at("email")[0].value, Value(std::string("new")));
}

}  // namespace
}  // namespace crmsync::connectors::hubspot::wire
