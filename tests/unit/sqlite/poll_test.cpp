// Capture by polling a stamp column.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/sqlite/stamp_poll.hpp"
#include "tests/unit/sqlite/support.hpp"

#include <gmock/gmock.h>

#include <set>

namespace crmsync::connectors::sqlite::test {
namespace {

using engine::Timestamp;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Poll : public SqliteTest {
 protected:
  Poll() {
    app->exec(
        "CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, email TEXT, updated_at, "
        "deleted_at TEXT)");
  }
  EndpointSpec polling() const {
    auto polling = spec();
    polling.capture = EndpointSpec::Capture::poll;
    polling.changed_at = "updated_at";
    polling.overlap = std::chrono::seconds(10);
    return polling;
  }
  void put(int id, std::string const& stamp, std::string const& name = "n") {
    app->exec("INSERT INTO customers VALUES (" + std::to_string(id) + ", '" + name + "', NULL, " +
              stamp +
              ", NULL) ON CONFLICT (id) DO UPDATE SET name = excluded.name, "
              "updated_at = excluded.updated_at");
  }
  engine::Cursor start(Endpoint& endpoint) {
    auto cursor = run(endpoint.start_cursor());
    EXPECT_TRUE(cursor) << cursor.error().message();
    return cursor ? *cursor : engine::Cursor{};
  }
  std::vector<std::string> poll(Endpoint& endpoint, engine::Cursor& cursor) {
    return texts(drain(endpoint, cursor));
  }
};

TEST_F(Poll, ChangesAfterTheStartAreSeenOnce) {
  put(1, "'2025-12-31 23:00:00'");
  auto endpoint = open_prepared(polling());
  auto cursor = start(*endpoint);
  put(2, "'2025-12-31 23:59:59'");
  EXPECT_THAT(poll(*endpoint, cursor), ElementsAre("changed 1", "changed 2"));
  EXPECT_THAT(poll(*endpoint, cursor), IsEmpty());
  put(1, "'2026-01-01 00:00:00'", "x");
  EXPECT_THAT(poll(*endpoint, cursor), ElementsAre("changed 1"));
  EXPECT_THAT(poll(*endpoint, cursor), IsEmpty());
}

TEST_F(Poll, EventsCarryTheRowWithItsStamp) {
  auto endpoint = open_prepared(polling());
  auto cursor = start(*endpoint);
  put(1, "'2025-12-31 23:59:58'", "Ann");
  auto const events = drain(*endpoint, cursor);
  ASSERT_EQ(events.size(), 1u);
  auto const& row = *events[0].payload;
  EXPECT_EQ(row.source, engine::ReadSource::listing);
  EXPECT_EQ(*row.fields.find("name"), engine::Value(std::string("Ann")));
  EXPECT_EQ(row.changed_at, Timestamp{runtime.wall.micros - 2'000'000});
  EXPECT_EQ(row.version.order, row.changed_at->micros);
  EXPECT_EQ(row.observed_at, runtime.wall);
}

TEST_F(Poll, ARowCommittedLateWithAnOlderStampIsSeen) {
  put(1, "'2025-12-31 23:59:50'");
  auto endpoint = open_prepared(polling());
  auto cursor = start(*endpoint);
  poll(*endpoint, cursor);
  put(2, "'2025-12-31 23:59:45'");
  EXPECT_THAT(poll(*endpoint, cursor), ElementsAre("changed 2"));
}

TEST_F(Poll, ASecondEditInTheSameSecondIsSeen) {
  auto endpoint = open_prepared(polling());
  auto cursor = start(*endpoint);
  put(1, "'2025-12-31 23:59:50'", "first");
  EXPECT_THAT(poll(*endpoint, cursor), ElementsAre("changed 1"));
  put(1, "'2025-12-31 23:59:50'", "second");
  EXPECT_THAT(poll(*endpoint, cursor), ElementsAre("changed 1"));
  EXPECT_THAT(poll(*endpoint, cursor), IsEmpty());
}

TEST_F(Poll, EqualStampsLargerThanAPageTerminateAndLoseNone) {
  auto endpoint = open_prepared(polling());
  auto cursor = start(*endpoint);
  app->exec(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1750) "
      "INSERT INTO customers SELECT i, 'n', NULL, '2025-12-31 23:59:50', NULL FROM n");
  std::set<std::string> keys;
  for (auto const& event : drain(*endpoint, cursor)) keys.insert(event.key);
  EXPECT_EQ(keys.size(), 1750u);
  EXPECT_THAT(poll(*endpoint, cursor), IsEmpty());
}

TEST_F(Poll, ARestartBetweenPagesLosesNone) {
  auto endpoint = open_prepared(polling());
  auto cursor = start(*endpoint);
  app->exec(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) "
      "INSERT INTO customers SELECT i, 'n', NULL, 1700000000 + i / 3, NULL FROM n");
  std::set<std::string> keys;
  for (bool caught_up = false; !caught_up;) {
    endpoint.reset();
    connector.reset();
    endpoint = open(polling());
    auto page = run(endpoint->changes(cursor));
    ASSERT_TRUE(page);
    for (auto const& event : page->events) keys.insert(event.key);
    cursor = page->next;
    caught_up = page->caught_up;
  }
  EXPECT_EQ(keys.size(), 1000u);
}

