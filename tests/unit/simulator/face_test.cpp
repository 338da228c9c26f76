// The vendor face by its answers.
// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/simulator/account.hpp"

#include "connectors/simulator/faces/hubspot_routes.hpp"

#include <set>

namespace crmsync::connectors::simulator {
namespace {

constexpr auto kContacts = "/crm/v3/objects/contacts";

TEST(HubspotFace, BothPathFamiliesServeTheSameRecord) {
  Account account;
  auto const made = account.post(kContacts, R"({"properties":{"email":"A@x.org","city":"Ulm "}})");
  ASSERT_EQ(made.status, 201);
  EXPECT_EQ(text_at(made, "properties/city"), "Ulm");
  EXPECT_EQ(text_at(made, "properties/hs_object_id"), made.text("id"));
  for (auto const* path : {"/crm/v3/objects/contacts/", "/crm/objects/2026-09/contacts/",
                           "/crm/objects/2026-03/0-1/", "/crm/v3/objects/0-1/"}) {
    auto const read = account.get(path + made.text("id") + "?properties=email,gone,jobtitle");
    ASSERT_EQ(read.status, 200) << path;
    EXPECT_EQ(text_at(read, "properties/email"), "a@x.org");
    EXPECT_EQ(text_at(read, "properties/jobtitle"), "(null)");
    EXPECT_EQ(text_at(read, "properties/gone"), "(none)");
    EXPECT_EQ(text_at(read, "archived"), "false");
  }
  EXPECT_EQ(account.get("/crm/objects/2024-01/contacts/1").status, 404);
}

TEST(HubspotFace, EveryRouteHasANameOfItsOwn) {
  std::set<std::string_view> names;
  for (auto const& route : faces::routes()) {
    EXPECT_TRUE(names.insert(route.name).second) << route.name;
    EXPECT_NE(route.handler, nullptr);
  }
}

TEST(HubspotFace, TokenProblemsAre401WithTheirCategory) {
  Account account;
  http::Request bare;
  bare.target = kContacts;
  auto const none = account.send(bare);
  EXPECT_EQ(none.status, 401);
  EXPECT_EQ(none.text("category"), "INVALID_AUTHENTICATION");
  EXPECT_EQ(none.text("status"), "error");
  EXPECT_EQ(none.text("correlationId").size(), 36u);
  bare.headers = {{"authorization", "Bearer wrong"}};
  EXPECT_EQ(account.send(bare).status, 401);
  account.post("/_sim/token", R"({"expires_in_ms":1000})");
  EXPECT_EQ(account.get(kContacts).status, 200);
  account.elapsed_ms = 18'000;
  auto const expired = account.get(kContacts);
  EXPECT_EQ(expired.status, 401);
  EXPECT_EQ(expired.text("category"), "EXPIRED_AUTHENTICATION");
  EXPECT_EQ(expired.text("message"),
            "The OAuth token used to make this call expired 17 second(s) ago.");
  EXPECT_EQ(text_at(expired, "context/expire time/0"), "2026-01-01T00:00:01Z");
}

TEST(HubspotFace, BadBodiesAre400And415) {
  Account account;
  EXPECT_EQ(account.post(kContacts, "{").status, 400);
  EXPECT_EQ(account.post(kContacts, R"({"properties":{"city":"a","city":"b"}})").status, 400);
  EXPECT_EQ(account.post(kContacts, std::string(200, '[')).status, 400);
  EXPECT_EQ(account.post(kContacts, "{\"properties\":{\"city\":\"\xff\"}}").status, 400);
  http::Request plain{"POST", kContacts, {{"Authorization", "Bearer test-token"}}, "{}"};
  EXPECT_EQ(account.send(plain).status, 415);
  EXPECT_EQ(account.ask("PUT", kContacts, "{}").status, 405);
  EXPECT_EQ(account.get("/nowhere").status, 404);
  EXPECT_EQ(account.get("/crm/v3/objects/unicorns").status, 400);
}

TEST(HubspotFace, MissingRecordsAreObjectNotFound) {
  Account account;
  for (auto const& answer :
       {account.get("/crm/v3/objects/contacts/999"),
        account.ask("PATCH", "/crm/v3/objects/contacts/999", R"({"properties":{"city":"x"}})")}) {
    EXPECT_EQ(answer.status, 404);
    EXPECT_EQ(answer.text("category"), "OBJECT_NOT_FOUND");
  }
  EXPECT_EQ(account.ask("DELETE", "/crm/v3/objects/contacts/999").status, 204);
}

TEST(HubspotFace, RefusedPropertiesComeInTheMessageAndInErrors) {
  Account account;
  auto const answer = account.post(
      kContacts, R"({"properties":{"email":"a@x.org","lifecyclestage":"no","nope":"1"}})");
  EXPECT_EQ(answer.status, 400);
  EXPECT_EQ(answer.text("category"), "VALIDATION_ERROR");
  auto const message = answer.text("message");
  ASSERT_TRUE(message.starts_with("Property values were not valid: [")) << message;
  faces::Json list;
  ASSERT_FALSE(faces::Json::parse(std::string_view(message).substr(message.find('[')), list));
  ASSERT_EQ(list.root().Size(), 2u);
  EXPECT_EQ(faces::text_or(list.root()[0], "error", ""), "INVALID_OPTION");
  EXPECT_EQ(faces::text_or(list.root()[1], "name", ""), "nope");
  EXPECT_EQ(text_at(answer, "errors/1/code"), "PROPERTY_DOESNT_EXIST");
  EXPECT_EQ(text_at(answer, "errors/1/context/propertyName/0"), "nope");
  EXPECT_EQ(size_at(account.get(kContacts), "results"), 0u);
}

TEST(HubspotFace, CreateNeedsTheMinimumOfItsType) {
  Account account;
  EXPECT_EQ(account.post(kContacts, R"({"properties":{"city":"Ulm"}})").status, 400);
  EXPECT_EQ(account.post("/crm/v3/objects/deals", R"({"properties":{"dealname":"D"}})").status,
            400);
  EXPECT_EQ(account
                .post("/crm/v3/objects/deals",
                      R"({"properties":{"dealname":"D","dealstage":"contractsent","amount":1.50}})")
                .status,
            201);
}

TEST(HubspotFace, ListPagesById) {
  Account account;
  std::set<std::string> made;
  for (int i = 0; i < 25; ++i) made.insert(account.contact("c" + std::to_string(i) + "@x.org"));
  std::set<std::string> seen;
  std::string after = "0";
  int pages = 0;
  while (after != "(none)" && pages < 10) {
    auto const page = account.get(std::string(kContacts) + "?limit=10&after=" + after);
    for (std::size_t i = 0; i < size_at(page, "results"); ++i)
      seen.insert(text_at(page, "results/" + std::to_string(i) + "/id"));
    after = text_at(page, "paging/next/after");
    ++pages;
  }
  EXPECT_EQ(seen, made);
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(account.get(std::string(kContacts) + "?limit=101").status, 400);
  EXPECT_EQ(account.get(std::string(kContacts) + "?limit=51&propertiesWithHistory=email").status,
            400);
}

TEST(HubspotFace, ArchivedRecordsShowOnlyWhenAskedFor) {
  Account account;
  auto const id = account.contact("a@x.org");
  EXPECT_EQ(account.ask("DELETE", std::string(kContacts) + "/" + id).status, 204);
  EXPECT_EQ(account.get(std::string(kContacts) + "/" + id).status, 404);
  auto const read = account.get(std::string(kContacts) + "/" + id + "?archived=true");
  EXPECT_EQ(read.status, 200);
  EXPECT_EQ(read.text("archived"), "true");
  EXPECT_NE(read.text("archivedAt"), "(none)");
  EXPECT_EQ(size_at(account.get(kContacts), "results"), 0u);
  EXPECT_EQ(size_at(account.get(std::string(kContacts) + "?archived=true"), "results"), 1u);
  EXPECT_NE(account.contact("a@x.org"), id);
}

TEST(HubspotFace, HistoryIsNewestFirstAndNamesItsSource) {
  Account account;
  auto const id = account.contact("a@x.org");
  account.elapsed_ms = 5;
  account.post("/_sim/edit", R"({"object":"contacts","id":")" + id +
                                 R"(","properties":{"city":"Ulm","closedate":"2026-01-02"}})");
  account.elapsed_ms = 10;
  account.ask("PATCH", std::string(kContacts) + "/" + id, R"({"properties":{"city":"Bonn"}})");
  auto const read = account.get(std::string(kContacts) + "/" + id +
                                "?propertiesWithHistory=city,closedate&properties=closedate");
  EXPECT_EQ(size_at(read, "propertiesWithHistory/city"), 2u);
  EXPECT_EQ(text_at(read, "propertiesWithHistory/city/0/value"), "Bonn");
  EXPECT_EQ(text_at(read, "propertiesWithHistory/city/0/sourceType"), "INTEGRATION");
  EXPECT_EQ(text_at(read, "propertiesWithHistory/city/1/sourceType"), "CRM_UI");
  EXPECT_EQ(text_at(read, "propertiesWithHistory/city/1/sourceId"), "userId:9");
  EXPECT_EQ(text_at(read, "propertiesWithHistory/city/1/timestamp"), "2026-01-01T00:00:00.005Z");
  EXPECT_EQ(text_at(read, "propertiesWithHistory/closedate/0/value"), "1767312000000");
  EXPECT_EQ(text_at(read, "properties/closedate"), "2026-01-02T00:00:00Z");
}

