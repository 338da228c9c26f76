// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/hubspot/scripted.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace crmsync::connectors::hubspot {
namespace {

using engine::Errc;
using engine::Value;
using testing::HasSubstr;
using testing::Not;

Operation update(std::uint64_t op_id, std::string key, Value value = std::string("x")) {
  Operation operation;
  operation.op_id = op_id;
  operation.kind = OperationKind::update;
  operation.key = std::move(key);
  operation.fields.set("email", std::move(value));
  return operation;
}

Operation create(std::uint64_t op_id, std::string external_id, std::string email = "x") {
  auto operation = update(op_id, "", Value(std::move(email)));
  operation.kind = OperationKind::create;
  operation.external_id = std::move(external_id);
  return operation;
}

std::vector<Operation> updates(int count) {
  std::vector<Operation> operations;
  for (int i = 1; i <= count; ++i)
    operations.push_back(update(static_cast<std::uint64_t>(1'000 + i), std::to_string(i)));
  return operations;
}

engine::Result<std::vector<Receipt>> apply(Scripted& crm, std::vector<Operation> operations,
                                           EndpointSpec spec = contacts()) {
  auto endpoint = crm.connector().open(std::move(spec));
  return crm.run(endpoint->apply(std::move(operations), Lane::interactive));
}

std::string written(Input const& input, std::string const& id) {
  return R"({"id":")" + id + R"(","objectWriteTraceId":")" + input.trace_id +
         R"(","new":true,"properties":{"email":")" + input.body +
         R"("},"updatedAt":"2026-01-01T00:00:00.250Z"})";
}

// Takes every input but those `refuse` speaks against; how the refusal looks is the test's choice.
enum class Style { whole_request, whole_conflict, partial, partial_unnamed };

Answers picky(std::set<std::string> poisoned, Style style) {
  return [poisoned = std::move(poisoned), style](http::Request const& request) {
    if (has(request, "/properties/")) return json(200, property_list());
    std::string results;
    std::string errors;
    for (auto const& input : inputs_of(request)) {
      bool const bad = poisoned.contains(input.id);
      if (bad && style == Style::whole_request)
        return json(400, R"({"category":"VALIDATION_ERROR","errors":[{"code":"INVALID_EMAIL",
          "context":{"propertyName":["email"]}}]})");
      if (bad && style == Style::whole_conflict)
        return json(
            409, R"({"category":"CONFLICT","message":"Contact already exists. Existing ID: 77"})");
      std::string& list = bad ? errors : results;
      if (!list.empty()) list += ",";
      if (!bad)
        list += written(input, input.id);
      else if (style == Style::partial)
        list += R"({"category":"VALIDATION_ERROR","context":{"objectWriteTraceId":[")" +
                input.trace_id + "\"]}}";
      else
        list += R"({"category":"VALIDATION_ERROR"})";
    }
    // Results in another order than the inputs would be legal too.
    return json(errors.empty() ? 200 : 207, R"({"status":"COMPLETE","results":[)" + results +
                                                R"(],"errors":[)" + errors + "]}");
  };
}

