// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/hubspot/scripted.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crmsync::connectors::hubspot {
namespace {

using engine::Errc;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Answers always(int status, std::string body) {
  return [status, body = std::move(body)](http::Request const&) { return json(status, body); };
}

TEST(Describe, GivesSchemaAndCapabilities) {
  Scripted crm(always(200, property_list()));
  auto endpoint = crm.connector().open(contacts());
  auto const result = crm.run(endpoint->describe());
  ASSERT_TRUE(result) << result.error().message();
  EXPECT_EQ(result->schema.find("amount")->type, engine::ValueType::decimal);
  EXPECT_TRUE(result->capabilities.unique_create);
  EXPECT_TRUE(result->capabilities.reads_by_id_strong);
  EXPECT_FALSE(result->capabilities.compare_and_set);
  EXPECT_TRUE(result->capabilities.deletes_visible);
  EXPECT_EQ(result->capabilities.visibility_lag, std::chrono::minutes(6));
  ASSERT_EQ(crm.requests().size(), 1u);
  EXPECT_EQ(crm.requests()[0].target, "/crm/properties/2026-09/contacts");
  EXPECT_EQ(*http::find_header(crm.requests()[0].headers, "authorization"),
            "Bearer pat-canary-token");
}

TEST(Describe, LegacyPathsFollowTheVersion) {
  auto config = Scripted::default_config();
  config.values["api_version"] = "v3";
  Scripted crm(always(200, property_list()), config);
  auto endpoint = crm.connector().open(contacts());
  ASSERT_TRUE(crm.run(endpoint->describe()));
  EXPECT_EQ(crm.requests()[0].target, "/crm/v3/properties/contacts");
}

TEST(Describe, NamesEveryMissingPropertyWithItsNearestName) {
  Scripted crm(always(200, property_list()));
  auto spec = contacts();
  spec.fields = {"emailx", "phone", "nowhere_near"};
  spec.writable = {};
  auto endpoint = crm.connector().open(spec);
  auto const result = crm.run(endpoint->describe());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::invalid_schema);
  EXPECT_THAT(result.error().fields, ElementsAre("emailx", "nowhere_near"));
  EXPECT_THAT(result.error().hint, HasSubstr("`email` for `emailx`"));
}

TEST(Describe, RefusesToPlanWritesToReadOnlyProperties) {
  Scripted crm(always(200, property_list()));
  for (auto const* field : {"score", "id"}) {
    auto spec = contacts();
    spec.fields.emplace_back(field);
    auto endpoint = crm.connector().open(spec);
    EXPECT_TRUE(crm.run(endpoint->describe())) << field;
    spec.writable.emplace_back(field);
    auto writing = crm.connector().open(spec);
    auto const result = crm.run(writing->describe());
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Errc::read_only);
    EXPECT_THAT(result.error().fields, ElementsAre(field));
  }
}

TEST(Describe, AnUnknownObjectIsNamedWithItsNearestName) {
  Scripted crm(always(404, R"({"category":"OBJECT_NOT_FOUND"})"));
  auto spec = contacts();
  spec.object = "contact_s";
  auto endpoint = crm.connector().open(spec);
  auto const result = crm.run(endpoint->describe());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::invalid_schema);
  EXPECT_THAT(result.error().op, HasSubstr("contact_s"));
  EXPECT_THAT(result.error().hint, HasSubstr("contacts"));
}

TEST(Describe, AnObjectNameThatWouldLeaveThePathIsNeverSent) {
  Scripted crm(always(200, property_list()));
  auto spec = contacts();
  spec.object = "../secrets";
  auto endpoint = crm.connector().open(spec);
  EXPECT_EQ(crm.run(endpoint->describe()).error().code, Errc::invalid_schema);
  EXPECT_EQ(crm.run(endpoint->snapshot("")).error().code, Errc::invalid_schema);
  EXPECT_EQ(crm.run(endpoint->start_cursor()).error().code, Errc::invalid_schema);
  EXPECT_TRUE(crm.requests().empty());
}

TEST(Describe, TokensAreNeverPartOfAnError) {
  Scripted crm(
      always(401, R"({"category":"INVALID_AUTHENTICATION","message":"pat-canary-token"})"));
  auto endpoint = crm.connector().open(contacts());
  auto const result = crm.run(endpoint->describe());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::unauthorized);
  EXPECT_THAT(result.error().message(), Not(HasSubstr("canary")));
}

