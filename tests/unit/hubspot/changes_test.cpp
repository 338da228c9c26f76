// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/hubspot/scripted.hpp"

#include "connectors/http/http_time.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace crmsync::connectors::hubspot {
namespace {

using engine::ChangeKind;
using engine::Errc;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::int64_t kStart = 1'767'225'600'000;  // the virtual clock's first millisecond

// Search and archive as the vendor's, over stamps and ids.
class Crm {
 public:
  std::map<std::int64_t, std::int64_t> stamps;    // live: id -> modified
  std::map<std::int64_t, std::int64_t> archived;  // id -> archived at
  std::size_t largest_query = 0;
  http::Headers headers;

  engine::Result<http::Response> operator()(http::Request const& request) {
    if (has(request, "/properties/")) return json(200, property_list(), headers);
    if (has(request, "/search")) return search(request);
    if (has(request, "archived=true")) return archive(request);
    return json(200, R"({"portalId":7,"accountType":"STANDARD"})", headers);
  }

 private:
  http::Response search(http::Request const& request) {
    EXPECT_LE(request.body.size(), 3'000u);
    auto document = wire::JsonDocument::parse(request.body);
    auto const root = document->root();
    EXPECT_FALSE(root["after"].exists());
    wire::JsonView const group(root["filterGroups"].items().data());
    std::vector<std::pair<std::int64_t, std::int64_t>> found;  // (sort key, id)
    bool const by_id =
        wire::JsonView(root["sorts"].items().data())["propertyName"].text() == "hs_object_id";
    for (auto const& [id, stamp] : stamps) {
      bool match = true;
      for (auto const& item : group["filters"].items()) {
        wire::JsonView const filter(&item);
        auto const op = filter["operator"].text_or_empty();
        auto const value = filter["value"].integer().value();
        auto const mine = filter["propertyName"].text() == "hs_object_id" ? id : stamp;
        match = match && (op == "GTE" ? mine >= value : op == "GT" ? mine > value : mine == value);
      }
      if (match) found.emplace_back(by_id ? id : stamp, id);
    }
    std::sort(found.begin(), found.end());
    largest_query = std::max(largest_query, found.size());
    if (found.size() > 200) found.resize(200);
    std::string results;
    for (auto const& [key, id] : found)
      results += (results.empty() ? "" : ",") + std::string(R"({"id":")") + std::to_string(id) +
                 R"(","properties":{"email":"e","lastmodifieddate":")" +
                 std::to_string(stamps.at(id)) + R"("}})";
    return json(200, R"({"total":1,"results":[)" + results + "]}");
  }

  http::Response archive(http::Request const& request) const {
    std::int64_t after = 0;
    if (auto const at = request.target.find("after="); at != std::string::npos)
      after = std::stoll(request.target.substr(at + 6));
    std::string results;
    std::string next;
    int count = 0;
    for (auto it = archived.upper_bound(after); it != archived.end(); ++it) {
      if (++count > 100) break;
      results += (results.empty() ? "" : ",") + std::string(R"({"id":")") +
                 std::to_string(it->first) + R"(","archived":true,"archivedAt":")" +
                 std::to_string(it->second) + R"("})";
      next = std::to_string(it->first);
    }
    std::string body = R"({"results":[)" + results + "]";
    if (count > 100) body += R"(,"paging":{"next":{"after":")" + next + "\"}}";
    return json(200, body + "}", headers);
  }
};

struct Feed {
  explicit Feed(EndpointSpec spec = contacts())
      : scripted([this](http::Request const& request) { return crm(request); }),
        endpoint(scripted.connector().open(std::move(spec))) {
    cursor = scripted.run(endpoint->start_cursor()).value();
  }

  // The program starts anew; the cursor was stored.
  void restart() { endpoint = scripted.connector().open(contacts()); }

  // Reads until caught up; ids by kind.
  std::multiset<std::string> read(ChangeKind kind) {
    std::multiset<std::string> ids;
    for (int i = 0; i < 2'000; ++i) {
      auto page = scripted.run(endpoint->changes(cursor));
      EXPECT_TRUE(page) << (page ? "" : page.error().message());
      if (!page) return ids;
      for (auto const& event : page->events)
        if (event.kind == kind) ids.insert(event.key);
      cursor = page->next;
      if (page->caught_up) return ids;
    }
    ADD_FAILURE() << "never caught up";
    return ids;
  }

