// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/hubspot/scripted.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

namespace crmsync::connectors::hubspot {
namespace {

using engine::Errc;
using engine::Observation;
using engine::Presence;
using engine::Value;

// Live records, archived ones, and what was merged into what; absent otherwise.
struct Store {
  std::set<std::string> live;
  std::set<std::string> archived;
  std::map<std::string, std::string> merged;  // old id -> survivor
  bool batch_resolves_merges = false;
  std::set<std::string> silent;  // neither a result nor an error

  engine::Result<http::Response> operator()(http::Request const& request) const {
    if (has(request, "/properties/")) return json(200, property_list());
    if (has(request, "batch/read")) return batch(request);
    auto id = request.target.substr(0, request.target.find('?'));
    id = id.substr(id.rfind('/') + 1);
    if (merged.contains(id)) return json(200, record(merged.at(id)));
    if (live.contains(id)) return json(200, record(id));
    return json(404, R"({"category":"OBJECT_NOT_FOUND"})");
  }

  std::string record(std::string const& id) const {
    std::string former;
    for (auto const& [old, survivor] : merged)
      if (survivor == id) former += (former.empty() ? "" : ";") + old;
    bool const gone = archived.contains(id);
    return R"({"id":")" + id + R"(","properties":{"email":"e)" + id +
           R"(","hs_merged_object_ids":")" + former + R"("},"updatedAt":"2026-01-01T00:00:00Z")" +
           (gone ? R"(,"archived":true,"archivedAt":"2026-01-02T00:00:00Z"})" : "}");
  }

  http::Response batch(http::Request const& request) const {
    bool const want_archived = has(request, "archived=true");
    std::string results;
    std::string missing;
    auto const add = [](std::string& list, std::string const& item) {
      list += (list.empty() ? "" : ",") + item;
    };
    for (auto const& input : inputs_of(request)) {
      if (silent.contains(input.id)) continue;
      bool const found = want_archived ? archived.contains(input.id) : live.contains(input.id);
      if (found)
        add(results, record(input.id));
      else if (!want_archived && batch_resolves_merges && merged.contains(input.id))
        add(results, record(merged.at(input.id)));
      else
        add(missing, "\"" + input.id + "\"");
    }
    std::string body = R"({"status":"COMPLETE","results":[)" + results + "]";
    if (!missing.empty())
      body += R"(,"numErrors":1,"errors":[{"category":"OBJECT_NOT_FOUND","context":{"ids":[)" +
              missing + "]}}]";
    return json(missing.empty() ? 200 : 207, body + "}");
  }
};

std::vector<Observation> fetch(Scripted& crm, std::vector<std::string> keys) {
  auto endpoint = crm.connector().open(contacts());
  FetchRequest request;
  request.keys = std::move(keys);
  auto result = crm.run(endpoint->fetch(std::move(request)));
  EXPECT_TRUE(result) << (result ? "" : result.error().message());
  return result ? std::move(*result) : std::vector<Observation>{};
}

TEST(Fetch, WhatWeArchivedIsReadFromTheBinInOneCall) {
  Scripted crm(Store{.live = {"1"}, .archived = {"2", "3"}, .merged = {}, .silent = {}});
  auto endpoint = crm.connector().open(contacts());
  FetchRequest request;
  request.keys = {"3", "1", "2"};
  request.deleted = true;
  auto const seen = crm.run(endpoint->fetch(std::move(request)));
  ASSERT_TRUE(seen);
  EXPECT_EQ((*seen)[0].presence, Presence::deleted);
  EXPECT_EQ((*seen)[1].presence, Presence::unknown);
  EXPECT_EQ((*seen)[2].presence, Presence::deleted);
  EXPECT_EQ(crm.count("batch/read"), 1u);
  EXPECT_EQ(crm.count("/contacts/"), 1u) << "a record was read by itself";
}

TEST(Fetch, AnswersInTheOrderAskedAlsoForRepeatedKeys) {
  Scripted crm(Store{.live = {"1", "2", "3"}});
  auto const seen = fetch(crm, {"3", "1", "3", "2"});
  ASSERT_EQ(seen.size(), 4u);
  EXPECT_EQ(seen[0].key, "3");
  EXPECT_EQ(seen[2].key, "3");
  EXPECT_EQ(seen[1].fields.get("email"), Value(std::string("e1")));
  for (auto const& one : seen) {
    EXPECT_EQ(one.presence, Presence::present);
    EXPECT_EQ(one.source, engine::ReadSource::by_id);
    EXPECT_TRUE(one.version.known());
  }
  EXPECT_EQ(crm.requests().size(), 2u);  // properties, one batch
}

