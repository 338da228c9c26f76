// Positions in the change table: pages, restarts, purging, and holes that must not go unseen.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/sqlite/change_log.hpp"
#include "tests/unit/sqlite/support.hpp"

#include <gmock/gmock.h>

namespace crmsync::connectors::sqlite::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class CapturePosition : public SqliteTest {
 protected:
  CapturePosition() {
    app->exec("CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, email TEXT UNIQUE)");
  }
  engine::Cursor start(Endpoint& endpoint) {
    auto cursor = run(endpoint.start_cursor());
    EXPECT_TRUE(cursor) << cursor.error().message();
    return cursor ? *cursor : engine::Cursor{};
  }
};

TEST_F(CapturePosition, EveryChangeIsSeenAcrossPagesAndRestarts) {
  auto endpoint = open_prepared(spec());
  auto cursor = start(*endpoint);
  app->exec(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3500) "
      "INSERT INTO customers SELECT i, 'n' || i, NULL FROM n");
  std::vector<bool> seen(3501);
  int pages = 0;
  for (bool caught_up = false; !caught_up; ++pages) {
    ASSERT_LT(pages, 10);
    endpoint.reset();
    connector.reset();
    endpoint = open(spec());
    auto page = run(endpoint->changes(std::string(cursor.data(), cursor.size())));
    ASSERT_TRUE(page) << page.error().message();
    for (auto const& event : page->events) seen[std::stoul(event.key)] = true;
    cursor = page->next;
    caught_up = page->caught_up;
    ASSERT_TRUE(run(endpoint->acknowledge(cursor)));
  }
  EXPECT_EQ(pages, 4);
  EXPECT_EQ(std::count(seen.begin(), seen.end(), true), 3500);
  EXPECT_EQ(app->one("SELECT count(*) FROM crmsync_changes"), "0");
}

TEST_F(CapturePosition, AnUnacknowledgedPageIsServedAgain) {
  auto endpoint = open_prepared(spec());
  auto const cursor = start(*endpoint);
  app->exec("INSERT INTO customers VALUES (1, 'Ann', NULL)");
  auto first = run(endpoint->changes(cursor));
  auto again = run(endpoint->changes(cursor));
  ASSERT_TRUE(first && again);
  EXPECT_EQ(texts(first->events), texts(again->events));
  EXPECT_EQ(first->next, again->next);
}

TEST_F(CapturePosition, MappingsOnOneTableWaitForTheSlowest) {
  auto slow_spec = spec();
  slow_spec.mapping = "companies";
  auto fast = open_prepared(spec());
  auto slow = open_prepared(slow_spec);
  auto fast_cursor = start(*fast);
  auto slow_cursor = start(*slow);
  app->exec("INSERT INTO customers VALUES (1, 'Ann', NULL)");
  EXPECT_THAT(texts(drain(*fast, fast_cursor)), ElementsAre("changed 1"));
  EXPECT_EQ(app->one("SELECT count(*) FROM crmsync_changes"), "1");
  EXPECT_THAT(texts(drain(*slow, slow_cursor)), ElementsAre("changed 1"));
  EXPECT_EQ(app->one("SELECT count(*) FROM crmsync_changes"), "0");
}

TEST_F(CapturePosition, APositionBeforeWhatWasPurgedExpires) {
  auto endpoint = open_prepared(spec());
  auto const old_cursor = start(*endpoint);
  auto cursor = old_cursor;
  app->exec("INSERT INTO customers VALUES (1, 'Ann', NULL)");
  drain(*endpoint, cursor);
  auto page = run(endpoint->changes(old_cursor));
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, engine::Errc::cursor_expired);
}

TEST_F(CapturePosition, ARebuiltTableExpiresThePositionAndIsCapturedAgain) {
  app->exec("INSERT INTO customers VALUES (1, 'Ann', 'a@x')");
  auto endpoint = open_prepared(spec());
  auto cursor = start(*endpoint);
  app->exec(
      "BEGIN; CREATE TABLE customers_new (id INTEGER PRIMARY KEY, name TEXT, email TEXT UNIQUE, "
      "phone TEXT); INSERT INTO customers_new SELECT id, name, email, NULL FROM customers; "
      "DROP TABLE customers; ALTER TABLE customers_new RENAME TO customers; COMMIT");
  app->exec("UPDATE customers SET name = 'Eve'");
  auto page = run(endpoint->changes(cursor));
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, engine::Errc::cursor_expired);
  auto fresh = start(*endpoint);
  // Installed again by somebody else, the old position still is not served.
  page = run(endpoint->changes(cursor));
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, engine::Errc::cursor_expired);
  app->exec("UPDATE customers SET name = 'Zoe'");
  EXPECT_THAT(texts(drain(*endpoint, fresh)), ElementsAre("changed 1"));
}

