// SPDX-License-Identifier: Apache-2.0
#include "connectors/hubspot/wire/failure.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crmsync::connectors::hubspot::wire {
namespace {

using engine::Errc;
using engine::Error;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

Asked const kWrite{"hubspot: update contacts", true};
Asked const kRead{"hubspot: read contacts", false};

Error write_failure(int status, std::string_view body) {
  return failure_of(status, std::nullopt, body, kWrite);
}

struct StatusCase {
  int status;
  std::string_view body;
  Errc code;
};

class StatusTable : public testing::TestWithParam<StatusCase> {};

TEST_P(StatusTable, HasItsReaction) {
  auto const error = write_failure(GetParam().status, GetParam().body);
  EXPECT_EQ(error.code, GetParam().code) << GetParam().body;
  EXPECT_EQ(error.op, kWrite.op);
}

INSTANTIATE_TEST_SUITE_P(
    Rows, StatusTable,
    testing::Values(StatusCase{400, R"({"category":"VALIDATION_ERROR"})", Errc::invalid_value},
                    StatusCase{400, "", Errc::invalid_value},
                    StatusCase{400, "<html>", Errc::invalid_value},
                    StatusCase{400, R"({"category":"OBJECT_NOT_FOUND"})", Errc::not_found},
                    StatusCase{401, R"({"category":"EXPIRED_AUTHENTICATION"})", Errc::unauthorized},
                    StatusCase{401, R"({"category":"INVALID_AUTHENTICATION"})", Errc::unauthorized},
                    StatusCase{403, R"({"category":"MISSING_SCOPES"})", Errc::forbidden},
                    StatusCase{404, R"({"category":"OBJECT_NOT_FOUND"})", Errc::not_found},
                    StatusCase{409, R"({"category":"CONFLICT"})", Errc::already_exists},
                    StatusCase{410, "", Errc::not_found}, StatusCase{414, "", Errc::limit_exceeded},
                    StatusCase{423, "", Errc::locked}, StatusCase{429, "", Errc::rate_limited},
                    StatusCase{477, "", Errc::rate_limited}, StatusCase{500, "", Errc::transient},
                    StatusCase{502, "", Errc::transient}, StatusCase{503, "", Errc::transient},
                    StatusCase{504, "", Errc::transient}, StatusCase{521, "", Errc::transient},
                    StatusCase{524, "", Errc::transient}, StatusCase{302, "", Errc::corrupt}));

TEST(Failure, ServerErrorsLeaveWritesOpenAndReadsNot) {
  EXPECT_TRUE(write_failure(502, "").maybe_applied);
  EXPECT_FALSE(failure_of(502, std::nullopt, "", kRead).maybe_applied);
  EXPECT_FALSE(write_failure(429, "").maybe_applied);
  EXPECT_FALSE(write_failure(409, "").maybe_applied);
}

TEST(Failure, ExpiredAndInvalidTokensAskForDifferentThings) {
  auto const expired = write_failure(401, R"({"category":"EXPIRED_AUTHENTICATION"})");
  auto const invalid = write_failure(401, R"({"category":"INVALID_AUTHENTICATION"})");
  EXPECT_THAT(expired.hint, HasSubstr("expired"));
  EXPECT_THAT(invalid.hint, HasSubstr("refused"));
}

TEST(Failure, MissingScopesAreNamedUnderAnyOfTheirKeys) {
  for (auto const* key : {"requiredGranularScopes", "requiredScopes", "missingScopes"}) {
    auto const body = std::string(R"({"category":"MISSING_SCOPES","errors":[{"context":{")") + key +
                      R"(":["crm.objects.contacts.write","crm.schemas.contacts.write"]}}]})";
    EXPECT_THAT(write_failure(403, body).hint,
                HasSubstr("crm.objects.contacts.write, crm.schemas.contacts.write"));
  }
}

TEST(Failure, DuplicateNamesTheOtherRecord) {
  auto const error =
      write_failure(409, R"({"status":"error","message":"Contact already exists. Existing ID: 151",
              "category":"CONFLICT","correlationId":"aabb-01"})");
  EXPECT_EQ(error.other_key, "151");
  EXPECT_THAT(error.detail, HasSubstr("aabb-01"));
}

TEST(Failure, UniqueCollisionInABadRequestNamesTheOtherRecord) {
  auto const error =
      write_failure(400, R"({"category":"VALIDATION_ERROR","message":
    "Property values were not valid: [{\"isValid\":false,)"
                         R"(\"message\":\"4751 already has that value.\",)"
                         R"(\"error\":\"CONFLICTING_UNIQUE_VALUE\",\"name\":\"shop_id\"}]"})");
  EXPECT_EQ(error.code, Errc::already_exists);
  EXPECT_EQ(error.other_key, "4751");
  EXPECT_THAT(error.fields, ElementsAre("shop_id"));
}

TEST(Failure, EmbeddedListNamesEveryProperty) {
  auto const error = write_failure(400,
                                   R"({"category":"VALIDATION_ERROR","message":
    "Property values were not valid: [{\"isValid\":false,)"
                                   R"(\"message\":\"x was not one of the allowed options: [a]\",)"
                                   R"(\"error\":\"INVALID_OPTION\",\"name\":\"industry\"},)"
                                   R"({\"error\":\"INVALID_EMAIL\",\"name\":\"email\"}]"})");
  EXPECT_EQ(error.code, Errc::invalid_value);
  EXPECT_THAT(error.fields, ElementsAre("industry", "email"));
  EXPECT_THAT(error.detail, HasSubstr("INVALID_OPTION, INVALID_EMAIL"));
}