TEST_F(Poll, AFutureStampDoesNotHideLaterChanges) {
  auto endpoint = open_prepared(polling());
  auto cursor = start(*endpoint);
  put(1, "'2031-01-01 00:00:00'");
  EXPECT_THAT(poll(*endpoint, cursor), ElementsAre("changed 1"));
  put(2, "'2025-12-31 23:59:59'");
  EXPECT_THAT(poll(*endpoint, cursor), ElementsAre("changed 2"));
  EXPECT_THAT(poll(*endpoint, cursor), IsEmpty());
}

TEST_F(Poll, AFutureStampInTheTableAtTheStartDoesNotHideLaterChanges) {
  put(1, "'2031-01-01 00:00:00'");
  auto endpoint = open_prepared(polling());
  auto cursor = start(*endpoint);
  put(2, "'2025-12-31 23:59:59'");
  EXPECT_THAT(poll(*endpoint, cursor), ElementsAre("changed 2", "changed 1"));
}

TEST_F(Poll, AnUnacknowledgedPageIsDeliveredAgain) {
  auto endpoint = open_prepared(polling());
  auto const cursor = start(*endpoint);
  put(1, "'2025-12-31 23:59:50'");
  auto first = run(endpoint->changes(cursor));
  ASSERT_TRUE(first);
  EXPECT_THAT(texts(first->events), ElementsAre("changed 1"));
  auto again = run(endpoint->changes(cursor));
  ASSERT_TRUE(again);
  EXPECT_THAT(texts(again->events), ElementsAre("changed 1"));
  again = run(endpoint->changes(again->next));
  EXPECT_THAT(texts(again->events), ElementsAre("changed 1")) << "not durable yet";
}

TEST_F(Poll, ChangedWhileThePollRunsIsSeenByThisOrTheNextPoll) {
  auto endpoint = open_prepared(polling());
  auto cursor = start(*endpoint);
  app->exec(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 600) "
      "INSERT INTO customers SELECT i, 'n', NULL, 1700000000 + i, NULL FROM n");
  auto page = run(endpoint->changes(cursor));
  ASSERT_TRUE(page);
  ASSERT_FALSE(page->caught_up);
  put(5, "1700009999", "moved");
  cursor = page->next;
  EXPECT_THAT(poll(*endpoint, cursor), ::testing::Contains("changed 5"));
}

TEST_F(Poll, SoftDeletesAreSeenAndHardDeletesAreNot) {
  auto soft = polling();
  soft.deleted_field = "deleted_at";
  auto endpoint = open_prepared(soft);
  EXPECT_TRUE(run(endpoint->describe())->capabilities.deletes_visible);
  auto cursor = start(*endpoint);
  put(1, "1700000001");
  put(2, "1700000001");
  poll(*endpoint, cursor);
  app->exec("UPDATE customers SET deleted_at = 'x', updated_at = 1700000002 WHERE id = 1");
  app->exec("DELETE FROM customers WHERE id = 2");
  EXPECT_THAT(poll(*endpoint, cursor), ElementsAre("deleted 1"));
  EXPECT_FALSE(run(open(polling())->describe())->capabilities.deletes_visible);
}

TEST_F(Poll, NeedsAStampColumn) {
  auto bad = polling();
  bad.changed_at.clear();
  auto refused = run(open(bad)->describe());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, engine::Errc::config_invalid);
  bad.changed_at = "updatedat";
  refused = run(open(bad)->describe());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().hint, "did you mean `updated_at`?");
}

TEST_F(Poll, APositionOfTriggerCaptureExpires) {
  auto endpoint = open_prepared(polling());
  auto page = run(endpoint->changes("triggers|ab|3"));
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, engine::Errc::cursor_expired);
}