TEST(Apply, UpdatesInOneCallAndReportsWhatIsHeld) {
  Scripted crm(picky({}, Style::partial));
  auto const receipts = apply(crm, updates(100));
  ASSERT_TRUE(receipts) << receipts.error().message();
  ASSERT_EQ(receipts->size(), 100u);
  EXPECT_EQ(crm.count("batch/update"), 1u);
  for (std::size_t i = 0; i < 100; ++i) {
    auto const& receipt = (*receipts)[i];
    EXPECT_FALSE(receipt.error);
    EXPECT_EQ(receipt.op_id, 1'001 + i);
    EXPECT_EQ(receipt.key, std::to_string(i + 1));
    EXPECT_EQ(receipt.stored.get("email"), Value(std::string("x")));
    EXPECT_EQ(receipt.version.order, 1'767'225'600'250'000);
    EXPECT_FALSE(receipt.created);
  }
}

TEST(Apply, OneBadRecordFailsAloneHoweverItIsRefused) {
  for (auto const style :
       {Style::whole_request, Style::whole_conflict, Style::partial, Style::partial_unnamed}) {
    for (auto const* bad : {"1", "37", "100"}) {
      Scripted crm(picky({bad}, style));
      auto const receipts = apply(crm, updates(100));
      ASSERT_TRUE(receipts) << receipts.error().message();
      for (auto const& receipt : *receipts)
        EXPECT_EQ(receipt.error.has_value(), receipt.key == bad) << static_cast<int>(style);
      EXPECT_LE(crm.count("batch/update"), 15u) << static_cast<int>(style);
    }
  }
}

TEST(Apply, TheRefusalNamesPropertyAndOtherRecord) {
  Scripted invalid(picky({"2"}, Style::whole_request));
  auto const refused = apply(invalid, updates(3));
  EXPECT_EQ(refused->at(1).error->code, Errc::invalid_value);
  EXPECT_THAT(refused->at(1).error->fields, testing::ElementsAre("email"));
  Scripted taken(picky({"2"}, Style::whole_conflict));
  auto const exists = apply(taken, updates(3));
  EXPECT_EQ(exists->at(1).error->code, Errc::already_exists);
  EXPECT_EQ(exists->at(1).error->other_key, "77");
}

TEST(Apply, ABatchOfOnlyBadRecordsEndsWithinItsBound) {
  std::set<std::string> all;
  for (int i = 1; i <= 100; ++i) all.insert(std::to_string(i));
  Scripted crm(picky(all, Style::whole_request));
  auto const receipts = apply(crm, updates(100));
  ASSERT_TRUE(receipts);
  EXPECT_LE(crm.count("batch/update"), 48u);
  for (auto const& receipt : *receipts) {
    ASSERT_TRUE(receipt.error);
    EXPECT_FALSE(receipt.error->maybe_applied);
  }
}

TEST(Apply, ResultsAreMatchedByTraceIdNotByOrder) {
  Scripted crm([](http::Request const& request) {
    if (has(request, "/properties/")) return json(200, property_list());
    auto inputs = inputs_of(request);
    std::string results;
    for (auto it = inputs.rbegin(); it != inputs.rend(); ++it)
      results += (results.empty() ? "" : ",") + written(*it, "9" + it->id);
    return json(200, R"({"results":[)" + results + "]}");
  });
  auto const receipts = apply(crm, updates(3));
  ASSERT_TRUE(receipts);
  EXPECT_EQ(receipts->at(0).key, "91");
  EXPECT_EQ(receipts->at(2).key, "93");
}

TEST(Apply, CreatesUpsertOnOurKeyAndTellNewFromKnown) {
  Scripted crm([](http::Request const& request) {
    if (has(request, "/properties/")) return json(200, property_list());
    EXPECT_TRUE(has(request, "batch/upsert"));
    EXPECT_THAT(request.body, HasSubstr(R"("idProperty":"shop_id")"));
    // No trace ids: matched by our property.
    return json(200, R"({"results":[
      {"id":"52","new":false,"properties":{"email":"b","shop_id":"k2"}},
      {"id":"51","new":true,"properties":{"email":"a","shop_id":"k1"}}]})");
  });
  auto const receipts = apply(crm, {create(1, "k1", "a"), create(2, "k2", "b")});
  ASSERT_TRUE(receipts) << receipts.error().message();
  EXPECT_EQ(receipts->at(0).key, "51");
  EXPECT_TRUE(receipts->at(0).created);
  EXPECT_EQ(receipts->at(1).key, "52");
  EXPECT_FALSE(receipts->at(1).created);
  EXPECT_EQ(receipts->at(1).stored.get("shop_id"), Value(std::string("k2")));
}

TEST(Apply, NullClearsWithAnEmptyText) {
  Scripted crm(picky({}, Style::partial));
  ASSERT_TRUE(apply(crm, {update(1, "7", Value(engine::Null{}))}));
  EXPECT_THAT(crm.requests().back().body, HasSubstr(R"("email":"")"));
}

TEST(Apply, ArchivesInOneCall) {
  Scripted crm([](http::Request const& request) {
    if (has(request, "/properties/")) return json(200, property_list());
    EXPECT_TRUE(has(request, "batch/archive"));
    return json(204, "");
  });
  auto one = update(1, "7");
  auto two = update(2, "8");
  one.kind = two.kind = OperationKind::archive;
  one.fields = two.fields = {};
  auto const receipts = apply(crm, {one, two});
  ASSERT_TRUE(receipts);
  EXPECT_FALSE(receipts->at(0).error);
  EXPECT_EQ(receipts->at(1).key, "8");
}