  std::int64_t now_ms() { return scripted.runtime().now().micros / 1'000; }

  Crm crm;
  Scripted scripted;
  std::unique_ptr<Endpoint> endpoint;
  engine::Cursor cursor;
};

TEST(Changes, BringPayloadsThatSayWhereTheyComeFrom) {
  Feed feed;
  feed.crm.stamps[5] = kStart + 10;
  auto const page = feed.scripted.run(feed.endpoint->changes(feed.cursor));
  ASSERT_TRUE(page);
  ASSERT_EQ(page->events.size(), 1u);
  auto const& payload = page->events[0].payload;
  ASSERT_TRUE(payload);
  EXPECT_EQ(payload->source, engine::ReadSource::search);
  EXPECT_EQ(payload->fields.get("email"), engine::Value(std::string("e")));
  EXPECT_TRUE(page->caught_up);
}

TEST(Changes, MoreRecordsThanAQueryMayReturnAllArrive) {
  Feed feed;
  for (std::int64_t id = 1; id <= 11'000; ++id) feed.crm.stamps[id] = kStart + id / 3;
  feed.scripted.runtime().advance(minutes(30));
  auto const ids = feed.read(ChangeKind::changed);
  EXPECT_EQ((std::set<std::string>(ids.begin(), ids.end())).size(), 11'000u);
}

TEST(Changes, MoreRecordsOfOneStampThanAQueryMayReturnAllArrive) {
  Feed feed;
  for (std::int64_t id = 1; id <= 10'500; ++id) feed.crm.stamps[id] = kStart + 77;
  feed.crm.stamps[20'000] = kStart + 78;
  feed.scripted.runtime().advance(minutes(30));
  auto const ids = feed.read(ChangeKind::changed);
  EXPECT_EQ((std::set<std::string>(ids.begin(), ids.end())).size(), 10'501u);
}

TEST(Changes, AreRepeatedWithinTheOverlapAndNotAfterIt) {
  Feed feed;
  feed.crm.stamps[1] = kStart + 1'000;
  feed.scripted.runtime().advance(seconds(2));
  EXPECT_EQ(feed.read(ChangeKind::changed).count("1"), 1u);
  EXPECT_EQ(feed.read(ChangeKind::changed).count("1"), 1u);
  feed.scripted.runtime().advance(minutes(5));
  EXPECT_EQ(feed.read(ChangeKind::changed).count("1"), 1u);
  feed.scripted.runtime().advance(minutes(5));
  feed.read(ChangeKind::changed);
  EXPECT_EQ(feed.read(ChangeKind::changed).count("1"), 0u);
}

TEST(Changes, TheMappingsOverlapIsUsed) {
  auto spec = contacts();
  spec.overlap = seconds(2);
  Feed feed(spec);
  EXPECT_EQ(feed.scripted.run(feed.endpoint->describe())->capabilities.visibility_lag, seconds(2));
  feed.crm.stamps[1] = kStart + 10'000;
  feed.scripted.runtime().advance(seconds(20));
  EXPECT_EQ(feed.read(ChangeKind::changed).size(), 1u);
  EXPECT_EQ(feed.read(ChangeKind::changed).size(), 0u);
}

TEST(Changes, AClockAheadOfTheAccountsLosesNothing) {
  Feed feed;
  // Ours is an hour ahead.
  auto const crm_now = [&feed] { return feed.now_ms() - 3'600'000; };
  auto const tell = [&] {
    feed.crm.headers = {{"Date", http::format_http_date({crm_now() * 1'000})}};
  };
  tell();
  ASSERT_TRUE(feed.scripted.run(feed.endpoint->describe()));
  feed.cursor = feed.scripted.run(feed.endpoint->start_cursor()).value();
  feed.crm.stamps[1] = crm_now() + 500;
  tell();
  EXPECT_EQ(feed.read(ChangeKind::changed).count("1"), 1u);
  feed.scripted.runtime().advance(seconds(60));
  tell();
  feed.crm.stamps[2] = crm_now() - 50'000;  // surfaces late
  EXPECT_EQ(feed.read(ChangeKind::changed).count("2"), 1u);
}

TEST(Changes, ArchivedRecordsAreReportedOnceTheirTimeHasCome) {
  Feed feed;
  feed.crm.archived[3] = kStart - 86'400'000;  // long ago
  feed.crm.archived[4] = kStart + 1'000;
  EXPECT_EQ(feed.read(ChangeKind::deleted), std::multiset<std::string>{"4"});
}

TEST(Changes, TheArchiveIsLookedAtOnceAMinute) {
  Feed feed;
  feed.read(ChangeKind::deleted);
  auto const before = feed.scripted.count("archived=true");
  feed.crm.archived[4] = kStart + 1'000;
  EXPECT_TRUE(feed.read(ChangeKind::deleted).empty());
  EXPECT_EQ(feed.scripted.count("archived=true"), before);
  feed.scripted.runtime().advance(seconds(61));
  EXPECT_EQ(feed.read(ChangeKind::deleted).size(), 1u);
}

TEST(Changes, TheFirstPollAfterAStartLooksAtASmallArchiveAtOnce) {
  Feed feed;
  feed.read(ChangeKind::deleted);
  feed.crm.archived[4] = kStart + 1'000;
  feed.restart();
  EXPECT_EQ(feed.read(ChangeKind::deleted), std::multiset<std::string>{"4"});
  feed.crm.archived[5] = kStart + 2'000;
  EXPECT_TRUE(feed.read(ChangeKind::deleted).empty());
}

TEST(Changes, ALargeArchiveIsWalkedOverSeveralCallsAndThenLeftAlone) {
  Feed feed;
  for (std::int64_t id = 1; id <= 1'234; ++id) feed.crm.archived[id] = kStart + id;
  auto const first = feed.scripted.run(feed.endpoint->changes(feed.cursor));
  ASSERT_TRUE(first);
  EXPECT_FALSE(first->caught_up);
  EXPECT_EQ(first->events.size(), 500u);
  auto const all = feed.read(ChangeKind::deleted);
  EXPECT_EQ((std::set<std::string>(all.begin(), all.end())).size(), 1'234u);
  EXPECT_EQ(feed.scripted.count("archived=true"), 18u);  // 5 once more, then 13 to the end
  feed.scripted.runtime().advance(seconds(61));
  feed.read(ChangeKind::deleted);
  EXPECT_EQ(feed.scripted.count("archived=true"), 18u);
  feed.scripted.runtime().advance(seconds(120));
  feed.read(ChangeKind::deleted);
  EXPECT_EQ(feed.scripted.count("archived=true"), 31u);
}

TEST(Changes, ARecordArchivedBehindTheWalkIsMetByTheNext) {
  Feed feed;
  for (std::int64_t id = 100; id <= 700; ++id) feed.crm.archived[id] = kStart - 86'400'000;
  auto const first = feed.scripted.run(feed.endpoint->changes(feed.cursor));
  feed.cursor = first->next;
  feed.crm.archived[5] = kStart + 10;  // below where the walk stands
  EXPECT_TRUE(feed.read(ChangeKind::deleted).empty());
  feed.scripted.runtime().advance(minutes(5));
  EXPECT_EQ(feed.read(ChangeKind::deleted), std::multiset<std::string>{"5"});
}

TEST(Changes, ManyFieldsMakeTheSearchGoWithoutThem) {
  auto spec = contacts();
  for (int i = 0; i < 300; ++i) spec.fields.push_back("field_with_a_name_" + std::to_string(i));
  Feed feed(spec);
  feed.crm.stamps[5] = kStart + 10;
  auto const page = feed.scripted.run(feed.endpoint->changes(feed.cursor));
  ASSERT_TRUE(page);
  ASSERT_EQ(page->events.size(), 1u);
  EXPECT_FALSE(page->events[0].payload);
}

TEST(Changes, AForeignCursorHasExpired) {
  Feed feed;
  EXPECT_EQ(feed.scripted.run(feed.endpoint->changes("what")).error().code, Errc::cursor_expired);
}

TEST(Changes, SearchesStayWithinFiveASecond) {
  Feed feed;
  for (std::int64_t id = 1; id <= 4'000; ++id) feed.crm.stamps[id] = kStart + id;
  feed.scripted.runtime().advance(minutes(30));
  auto const before = feed.now_ms();
  feed.read(ChangeKind::changed);
  auto const searches = static_cast<std::int64_t>(feed.scripted.count("/search"));
  EXPECT_GE(feed.now_ms() - before, (searches - 5) / 5 * 1'000);
}

}  // namespace
}  // namespace crmsync::connectors::hubspot
