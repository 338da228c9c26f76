// What a poll, a snapshot and a read owe their caller. Each case is a way in which real connectors
// have lost or invented records.
// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/suite.hpp"

#include <algorithm>
#include <map>

namespace crmsync::tests::conformance {
namespace {

std::vector<UserRow> rows(std::size_t count) {
  return std::vector<UserRow>(count);
}

template <class Keys>
std::size_t missing(Drained const& drained, Keys const& keys) {
  auto const seen = drained.keys();
  std::size_t count = 0;
  for (auto const& key : keys) count += seen.contains(key) ? 0u : 1u;
  return count;
}

TEST_P(ConnectorConformance, EveryChangeIsSeenAcrossARestartAtAnyPageBoundary) {
  auto const per_page = system().sizes().page;
  auto cursor = start_cursor();
  auto const keys = system().create(rows(2 * per_page + per_page / 2));
  system().settle();
  auto const limit = pages_for(keys.size(), per_page);
  std::size_t pages = 3;
  for (std::size_t boundary = 0; boundary < pages; ++boundary) {
    SCOPED_TRACE("restart after page " + std::to_string(boundary));
    system().edit(keys, names().text, "round " + std::to_string(boundary));
    system().settle();
    Drained before{.events = {}, .cursor = cursor, .pages = 0};
    for (std::size_t i = 0; i < boundary; ++i) {
      auto part = page(before.cursor);
      for (auto& event : part.events) before.events.push_back(std::move(event));
      before.cursor = part.next;
      ASSERT_TRUE(await(endpoint().acknowledge(before.cursor)));
    }
    restart();
    auto after = drain(before.cursor, limit);
    pages = std::max(pages, std::min(boundary + after.pages, limit));
    for (auto& event : before.events) after.events.push_back(std::move(event));
    EXPECT_EQ(missing(after, keys), 0u);
    cursor = after.cursor;
  }
  EXPECT_GE(pages, 3u) << "the records fit on too few pages to prove anything";
}

TEST_P(ConnectorConformance, AskingAgainLosesNothing) {
  auto const cursor = start_cursor();
  auto const keys = system().create(rows(5));
  system().settle();
  auto const first = page(cursor);
  restart();
  auto const second = page(cursor);
  std::set<RecordKey> again;
  for (auto const& event : second.events) again.insert(event.key);
  EXPECT_FALSE(first.events.empty());
  for (auto const& event : first.events) EXPECT_TRUE(again.contains(event.key));
}

TEST_P(ConnectorConformance, DamagedCursorIsRefused) {
  create_one();
  for (std::string const damaged : {"x", "\xff\x00\x01", "{}", "9999999999999999999999"}) {
    auto const answer = await(endpoint().changes(damaged));
    ASSERT_FALSE(answer) << "a damaged cursor was served";
    auto const code = answer.error().code;
    EXPECT_TRUE(code == Errc::cursor_expired || code == Errc::corrupt ||
                code == Errc::invalid_value)
        << answer.error().message();
  }
}

TEST_P(ConnectorConformance, EqualStampsAcrossAPageBoundaryBothArrive) {
  auto const per_page = system().sizes().page;
  auto const cursor = start_cursor();
  auto keys = system().create(rows(per_page - 1));
  for (auto const& key : system().create(rows(per_page / 2 + 2))) keys.push_back(key);
  system().settle();
  auto const seen = drain(cursor, pages_for(keys.size(), per_page));
  EXPECT_EQ(missing(seen, keys), 0u);
}

TEST_P(ConnectorConformance, MoreOfOneStampThanAQueryShowsTerminatesAndLosesNone) {
  auto const [per_page, flood] = system().sizes();
  auto const cursor = start_cursor();
  auto const keys = system().create(rows(flood));
  system().settle();
  auto const seen = drain(cursor, pages_for(flood, per_page));
  EXPECT_EQ(missing(seen, keys), 0u);
}

TEST_P(ConnectorConformance, ChangeDuringThePollIsSeenByThisOrTheNext) {
  auto const per_page = system().sizes().page;
  auto cursor = start_cursor();
  auto const keys = system().create(rows(2 * per_page));
  system().settle();
  auto const first = page(cursor);
  ASSERT_FALSE(first.events.empty());
  ASSERT_FALSE(first.caught_up);
  auto const early = first.events.front().key;
  system().edit({early, keys.back()}, names().text, "edited during the poll");
  auto const created = create_one();
  auto const rest = drain(first.next, pages_for(keys.size(), per_page));
  system().settle();
  auto last = drain(rest.cursor, pages_for(keys.size(), per_page));
  for (auto const& event : rest.events) last.events.push_back(event);
  EXPECT_TRUE(last.has(early));
  EXPECT_TRUE(last.has(keys.back()));
  EXPECT_TRUE(last.has(created));
}

TEST_P(ConnectorConformance, LateRecordWithAnOlderStampIsSeen) {
  auto const cursor = start_cursor();
  auto const finish = system().create_late();
  auto const younger = create_one();
  system().runtime().move(Fixture::kMostlyVisible);
  auto const first = drain(cursor, 5);
  EXPECT_TRUE(first.has(younger));
  auto const late = finish();
  EXPECT_FALSE(first.has(late)) << "the record was not late, so this proves nothing";
  EXPECT_TRUE(drain(first.cursor, 5).has(late));
}

TEST_P(ConnectorConformance, ChangeInsideARequestIsSeenByThisOrTheNext) {
  auto const cursor = start_cursor();
  auto const keys = system().create(rows(3));
  system().settle();
  RecordKey created;
  system().during_request(0, [&] {
    system().edit({keys[1]}, names().text, "edited inside");
    created = create_one();
  });
  auto const first = drain(cursor, 5);
  if (created.empty()) GTEST_SKIP() << "this system answers without requests";
  system().settle();
  auto const second = drain(first.cursor, 5);
  EXPECT_TRUE(second.has(created) || first.has(created));
  EXPECT_TRUE(second.has(keys[1]) || first.has(keys[1]));
  EXPECT_EQ(fetch(keys[1]).fields.get(names().text), text("edited inside"));
}

TEST_P(ConnectorConformance, SnapshotHoldsEveryLiveRecordOnce) {
  auto const keys = system().create(rows(system().sizes().page + 3));
  system().erase(keys[1]);
  std::multiset<RecordKey> listed;
  for (auto const& record : snapshot()) {
    listed.insert(record.key);
    EXPECT_EQ(record.presence, Presence::present);
  }
  EXPECT_EQ(listed.size(), keys.size() - 1);
  for (auto const& key : keys) EXPECT_EQ(listed.count(key), key == keys[1] ? 0u : 1u) << key;
}

TEST_P(ConnectorConformance, SnapshotAndStreamJoinWithoutAGap) {
  auto const keys = system().create(rows(3 * system().sizes().page));
  system().settle();
  auto const cursor = start_cursor();
  auto first = await(endpoint().snapshot({}));
  ASSERT_TRUE(first) << first.error().message();
  ASSERT_FALSE(first->done);
  system().edit({keys.front(), keys.back()}, names().text, "edited meanwhile");
  auto const created = create_one(row("created meanwhile", {}, {}));
  system().erase(keys[2]);
  restart();  // the token works in another process, too
  std::map<RecordKey, engine::FieldValue> held;
  std::string token = first->next;
  for (auto const& record : first->records) held[record.key] = record.fields.get(names().text);
  for (bool done = false; !done;) {
    auto next = await(endpoint().snapshot(token));
    ASSERT_TRUE(next) << next.error().message();
    for (auto const& record : next->records) held[record.key] = record.fields.get(names().text);
    done = next->done;
    token = next->next;
  }
  system().settle();
  auto const changed = drain(cursor, pages_for(2 * keys.size(), system().sizes().page));
  for (auto const& key : keys) EXPECT_TRUE(held.contains(key) || changed.has(key)) << key;
  for (auto const& key : {keys.front(), keys.back(), created})
    EXPECT_TRUE(changed.has(key) ||
                (held.contains(key) && held[key] == text(*system().stored(key, names().text))))
        << key;
  if (can().deletes_visible) {
    EXPECT_TRUE(changed.has(keys[2]) || !held.contains(keys[2]));
  }
}

TEST_P(ConnectorConformance, SnapshotStreamAndFetchShowTheSameValues) {
  auto const cursor = start_cursor();
  auto const key = create_one(row("Zo\xc3\xab \xe2\x80\x9cQ\xe2\x80\x9d", "a\nb", "10.50"));
  system().settle();
  auto const fetched = fetch(key);
  ASSERT_EQ(fetched.presence, Presence::present);
  for (auto const& field : system().spec().fields) EXPECT_TRUE(fetched.fields.contains(field));
  bool listed = false;
  for (auto const& record : snapshot()) {
    if (record.key != key) continue;
    listed = true;
    for (auto const& field : system().spec().fields)
      EXPECT_EQ(record.fields.get(field), fetched.fields.get(field)) << field;
  }
  EXPECT_TRUE(listed);
  for (auto const& event : drain(cursor, 5).events) {
    if (event.key != key || !event.payload) continue;
    for (auto const& [field, value] : event.payload->fields)
      EXPECT_EQ(fetched.fields.get(field), value) << field;
  }
  EXPECT_EQ(fetched.fields.get(names().text), text("Zo\xc3\xab \xe2\x80\x9cQ\xe2\x80\x9d"));
  EXPECT_EQ(fetched.fields.get(names().note), text("a\nb"));
}

TEST_P(ConnectorConformance, DecimalsAreExact) {
  auto const check = [&](std::string const& field, std::string const& number,
                         UserRow const& typed) {
    auto const value = fetch(create_one(typed)).fields.get(field);
    ASSERT_TRUE(value) << field;
    EXPECT_EQ(engine::display(*value), engine::Decimal::parse(number)->text()) << field;
  };
  check(names().exact, "12345678901234567.89", row("n", {}, "12345678901234567.89"));
  for (std::string const number : {"0.1", "-3.5", "9007199254740993"})
    check(names().number, number, row("n", {}, {}, number));
}

TEST_P(ConnectorConformance, EmptyIsKnownAndNotAbsent) {
  auto const observed = fetch(create_one(row("t", {}, {})));
  for (auto const& name : {names().note, names().exact, names().number}) {
    ASSERT_TRUE(observed.fields.contains(name)) << name;
    EXPECT_TRUE(engine::is_blank(*observed.fields.find(name))) << name;
  }
}

TEST_P(ConnectorConformance, FetchAnswersEveryKeyInOrder) {
  auto const keys = system().create(rows(2));
  std::vector<RecordKey> const asked{keys[1], "987654321", keys[0]};
  auto const answer = await(endpoint().fetch({.keys = asked,
                                              .with_history = false,
                                              .history_fields = {},
                                              .lane = connectors::Lane::interactive}));
  ASSERT_TRUE(answer) << answer.error().message();
  ASSERT_EQ(answer->size(), 3u);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ((*answer)[i].key, asked[i]);
  EXPECT_EQ((*answer)[0].presence, Presence::present);
  EXPECT_NE((*answer)[1].presence, Presence::present);
  EXPECT_EQ((*answer)[2].presence, Presence::present);
}

TEST_P(ConnectorConformance, DeletedNeedsPositiveEvidence) {
  auto const keys = system().create(rows(2));
  system().settle();
  auto const cursor = start_cursor();
  system().erase(keys[0]);
  system().settle();
  EXPECT_EQ(fetch(keys[0]).presence, Presence::deleted);
  EXPECT_EQ(fetch(keys[1]).presence, Presence::present);
  auto const seen = drain(cursor, 5);
  for (auto const& event : seen.events)
    EXPECT_FALSE(event.key == keys[1] && event.kind == engine::ChangeKind::deleted);
  if (can().deletes_visible) {
    EXPECT_TRUE(seen.has(keys[0]));
  }
}

TEST_P(ConnectorConformance, FailedReadIsNeverADelete) {
  auto const key = create_one();
  for (auto const fault : system().faults()) {
    if (fault == Fault::locked) continue;  // readers do not wait for writers
    SCOPED_TRACE(to_string(fault));
    system().fail(0, fault);
    auto const answer = await(endpoint().fetch({.keys = {key},
                                                .with_history = false,
                                                .history_fields = {},
                                                .lane = connectors::Lane::interactive}));
    if (answer) {
      EXPECT_NE(answer->front().presence, Presence::deleted);
    }
    system().heal();
    restart();
  }
}

TEST_P(ConnectorConformance, MovedRecordNamesItsNewKey) {
  auto const keys = system().create(rows(2));
  system().settle();
  auto const cursor = start_cursor();
  auto const moved = system().move(keys[0], keys[1]);
  if (!moved) GTEST_SKIP() << "keys do not move here";
  system().settle();
  auto const seen = drain(cursor, 5);
  auto const named = std::ranges::any_of(seen.events, [&](auto const& event) {
    return event.key == keys[0] && event.new_key == *moved;
  });
  auto const read = fetch(keys[0]);
  EXPECT_TRUE(named || (read.presence == Presence::present && read.current_key == *moved));
  EXPECT_EQ(fetch(*moved).presence, Presence::present);
}

}  // namespace
}  // namespace crmsync::tests::conformance