TEST(Apply, ErasesContactsOneByOneAndNothingElse) {
  auto const answers = [](http::Request const& request) {
    if (has(request, "/properties/")) return json(200, property_list());
    EXPECT_TRUE(has(request, "gdpr-delete"));
    return json(204, "");
  };
  auto one = update(1, "7");
  auto two = update(2, "8");
  one.kind = two.kind = OperationKind::erase;
  one.fields = two.fields = {};
  Scripted crm(answers);
  auto const receipts = apply(crm, {one, two});
  ASSERT_TRUE(receipts);
  EXPECT_FALSE(receipts->at(0).error);
  EXPECT_EQ(crm.count("gdpr-delete"), 2u);
  auto spec = contacts();
  spec.object = "companies";
  auto const refused = apply(crm, {one}, spec);
  EXPECT_EQ(refused->at(0).error->code, Errc::unsupported);
}

TEST(Apply, LocalChecksRefuseBeforeAnythingIsSent) {
  Scripted crm(picky({}, Style::partial));
  auto unknown = update(1, "1");
  unknown.fields.set("emial", std::string("x"));
  auto fixed = update(2, "2");
  fixed.fields.set("score", std::int64_t{1});
  auto option = update(3, "3");
  option.fields.set("industry", std::string("canary-industry"));
  auto const receipts = apply(crm, {unknown, fixed, option, update(4, "4")});
  ASSERT_TRUE(receipts);
  EXPECT_EQ(receipts->at(0).error->code, Errc::invalid_schema);
  EXPECT_EQ(receipts->at(1).error->code, Errc::read_only);
  EXPECT_EQ(receipts->at(2).error->code, Errc::invalid_value);
  EXPECT_THAT(receipts->at(2).error->message(), Not(HasSubstr("canary")));
  EXPECT_FALSE(receipts->at(3).error);
  EXPECT_EQ(inputs_of(crm.requests().back()).size(), 1u);
}

TEST(Apply, AnOptionAddedSinceIsFoundByReadingThePropertiesAgain) {
  bool added = false;
  Scripted crm([&added](http::Request const& request) {
    if (has(request, "/properties/")) {
      auto list = property_list();
      if (added)
        list.insert(list.find(R"({"value":"shop")"), R"({"value":"bank","label":"Bank"},)");
      return json(200, list);
    }
    return json(200, R"({"results":[)" + written(inputs_of(request).at(0), "1") + "]}");
  });
  auto endpoint = crm.connector().open(contacts());
  ASSERT_TRUE(crm.run(endpoint->describe()));
  added = true;
  crm.runtime().advance(std::chrono::minutes(1));
  auto operation = update(1, "1");
  operation.fields.set("industry", std::string("bank"));
  auto const receipts = crm.run(endpoint->apply({operation}, Lane::interactive));
  ASSERT_TRUE(receipts);
  EXPECT_FALSE(receipts->at(0).error) << receipts->at(0).error->message();
}

TEST(Apply, DoubledRecordsAndMixedKindsAreRefused) {
  Scripted crm(picky({}, Style::partial));
  EXPECT_FALSE(apply(crm, {update(1, "7"), update(2, "7")}));
  EXPECT_FALSE(apply(crm, {update(1, "7"), update(1, "8")}));
  EXPECT_FALSE(apply(crm, {create(1, "k"), create(2, "k")}));
  EXPECT_FALSE(apply(crm, {update(1, "7"), create(2, "k")}));
  EXPECT_FALSE(apply(crm, updates(101)));
  EXPECT_TRUE(crm.requests().empty());
  EXPECT_TRUE(apply(crm, {}));
}

TEST(Apply, AFailureOfTheWayIsAFailureOfAll) {
  for (int const status : {401, 403, 423, 429, 500, 502, 524}) {
    Scripted crm([status](http::Request const& request) {
      if (has(request, "/properties/")) return json(200, property_list());
      return json(status, "{}");
    });
    auto const result = apply(crm, updates(4));
    ASSERT_FALSE(result) << status;
    EXPECT_EQ(result.error().maybe_applied, status >= 500) << status;
    EXPECT_EQ(crm.count("batch/update"), 1u) << status;
  }
}

TEST(Apply, ALostAnswerIsPassedOnAsLost) {
  Scripted crm([](http::Request const& request) -> engine::Result<http::Response> {
    if (has(request, "/properties/")) return json(200, property_list());
    auto error = engine::make_error(Errc::transient, "http", "connection reset");
    error.maybe_applied = true;
    return error;
  });
  auto const result = apply(crm, updates(2));
  ASSERT_FALSE(result);
  EXPECT_TRUE(result.error().maybe_applied);
}