TEST_F(CapturePosition, ATableSwappedByRenameIsNotTakenForCaptured) {
  auto endpoint = open_prepared(spec());
  auto cursor = start(*endpoint);
  app->exec(
      "ALTER TABLE customers RENAME TO customers_old;"
      "CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, email TEXT)");
  auto page = run(endpoint->changes(cursor));
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, engine::Errc::cursor_expired);
  auto fresh = start(*endpoint);
  app->exec("INSERT INTO customers VALUES (1, 'Ann', NULL)");
  app->exec("INSERT INTO customers_old VALUES (2, 'Bob', NULL)");
  EXPECT_THAT(texts(drain(*endpoint, fresh)), ElementsAre("changed 1"));
}

TEST_F(CapturePosition, ARestoredOlderDatabaseExpiresThePosition) {
  auto endpoint = open_prepared(spec());
  app->exec("PRAGMA wal_checkpoint(TRUNCATE)");
  std::filesystem::copy_file(path, folder / "backup.db");
  app->exec("INSERT INTO customers VALUES (1, 'Ann', NULL)");
  auto cursor = start(*endpoint);
  app.reset();
  std::filesystem::rename(folder / "backup.db", path);
  std::filesystem::remove(path + "-wal");
  std::filesystem::remove(path + "-shm");
  auto page = run(endpoint->changes(cursor));
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, engine::Errc::cursor_expired) << page.error().message();
}

TEST_F(CapturePosition, AnotherKeyOfTheMappingRemovesTheOldTriggers) {
  auto endpoint = open_prepared(spec());
  auto by_email = spec();
  by_email.key = {"email"};
  endpoint = open_prepared(by_email);
  EXPECT_THAT(app->rows("SELECT name FROM sqlite_master WHERE type = 'trigger' AND "
                        "name LIKE 'crmsync%customers|id'"),
              IsEmpty());
  auto cursor = start(*endpoint);
  app->exec("INSERT INTO customers VALUES (1, 'Ann', 'a@x')");
  EXPECT_THAT(texts(drain(*endpoint, cursor)), ElementsAre("changed a@x"));
}

TEST_F(CapturePosition, ANewUniqueIndexUpdatesTheTriggersWithoutLosingThePosition) {
  app->exec("INSERT INTO customers VALUES (1, 'Ann', NULL)");
  auto endpoint = open_prepared(spec());
  auto cursor = start(*endpoint);
  app->exec("UPDATE customers SET name = 'Eve'");
  app->exec("CREATE UNIQUE INDEX customers_name ON customers (name)");
  ASSERT_TRUE(run(endpoint->prepare()));
  EXPECT_EQ(app->one("SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND sql LIKE "
                     "'%BEFORE INSERT%\"name\"%'"),
            "1");
  EXPECT_THAT(texts(drain(*endpoint, cursor)), ElementsAre("changed 1"));
}

TEST_F(CapturePosition, PreparingAgainWritesNothing) {
  auto endpoint = open_prepared(spec());
  auto const before = app->one("PRAGMA schema_version") + app->one("PRAGMA data_version");
  ASSERT_TRUE(run(endpoint->prepare()));
  EXPECT_EQ(app->one("PRAGMA schema_version") + app->one("PRAGMA data_version"), before);
}

TEST_F(CapturePosition, SnapshotAndStreamJoinWithoutAGap) {
  app->exec(
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200) "
      "INSERT INTO customers SELECT i, 'n' || i, NULL FROM n");
  auto endpoint = open_prepared(spec());
  auto cursor = start(*endpoint);
  auto first = run(endpoint->snapshot(""));
  ASSERT_TRUE(first);
  app->exec("UPDATE customers SET name = 'late' WHERE id IN (3, 1100)");
  app->exec("DELETE FROM customers WHERE id = 4");
  std::size_t rows = first->records.size();
  for (auto page = first; !page->done;) {
    page = run(endpoint->snapshot(page->next));
    ASSERT_TRUE(page);
    rows += page->records.size();
  }
  EXPECT_EQ(rows, 1200u);
  EXPECT_THAT(texts(drain(*endpoint, cursor)),
              ElementsAre("changed 3", "changed 1100", "deleted 4"));
}

TEST(LogPosition, SurvivesTheRoundTripThroughBytes) {
  auto const back = decode_position(encode_position({"ab|\\c", 9'223'372'036'854'775'807}));
  ASSERT_TRUE(back);
  EXPECT_EQ(back->epoch, "ab|\\c");
  EXPECT_EQ(back->sequence, 9'223'372'036'854'775'807);
  for (auto const* bad : {"", "poll|i|3|", "triggers|a", "triggers|a|x", "triggers|a|1|2"})
    EXPECT_FALSE(decode_position(bad)) << bad;
}

}  // namespace
}  // namespace crmsync::connectors::sqlite::test
