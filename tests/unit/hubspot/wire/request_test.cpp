// SPDX-License-Identifier: Apache-2.0
#include "connectors/hubspot/wire/request.hpp"

#include "connectors/hubspot/wire/json.hpp"
#include "connectors/hubspot/wire/routes.hpp"

#include <gtest/gtest.h>

namespace crmsync::connectors::hubspot::wire {
namespace {

TEST(Routes, BothFamiliesComeFromOneTable) {
  auto const dated = Routes::make("2026-09").value();
  auto const legacy = Routes::make("v3").value();
  EXPECT_EQ(dated.target(RouteId::search, "contacts").path, "/crm/objects/2026-09/contacts/search");
  EXPECT_EQ(legacy.target(RouteId::search, "contacts").path, "/crm/v3/objects/contacts/search");
  EXPECT_EQ(dated.target(RouteId::read, "2-34", "7").path, "/crm/objects/2026-09/2-34/7");
  EXPECT_EQ(legacy.target(RouteId::read, "p1_cars", "7").path, "/crm/v3/objects/p1_cars/7");
  EXPECT_EQ(dated.target(RouteId::properties, "deals").path, "/crm/properties/2026-09/deals");
  EXPECT_EQ(legacy.target(RouteId::properties, "deals").path, "/crm/v3/properties/deals");
  EXPECT_EQ(dated.target(RouteId::account).path, "/account-info/v3/details");
  EXPECT_EQ(dated.target(RouteId::gdpr_delete, "contacts").method, "POST");
}

TEST(Routes, EveryRouteHasARowInBothFamilies) {
  for (auto const* version : {"v3", "2026-03"}) {
    auto const routes = Routes::make(version).value();
    for (int i = 0; i <= static_cast<int>(RouteId::account); ++i) {
      auto const target = routes.target(static_cast<RouteId>(i), "contacts", "1");
      EXPECT_TRUE(target.path.starts_with("/")) << i;
      EXPECT_EQ(target.path.find('{'), std::string::npos) << target.path;
    }
  }
}

TEST(Routes, VersionsAreReleases) {
  for (auto const* version : {"", "v4", "2026", "2026-10", "2026-9", "20xx-09", "v3 ", "1926-09"})
    EXPECT_EQ(Routes::make(version).error().code, engine::Errc::config_invalid) << version;
}

TEST(Routes, NamesThatCouldLeaveThePathAreRefused) {
  for (auto const* name : {"contacts", "2-3465404", "p12_cars", "0-1"})
    EXPECT_TRUE(is_object_name(name)) << name;
  for (auto const* name : {"", "../x", "a/b", "a?b", "a%2f", "_a", "-a", "a b", "é"})
    EXPECT_FALSE(is_object_name(name)) << name;
  EXPECT_FALSE(is_object_name(std::string(101, 'a')));
  EXPECT_TRUE(is_record_id("0151"));
  for (auto const* id : {"", "1a", "-1", "1/2", "123456789012345678901"})
    EXPECT_FALSE(is_record_id(id)) << id;
}

TEST(Requests, SearchByStampAsksFromTheInstantOn) {
  auto document = JsonDocument::parse(
      search_body({.stamp_ms = 1'767'225'600'000}, "lastmodifieddate", {"email", "phone"}));
  ASSERT_TRUE(document);
  auto const root = document->root();
  JsonView const group(root["filterGroups"].items().data());
  ASSERT_EQ(group["filters"].items().size(), 1u);
  JsonView const filter(group["filters"].items().data());
  EXPECT_EQ(filter["propertyName"].text_or_empty(), "lastmodifieddate");
  EXPECT_EQ(filter["operator"].text_or_empty(), "GTE");
  EXPECT_EQ(filter["value"].text_or_empty(), "1767225600000");
  JsonView const sort(root["sorts"].items().data());
  EXPECT_EQ(sort["propertyName"].text_or_empty(), "lastmodifieddate");
  EXPECT_EQ(sort["direction"].text_or_empty(), "ASCENDING");
  EXPECT_EQ(root["limit"].integer(), 200);
  EXPECT_FALSE(root["after"].exists());
}

TEST(Requests, SearchOfOneInstantGoesById) {
  auto document = JsonDocument::parse(search_body(
      {.stamp_ms = 5, .same_instant = true, .above_id = "77"}, "hs_lastmodifieddate", {"name"}));
  ASSERT_TRUE(document);
  JsonView const group(document->root()["filterGroups"].items().data());
  auto const filters = group["filters"].items();
  ASSERT_EQ(filters.size(), 2u);
  EXPECT_EQ(JsonView(&filters[0])["operator"].text_or_empty(), "EQ");
  EXPECT_EQ(JsonView(&filters[1])["propertyName"].text_or_empty(), "hs_object_id");
  EXPECT_EQ(JsonView(&filters[1])["operator"].text_or_empty(), "GT");
  EXPECT_EQ(JsonView(&filters[1])["value"].text_or_empty(), "77");
  JsonView const sort(document->root()["sorts"].items().data());
  EXPECT_EQ(sort["propertyName"].text_or_empty(), "hs_object_id");
}

TEST(Requests, StampPropertyDependsOnTheObject) {
  EXPECT_EQ(stamp_property("contacts"), "lastmodifieddate");
  EXPECT_EQ(stamp_property("0-1"), "lastmodifieddate");
  EXPECT_EQ(stamp_property("companies"), "hs_lastmodifieddate");
  EXPECT_EQ(stamp_property("2-9"), "hs_lastmodifieddate");
}

TEST(Requests, TokensAreEncodedInQueries) {
  EXPECT_EQ(list_query({"a", "b"}, "x&y=1", false),
            "?limit=100&archived=false&properties=a,b&after=x%26y%3D1");
  EXPECT_EQ(list_query({}, "", true), "?limit=100&archived=true");
}

TEST(Requests, EveryWriteInputCarriesItsTraceId) {
  auto document = JsonDocument::parse(batch_write_body(
      {{.trace_id = "11", .id = "7", .id_property = "shop_id", .properties = {{"email", ""}}},
       {.trace_id = "12", .id = "", .properties = {}}}));
  ASSERT_TRUE(document);
  auto const inputs = document->root()["inputs"].items();
  ASSERT_EQ(inputs.size(), 2u);
  EXPECT_EQ(JsonView(&inputs[0])["objectWriteTraceId"].text_or_empty(), "11");
  EXPECT_EQ(JsonView(&inputs[0])["idProperty"].text_or_empty(), "shop_id");
  EXPECT_EQ(JsonView(&inputs[0])["properties"]["email"].text(), "");
  EXPECT_FALSE(JsonView(&inputs[1])["id"].exists());
}

}  // namespace
}  // namespace crmsync::connectors::hubspot::wire