TEST(HubspotFace, MergeAnswersWithANewIdAndOldIdsResolve) {
  Account account;
  auto const a = account.contact("a@x.org");
  auto const b = account.contact("b@x.org");
  auto const merged =
      account.post(std::string(kContacts) + "/merge",
                   R"({"primaryObjectId":")" + a + R"(","objectIdToMerge":)" + b + "}");
  ASSERT_EQ(merged.status, 200);
  auto const id = merged.text("id");
  EXPECT_NE(id, a);
  EXPECT_EQ(account.get(std::string(kContacts) + "/" + a).text("id"), id);
  auto const batch = account.post(std::string(kContacts) + "/batch/read",
                                  R"({"properties":["email"],"inputs":[{"id":")" + b + R"("}]})");
  EXPECT_EQ(text_at(batch, "results/0/id"), id);
}

TEST(HubspotFace, PrivacyDeletionByEmail) {
  Account account;
  auto const id = account.contact("a+b@x.org");
  EXPECT_EQ(account
                .post(std::string(kContacts) + "/gdpr-delete",
                      R"({"objectId":"A+b@x.org","idProperty":"email"})")
                .status,
            204);
  EXPECT_EQ(account.get(std::string(kContacts) + "/" + id + "?archived=true").status, 404);
}

TEST(HubspotFace, QuotaHeadersAnd429) {
  auto options = Account::options();
  options.face.quota = {3, 10'000, 1, 0, 0};
  Account account(options);
  auto const first = account.get(kContacts);
  EXPECT_EQ(first.header("X-HubSpot-RateLimit-Max"), "3");
  EXPECT_EQ(first.header("X-HubSpot-RateLimit-Remaining"), "2");
  EXPECT_EQ(first.header("X-HubSpot-RateLimit-Interval-Milliseconds"), "10000");
  auto const search = account.post(std::string(kContacts) + "/search", "{}");
  EXPECT_EQ(search.status, 200);
  EXPECT_EQ(search.header("X-HubSpot-RateLimit-Max"), "(none)");
  auto const secondly = account.post(std::string(kContacts) + "/search", "{}");
  EXPECT_EQ(secondly.status, 429);
  EXPECT_EQ(secondly.text("policyName"), "SECONDLY");
  EXPECT_EQ(account.get(kContacts).status, 200);
  auto const rolling = account.get(kContacts);
  EXPECT_EQ(rolling.status, 429);
  EXPECT_EQ(rolling.text("policyName"), "TEN_SECONDLY_ROLLING");
  EXPECT_EQ(rolling.text("category"), "RATE_LIMITS");
  EXPECT_EQ(rolling.text("errorType"), "RATE_LIMIT");
  account.elapsed_ms = 10'001;
  EXPECT_EQ(account.get(kContacts).status, 200);
}

TEST(HubspotFace, AccountOwnersPipelinesAndTokenInfo) {
  Account account;
  auto const details = account.get("/account-info/v3/details");
  EXPECT_EQ(details.text("portalId"), "24680135");
  EXPECT_EQ(details.text("accountType"), "STANDARD");
  EXPECT_EQ(size_at(account.get("/crm/v3/owners/?limit=500"), "results"), 2u);
  EXPECT_EQ(size_at(account.get("/crm/owners/2026-09?archived=true"), "results"), 1u);
  EXPECT_EQ(text_at(account.get("/crm/v3/pipelines/deals"), "results/0/stages/5/id"), "closedwon");
  EXPECT_EQ(account.get("/crm/v3/pipelines/deals/default/stages").status, 200);
  auto const info =
      account.post("/oauth/v2/private-apps/get/access-token-info", R"({"tokenKey":"test-token"})");
  EXPECT_EQ(info.text("hubId"), "24680135");
}

TEST(HubspotFace, PropertiesAreListedCreatedAndArchived) {
  Account account;
  auto const made =
      account.post("/crm/v3/properties/contacts",
                   R"({"name":"shop_id","label":"Shop","type":"string","fieldType":"text",)"
                   R"("groupName":"contactinformation","hasUniqueValue":true})");
  ASSERT_EQ(made.status, 201);
  EXPECT_EQ(made.text("hasUniqueValue"), "true");
  EXPECT_EQ(account
                .post("/crm/v3/properties/contacts",
                      R"({"name":"shop_id","label":"S","type":"string","fieldType":"text",)"
                      R"("groupName":"contactinformation"})")
                .status,
            409);
  auto const email = account.get("/crm/properties/2026-09/contacts/email");
  EXPECT_EQ(text_at(email, "modificationMetadata/readOnlyValue"), "false");
  EXPECT_EQ(email.text("hasUniqueValue"), "false");
  auto const id = account.get("/crm/v3/properties/contacts/hs_object_id");
  EXPECT_EQ(text_at(id, "modificationMetadata/readOnlyValue"), "true");
  EXPECT_EQ(account.ask("DELETE", "/crm/v3/properties/contacts/shop_id").status, 204);
  auto const gone = account.get("/crm/v3/properties/contacts/shop_id");
  EXPECT_EQ(gone.status, 404);
  EXPECT_EQ(gone.text("category"), "OBJECT_NOT_FOUND");
  EXPECT_EQ(size_at(account.get("/crm/v3/properties/contacts?archived=true"), "results"), 1u);
  EXPECT_EQ(account.ask("DELETE", "/crm/v3/properties/contacts/email").status, 400);
}

TEST(HubspotFace, CustomObjectsAreCreatedAndUsedByEveryName) {
  Account account;
  auto const schema = account.post(
      "/crm-object-schemas/v3/schemas",
      R"({"name":"machine","labels":{"singular":"Machine","plural":"Machines"},)"
      R"("requiredProperties":["serial"],"properties":[{"name":"serial","label":"Serial",)"
      R"("type":"string","fieldType":"text","hasUniqueValue":true}]})");
  ASSERT_EQ(schema.status, 201);
  EXPECT_EQ(account.post("/crm/v3/objects/machine", R"({"properties":{}})").status, 400);
  for (auto const& name :
       {std::string("machine"), schema.text("objectTypeId"), schema.text("fullyQualifiedName")})
    EXPECT_EQ(account
                  .post("/crm/objects/2026-09/" + name,
                        R"({"properties":{"serial":"s-)" + name + R"("}})")
                  .status,
              201)
        << name;
}

TEST(HubspotFace, AssociationsByPairBatchAndLabel) {
  Account account;
  auto const contact = account.contact("a@x.org");
  auto const company =
      account.post("/crm/v3/objects/companies", R"({"properties":{"name":"C"}})").text("id");
  auto const put = account.ask(
      "PUT", "/crm/v4/objects/contacts/" + contact + "/associations/companies/" + company,
      R"([{"associationCategory":"HUBSPOT_DEFINED","associationTypeId":1}])");
  EXPECT_EQ(put.status, 201);
  EXPECT_EQ(text_at(put, "labels/0"), "Primary");
  auto const edges = account.get("/crm/v4/objects/contacts/" + contact + "/associations/companies");
  EXPECT_EQ(text_at(edges, "results/0/toObjectId"), company);
  EXPECT_EQ(size_at(edges, "results/0/associationTypes"), 2u);
  auto const batch = account.post("/crm/associations/2026-09/companies/contacts/batch/read",
                                  R"({"inputs":[{"id":")" + company + R"("},{"id":"1"}]})");
  EXPECT_EQ(text_at(batch, "results/0/to/0/toObjectId"), contact);
  EXPECT_EQ(text_at(batch, "numErrors"), "1");
  auto const label = account.post("/crm/v4/associations/contacts/companies/labels",
                                  R"({"name":"advisor","label":"Advisor"})");
  EXPECT_EQ(text_at(label, "results/0/label"), "Advisor");
  EXPECT_EQ(account
                .ask("DELETE",
                     "/crm/v4/objects/contacts/" + contact + "/associations/companies/" + company)
                .status,
            204);
  EXPECT_EQ(size_at(account.get("/crm/v4/objects/contacts/" + contact + "/associations/companies"),
                    "results"),
            0u);
}

}  // namespace
}  // namespace crmsync::connectors::simulator