Stamp text_stamp(std::string text) {
  Stamp stamp;
  stamp.storage = Storage::text;
  stamp.text = std::move(text);
  return stamp;
}
Stamp number_stamp(std::int64_t number) {
  Stamp stamp;
  stamp.storage = Storage::integer;
  stamp.number = number;
  return stamp;
}

TEST(StampForm, IsKeptWhenItMoves) {
  Timestamp const at{1'769'853'599'987'654};  // 2026-01-31T09:59:59.987654Z
  auto const moved = [&](Stamp const& form) { return *stamp_at(form, at); };
  EXPECT_EQ(moved(text_stamp("2020-01-01")).text, "2026-01-31");
  EXPECT_EQ(moved(text_stamp("2020-01-01 00:00:00")).text, "2026-01-31 09:59:59");
  EXPECT_EQ(moved(text_stamp("2020-01-01T00:00:00Z")).text, "2026-01-31T09:59:59Z");
  EXPECT_EQ(moved(text_stamp("2020-01-01T00:00:00.000Z")).text, "2026-01-31T09:59:59.987Z");
  EXPECT_EQ(moved(text_stamp("2020-01-01T00:00:00.123456789Z")).text,
            "2026-01-31T09:59:59.987654000Z");
  EXPECT_EQ(moved(text_stamp("2020-01-01 00:00:00+02:00")).text, "2026-01-31 11:59:59+02:00");
  EXPECT_EQ(moved(text_stamp("2020-01-01 00:00:00-1000")).text, "2026-01-30 23:59:59-1000");
  EXPECT_EQ(moved(number_stamp(1'600'000'000)).number, 1'769'853'599);
  EXPECT_EQ(moved(number_stamp(1'600'000'000'000)).number, 1'769'853'599'987);
  EXPECT_EQ(moved(number_stamp(1'600'000'000'000'000)).number, at.micros);
  EXPECT_FALSE(stamp_at(text_stamp("yesterday"), at));
}

TEST(StampForm, NeverMovesPastTheMoment) {
  for (auto const micros : {std::int64_t{-1}, std::int64_t{1}, std::int64_t{1'769'853'599'999'999}})
    for (auto const& form :
         {text_stamp("2020-01-01"), text_stamp("2020-01-01 00:00:00"),
          text_stamp("2020-01-01T00:00:00.000+05:30"), number_stamp(1'600'000'000)})
      EXPECT_LE(stamp_time(*stamp_at(form, {micros}))->micros, micros);
}

TEST(PassStart, IsAtMostNowLessTheOverlap) {
  Timestamp const now{1'767'225'600'000'000};
  std::chrono::seconds const overlap(10);
  EXPECT_EQ(pass_start(text_stamp("2025-12-31 23:00:00"), now, overlap).text,
            "2025-12-31 22:59:50");
  EXPECT_EQ(pass_start(text_stamp("2040-01-01 00:00:00"), now, overlap).text,
            "2025-12-31 23:59:50");
  EXPECT_EQ(pass_start(text_stamp("v17"), now, overlap).text, "v17");
}

// The size of a number tells its unit; a step back must not lead into another unit.
TEST(PollPosition, APassNeverBeginsLaterThanTheLastOneEnded) {
  auto const overlap = std::chrono::minutes(2);
  for (std::int64_t const number :
       {100'000'000'000, 100'000'000'000'000, 100'000'003'093'886,
        std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
    auto const last = number_stamp(number);
    auto const start = pass_start(last, {1'767'225'600'000'000}, overlap);
    EXPECT_LE(stamp_time(start)->micros, stamp_time(last)->micros) << number;
  }
}

TEST(PollPosition, SurvivesTheRoundTripThroughBytes) {
  for (auto const& stamp : {text_stamp("a|b\\"), text_stamp(std::string("\0", 1)),
                            number_stamp(std::numeric_limits<std::int64_t>::min())}) {
    auto const back = decode_poll_position(encode_position(PollPosition{stamp, "k|1"}));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->stamp, stamp);
    EXPECT_EQ(back->key, "k|1");
  }
  Stamp real;
  real.storage = Storage::real;
  real.real = 2461041.9166666665;
  EXPECT_EQ(decode_poll_position(encode_position(PollPosition{real, ""}))->stamp, real);
  real.real = std::numeric_limits<double>::infinity();
  EXPECT_EQ(decode_poll_position(encode_position(PollPosition{real, ""}))->stamp, real);
  for (auto const* bad : {"", "poll", "poll|z|1|", "poll|i|x|", "poll|r|nan|", "triggers|a|1"})
    EXPECT_FALSE(decode_poll_position(bad)) << bad;
}

}  // namespace
}  // namespace crmsync::connectors::sqlite::test