TEST(Prepare, CreatesTheUniquePropertyWhenItIsMissing) {
  bool created = false;
  Scripted crm([&created](http::Request const& request) {
    if (request.method != "POST") return json(200, property_list(created));
    created = true;
    return json(201, "{}");
  });
  auto endpoint = crm.connector().open(contacts());
  EXPECT_FALSE(crm.run(endpoint->describe())->capabilities.unique_create);
  auto const result = crm.run(endpoint->prepare());
  ASSERT_TRUE(result) << result.error().message();
  auto const& post = crm.requests().at(2);
  EXPECT_EQ(post.target, "/crm/properties/2026-09/contacts");
  EXPECT_THAT(post.body, HasSubstr(R"("hasUniqueValue":true)"));
  EXPECT_THAT(post.body, HasSubstr(R"("groupName":"contactinformation")"));
  EXPECT_TRUE(crm.run(endpoint->describe())->capabilities.unique_create);
  ASSERT_TRUE(crm.run(endpoint->prepare()));
  EXPECT_EQ(crm.requests().back().method, "GET");
}

TEST(Prepare, WithoutRightsSaysTheExactRequest) {
  Scripted crm([](http::Request const& request) {
    if (request.method != "POST") return json(200, property_list(false));
    return json(403, R"({"category":"MISSING_SCOPES","errors":[{"context":{"requiredScopes":
      ["crm.schemas.contacts.write"]}}]})");
  });
  auto endpoint = crm.connector().open(contacts());
  auto const result = crm.run(endpoint->prepare());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::forbidden);
  EXPECT_THAT(result.error().hint,
              HasSubstr("POST https://api.hubapi.com/crm/properties/2026-09/contacts {"));
  EXPECT_THAT(result.error().hint, HasSubstr(R"("name":"shop_id")"));
  EXPECT_THAT(result.error().hint, HasSubstr("crm.schemas.contacts.write"));
}

TEST(Prepare, APropertyThatIsNotUniqueIsExplained) {
  Scripted crm(always(200, R"({"results":[{"name":"shop_id","type":"string"}]})"));
  auto endpoint = crm.connector().open(contacts());
  auto const result = crm.run(endpoint->prepare());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::invalid_schema);
  EXPECT_THAT(result.error().detail, HasSubstr("not unique"));
  EXPECT_EQ(crm.requests().size(), 1u);
}

TEST(Prepare, APropertySomebodyCreatedMeanwhileIsTaken) {
  bool there = false;
  Scripted crm([&there](http::Request const& request) {
    if (request.method != "POST") return json(200, property_list(there));
    there = true;
    return json(409, R"({"category":"CONFLICT"})");
  });
  auto endpoint = crm.connector().open(contacts());
  EXPECT_TRUE(crm.run(endpoint->prepare()));
}

TEST(Snapshot, GoesThroughAllPagesOfLiveRecords) {
  Scripted crm([](http::Request const& request) {
    if (has(request, "properties/2026-09")) return json(200, property_list());
    if (has(request, "after=p%2F2"))
      return json(200, R"({"results":[{"id":"3","properties":{"email":"c"}}]})");
    return json(
        200,
        R"({"results":[{"id":"1","properties":{"email":"a"},"updatedAt":"2026-01-01T00:00:00Z"},
      {"id":"2","archived":true,"properties":{}}],"paging":{"next":{"after":"p/2"}}})");
  });
  auto endpoint = crm.connector().open(contacts());
  auto const first = crm.run(endpoint->snapshot(""));
  ASSERT_TRUE(first) << first.error().message();
  ASSERT_EQ(first->records.size(), 1u);
  EXPECT_EQ(first->records[0].key, "1");
  EXPECT_EQ(first->records[0].source, engine::ReadSource::listing);
  EXPECT_FALSE(first->done);
  auto const second = crm.run(endpoint->snapshot(first->next));
  ASSERT_TRUE(second);
  EXPECT_EQ(second->records.at(0).key, "3");
  EXPECT_TRUE(second->done);
  EXPECT_THAT(crm.requests().at(1).target, HasSubstr("archived=false"));
  EXPECT_THAT(crm.requests().at(1).target, HasSubstr("email"));
}

TEST(Snapshot, TooManyPropertiesForAUrlAreReadInBatches) {
  auto spec = contacts();
  for (int i = 0; i < 400; ++i) spec.fields.push_back("quite_a_long_name_" + std::to_string(i));
  Scripted crm([](http::Request const& request) {
    EXPECT_LT(request.target.size(), 6'100u);
    if (has(request, "properties/2026-09")) return json(200, property_list());
    if (has(request, "batch/read"))
      return json(200, R"({"results":[{"id":"1","properties":{"email":"a"}}]})");
    return json(200, R"({"results":[{"id":"1","properties":{}}]})");
  });
  auto endpoint = crm.connector().open(spec);
  auto const page = crm.run(endpoint->snapshot(""));
  ASSERT_TRUE(page) << page.error().message();
  EXPECT_TRUE(page->records.at(0).fields.contains("email"));
  EXPECT_TRUE(page->done);
}

}  // namespace
}  // namespace crmsync::connectors::hubspot