TEST(Fetch, ArchivedIsDeletedByEvidence) {
  Scripted crm(Store{.live = {"1"}, .archived = {"2"}});
  auto const seen = fetch(crm, {"1", "2"});
  EXPECT_EQ(seen.at(0).presence, Presence::present);
  EXPECT_EQ(seen.at(1).presence, Presence::deleted);
  EXPECT_EQ(seen.at(1).changed_at->micros, 1'767'312'000'000'000);
}

TEST(Fetch, AbsentFromBothStrongReadsIsDeleted) {
  Scripted crm(Store{.live = {"1"}});
  EXPECT_EQ(fetch(crm, {"1", "2"}).at(1).presence, Presence::deleted);
}

TEST(Fetch, WhatNoAnswerSpeaksOfIsUnknown) {
  Scripted crm(Store{.live = {"1"}, .silent = {"2"}});
  EXPECT_EQ(fetch(crm, {"1", "2"}).at(1).presence, Presence::unknown);
}

TEST(Fetch, AKeyThatIsNoRecordIdIsUnknownAndNotSent) {
  Scripted crm(Store{.live = {"1"}});
  auto const seen = fetch(crm, {"x/../y", "1"});
  EXPECT_EQ(seen.at(0).presence, Presence::unknown);
  EXPECT_EQ(seen.at(1).presence, Presence::present);
}

TEST(Fetch, AMergedRecordIsFoundUnderItsNewId) {
  for (bool const resolves : {false, true}) {
    Scripted crm(Store{
        .live = {"9"}, .merged = {{"1", "9"}, {"2", "9"}}, .batch_resolves_merges = resolves});
    auto const seen = fetch(crm, {"1", "2", "9"});
    for (auto const& one : seen) {
      EXPECT_EQ(one.presence, Presence::present) << resolves;
      EXPECT_EQ(one.current_key, "9") << resolves;
    }
    EXPECT_EQ(seen.at(0).key, "1");
  }
}

TEST(Fetch, AMergedRecordThatAlsoStandsInTheArchiveIsNotDeleted) {
  Scripted crm(Store{.live = {"9"}, .archived = {"1"}, .merged = {{"1", "9"}}});
  auto const seen = fetch(crm, {"1"});
  EXPECT_EQ(seen.at(0).presence, Presence::present);
  EXPECT_EQ(seen.at(0).current_key, "9");
}

TEST(Fetch, AFailedReadProvesNothing) {
  for (int const status : {400, 403, 404, 429, 500}) {
    Scripted crm([status](http::Request const& request) {
      if (has(request, "/properties/")) return json(200, property_list());
      return json(status, "{}");
    });
    auto endpoint = crm.connector().open(contacts());
    FetchRequest request;
    request.keys = {"1"};
    EXPECT_FALSE(crm.run(endpoint->fetch(request))) << status;
  }
}

TEST(Fetch, AFailureWhileResolvingIsAFailureOfAll) {
  Store const store{.live = {"1"}};
  Scripted crm([&store](http::Request const& request) -> engine::Result<http::Response> {
    if (has(request, "archived=true")) return json(503, "");
    return store(request);
  });
  auto endpoint = crm.connector().open(contacts());
  FetchRequest request;
  request.keys = {"1", "2"};
  EXPECT_EQ(crm.run(endpoint->fetch(request)).error().code, Errc::transient);
}

TEST(Fetch, HistoryComesInHalfBatches) {
  Store store;
  for (int i = 1; i <= 80; ++i) store.live.insert(std::to_string(i));
  Scripted crm(store);
  auto endpoint = crm.connector().open(contacts());
  FetchRequest request;
  request.keys = {store.live.begin(), store.live.end()};
  request.with_history = true;
  request.history_fields = {"email"};
  auto const seen = crm.run(endpoint->fetch(request));
  ASSERT_TRUE(seen);
  EXPECT_EQ(seen->size(), 80u);
  ASSERT_EQ(crm.count("batch/read"), 2u);
  EXPECT_EQ(inputs_of(crm.requests().at(1)).size(), 50u);
  EXPECT_THAT(crm.requests().at(1).body,
              testing::HasSubstr(R"("propertiesWithHistory":["email"])"));
}

TEST(Fetch, MoreThanABatchIsRefused) {
  Scripted crm(Store{});
  auto endpoint = crm.connector().open(contacts());
  FetchRequest request;
  for (int i = 1; i <= 101; ++i) request.keys.push_back(std::to_string(i));
  EXPECT_EQ(crm.run(endpoint->fetch(request)).error().code, Errc::limit_exceeded);
}

TEST(Fetch, TheMomentOfLeavingIsKeptNotTheMomentOfAsking) {
  auto config = Scripted::default_config();
  config.values["quota.limit"] = "1/10s";
  Scripted crm(Store{.live = {"1"}}, config);
  auto const before = crm.runtime().now();
  auto const seen = fetch(crm, {"1"});  // properties first, so the read had to wait for budget
  EXPECT_GE(seen.at(0).observed_at.micros - before.micros, 10'000'000);
}

Observation lookup(Scripted& crm) {
  auto endpoint = crm.connector().open(contacts());
  Operation create;
  create.kind = OperationKind::create;
  create.external_id = "k7";
  auto result = crm.run(endpoint->lookup_created(create));
  EXPECT_TRUE(result);
  return result ? *result : Observation{};
}

TEST(LookupCreated, FindsByOurKeyAndProvesAbsence) {
  std::string body;
  Scripted crm([&body](http::Request const& request) {
    if (has(request, "/properties/")) return json(200, property_list());
    EXPECT_THAT(request.body, testing::HasSubstr(R"("idProperty":"shop_id")"));
    return json(207, body);
  });
  body = R"({"results":[{"id":"9","properties":{"shop_id":"k7"}}]})";
  auto const found = lookup(crm);
  EXPECT_EQ(found.presence, Presence::present);
  EXPECT_EQ(found.current_key, "9");
  body = R"({"results":[],"errors":[{"category":"OBJECT_NOT_FOUND","context":{"ids":["k7"]}}]})";
  EXPECT_EQ(lookup(crm).presence, Presence::none);
  body = R"({"results":[],"errors":[{"category":"SOMETHING"}]})";
  EXPECT_EQ(lookup(crm).presence, Presence::unknown);
  body = R"({"results":[]})";
  EXPECT_EQ(lookup(crm).presence, Presence::unknown);
}

}  // namespace
}  // namespace crmsync::connectors::hubspot