TEST(Apply, AnUnreadableAnswerMayHaveBeenApplied) {
  Scripted crm([](http::Request const& request) {
    if (has(request, "/properties/")) return json(200, property_list());
    return json(200, R"({"status":"COMPLETE","results":[{"id":"1")");
  });
  auto const result = apply(crm, updates(2));
  ASSERT_FALSE(result);
  EXPECT_TRUE(result.error().maybe_applied);
}

TEST(Apply, AFailureHalfwayKeepsWhatIsKnown) {
  int calls = 0;
  auto const inner = picky({"3"}, Style::whole_request);
  Scripted crm([&](http::Request const& request) -> engine::Result<http::Response> {
    if (has(request, "batch/update") && ++calls == 3) return json(503, "");
    return inner(request);
  });
  // All four are refused, the first two pass, then the outage comes while 3 and 4 are asked.
  auto const receipts = apply(crm, updates(4));
  ASSERT_TRUE(receipts) << receipts.error().message();
  EXPECT_EQ(calls, 3);
  EXPECT_FALSE(receipts->at(0).error);
  EXPECT_FALSE(receipts->at(1).error);
  for (std::size_t i : {2u, 3u}) {
    ASSERT_TRUE(receipts->at(i).error);
    EXPECT_EQ(receipts->at(i).error->code, Errc::transient);
    EXPECT_TRUE(receipts->at(i).error->maybe_applied);
  }
}

TEST(Apply, WhatWasNeverSentIsCertainlyNotApplied) {
  int calls = 0;
  auto const inner = picky({}, Style::partial);
  Scripted crm([&](http::Request const& request) -> engine::Result<http::Response> {
    if (!has(request, "batch/update")) return inner(request);
    ++calls;
    if (calls <= 2) return json(400, "{}");
    if (calls == 4) return json(503, "");
    return inner(request);
  });
  // 1..8 and 1..4 are refused, 1..2 pass, 3..4 meet the outage, 5..8 stay at home.
  auto const receipts = apply(crm, updates(8));
  ASSERT_TRUE(receipts) << receipts.error().message();
  EXPECT_EQ(calls, 4);
  for (std::size_t i = 0; i < 8; ++i) {
    auto const& error = receipts->at(i).error;
    EXPECT_EQ(error.has_value(), i >= 2) << i;
    if (error) {
      EXPECT_EQ(error->maybe_applied, i < 4) << i;
    }
  }
}

TEST(Apply, AnOperationTheAnswerForgetsIsAskedAgainAlone) {
  int calls = 0;
  Scripted crm([&calls](http::Request const& request) {
    if (has(request, "/properties/")) return json(200, property_list());
    auto const inputs = inputs_of(request);
    if (++calls == 1) return json(200, R"({"results":[)" + written(inputs[0], "1") + "]}");
    EXPECT_EQ(inputs.size(), 1u);
    return json(200, R"({"results":[)" + written(inputs[0], inputs[0].id) + "]}");
  });
  auto const receipts = apply(crm, updates(2));
  ASSERT_TRUE(receipts);
  EXPECT_FALSE(receipts->at(0).error);
  EXPECT_FALSE(receipts->at(1).error);
}

TEST(Apply, APlainCreateIsNeverSentTwice) {
  auto spec = contacts();
  spec.external_id.clear();
  Scripted crm([](http::Request const& request) {
    if (has(request, "/properties/")) return json(200, property_list());
    EXPECT_TRUE(has(request, "batch/create"));
    return json(200, R"({"results":[]})");
  });
  auto const receipts = apply(crm, {create(1, ""), create(2, "")}, spec);
  ASSERT_TRUE(receipts);
  EXPECT_EQ(crm.count("batch/create"), 1u);
  EXPECT_TRUE(receipts->at(0).error->maybe_applied);
}

TEST(Apply, NoErrorTextCarriesAValue) {
  for (auto const style :
       {Style::whole_request, Style::whole_conflict, Style::partial, Style::partial_unnamed}) {
    Scripted crm(picky({"1"}, style));
    auto const receipts = apply(crm, {update(1, "1", Value(std::string("canary@example.com")))});
    ASSERT_TRUE(receipts);
    EXPECT_THAT(receipts->at(0).error->message(), Not(HasSubstr("canary")));
  }
}

}  // namespace
}  // namespace crmsync::connectors::hubspot