TEST(Failure, StructuredListNamesEveryProperty) {
  auto const error = write_failure(400, R"({"category":"VALIDATION_ERROR","errors":[
    {"message":"…","code":"INVALID_OPTION","context":{"propertyName":["industry"]}},
    {"code":"INVALID_DATE","context":{"propertyName":["birthday"]}}]})");
  EXPECT_THAT(error.fields, ElementsAre("industry", "birthday"));
}

TEST(Failure, UnknownAndReadOnlyPropertiesAreSchemaMatters) {
  auto const unknown = write_failure(
      400, R"({"errors":[{"code":"PROPERTY_DOESNT_EXIST","context":{"propertyName":["gone"]}},
               {"code":"INVALID_OPTION","context":{"propertyName":["x"]}}]})");
  EXPECT_EQ(unknown.code, Errc::invalid_schema);
  EXPECT_THAT(unknown.fields, ElementsAre("gone", "x"));
  EXPECT_EQ(write_failure(400, R"({"errors":[{"code":"READ_ONLY_VALUE"}]})").code, Errc::read_only);
}

TEST(Failure, WaitsFollowTheLimitThatWasMet) {
  auto const wait = [](std::string_view body) { return write_failure(429, body).retry_after_ms; };
  EXPECT_EQ(wait(R"({"policyName":"TEN_SECONDLY_ROLLING"})"), 10'000);
  EXPECT_EQ(wait(R"({"policyName":"SECONDLY"})"), 1'000);
  EXPECT_EQ(wait(R"({"policyName":"DAILY"})"), 600'000);
  EXPECT_EQ(wait(R"({"message":"You have reached your secondly limit."})"), 1'000);
  EXPECT_EQ(wait(R"({"message":"You have reached your ten_secondly_rolling limit."})"), 10'000);
  EXPECT_EQ(wait(""), 10'000);
  EXPECT_EQ(failure_of(429, 3'000, R"({"policyName":"SECONDLY"})", kRead).retry_after_ms, 3'000);
}

TEST(Failure, ALockedRecordIsLeftAloneForTwoSeconds) {
  EXPECT_EQ(write_failure(423, "").retry_after_ms, 2'000);
  EXPECT_EQ(failure_of(423, 500, "", kWrite).retry_after_ms, 2'000);
  EXPECT_EQ(failure_of(423, 9'000, "", kWrite).retry_after_ms, 9'000);
}

TEST(Failure, AMovingAccountIsLeftAloneAsLongAsItAsks) {
  EXPECT_EQ(failure_of(477, 7'200'000, "", kWrite).retry_after_ms, 7'200'000);
  EXPECT_EQ(write_failure(477, "").retry_after_ms, 600'000);
}

TEST(Failure, BatchEntriesNameWhomTheyConcern) {
  auto document = JsonDocument::parse(R"({"category":"OBJECT_NOT_FOUND","context":{
    "objectWriteTraceId":["12"],"ids":["7",8]}})");
  ASSERT_TRUE(document);
  auto const failure = batch_failure_of(document->root(), kWrite);
  EXPECT_EQ(failure.error.code, Errc::not_found);
  EXPECT_THAT(failure.trace_ids, ElementsAre("12"));
  EXPECT_THAT(failure.ids, ElementsAre("7", "8"));
}

TEST(Failure, AHundredMissingIdsAreAllNamed) {
  std::string ids;
  for (int i = 1; i <= 100; ++i) ids += (i > 1 ? ",\"" : "\"") + std::to_string(i) + "\"";
  auto document =
      JsonDocument::parse(R"({"category":"OBJECT_NOT_FOUND","context":{"ids":[)" + ids + "]}}");
  ASSERT_TRUE(document);
  EXPECT_EQ(batch_failure_of(document->root(), kRead).ids.size(), 100u);
}

// Every place of an error body in which a vendor could repeat a value.
TEST(Failure, NoTextOfTheVendorEverCarriesAValue) {
  std::string const canary = "ann.canary@example.com +49 30 901820";
  std::vector<std::string> const bodies{
      R"({"message":"C"})",
      R"({"category":"C"})",
      R"({"status":"C","errorType":"C","subCategory":"C","policyName":"C"})",
      R"({"correlationId":"C"})",
      R"({"errors":[{"message":"C","code":"C","name":"C","context":{"propertyName":["C"]}}]})",
      R"({"context":{"ids":["C"],"objectWriteTraceId":["C"],"requiredScopes":["C"]}})",
      R"({"message":"Existing ID: C"})",
      R"({"message":"C already has that value"})",
      R"({"message":"Property values were not valid: )"
      R"([{\"error\":\"C\",\"name\":\"C\",\"message\":\"C\"}]"})",
      "C"};
  for (auto body : bodies) {
    for (auto at = body.find('C'); at != std::string::npos; at = body.find('C', at + canary.size()))
      body.replace(at, 1, canary);
    for (int const status : {400, 401, 403, 404, 409, 423, 429, 500}) {
      auto const failure = request_failure_of(status, std::nullopt, body, kWrite);
      auto const& error = failure.error;
      auto const all = error.message() + error.other_key + testing::PrintToString(error.fields) +
                       testing::PrintToString(failure.ids);
      EXPECT_THAT(all, Not(HasSubstr("canary"))) << body;
      EXPECT_THAT(all, Not(HasSubstr("901820"))) << body;
    }
  }
}

}  // namespace
}  // namespace crmsync::connectors::hubspot::wire
