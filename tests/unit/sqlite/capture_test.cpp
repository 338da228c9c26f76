// Capture by triggers.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/sqlite/change_log.hpp"
#include "tests/unit/sqlite/support.hpp"

#include <gmock/gmock.h>

namespace crmsync::connectors::sqlite::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class Capture : public SqliteTest {
 protected:
  Capture() {
    app->exec("CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, email TEXT UNIQUE)");
  }
  engine::Cursor start(Endpoint& endpoint) {
    auto cursor = run(endpoint.start_cursor());
    EXPECT_TRUE(cursor) << cursor.error().message();
    return cursor ? *cursor : engine::Cursor{};
  }
};

TEST_F(Capture, InsertUpdateDeleteAreSeen) {
  auto endpoint = open_prepared(spec());
  auto cursor = start(*endpoint);
  app->exec("INSERT INTO customers VALUES (1, 'Ann', NULL)");
  app->exec("INSERT INTO customers VALUES (2, 'Bob', NULL)");
  EXPECT_THAT(texts(drain(*endpoint, cursor)), ElementsAre("changed 1", "changed 2"));
  app->exec("UPDATE customers SET name = 'Eve' WHERE id = 1");
  app->exec("DELETE FROM customers WHERE id = 2");
  EXPECT_THAT(texts(drain(*endpoint, cursor)), ElementsAre("changed 1", "deleted 2"));
  EXPECT_THAT(texts(drain(*endpoint, cursor)), IsEmpty());
}

TEST_F(Capture, ManyChangesOfOneKeyAreOneEvent) {
  auto endpoint = open_prepared(spec());
  auto cursor = start(*endpoint);
  app->exec("INSERT INTO customers VALUES (1, 'Ann', NULL), (2, 'Bob', NULL)");
  for (int i = 0; i < 50; ++i) app->exec("UPDATE customers SET name = name || 'x'");
  EXPECT_THAT(texts(drain(*endpoint, cursor)), ElementsAre("changed 1", "changed 2"));
}

TEST_F(Capture, ARolledBackTransactionLeavesNoTrace) {
  auto endpoint = open_prepared(spec());
  auto cursor = start(*endpoint);
  app->exec("BEGIN; INSERT INTO customers VALUES (1, 'Ann', NULL); ROLLBACK");
  EXPECT_THAT(drain(*endpoint, cursor), IsEmpty());
  EXPECT_EQ(app->one("SELECT count(*) FROM crmsync_changes"), "0");
}

TEST_F(Capture, AnOpenTransactionIsSeenAfterItsCommit) {
  auto endpoint = open_prepared(spec());
  auto cursor = start(*endpoint);
  app->exec("BEGIN; INSERT INTO customers VALUES (1, 'Ann', NULL)");
  EXPECT_THAT(drain(*endpoint, cursor), IsEmpty());
  app->exec("COMMIT");
  EXPECT_THAT(texts(drain(*endpoint, cursor)), ElementsAre("changed 1"));
}

TEST_F(Capture, AKeyUpdateIsARekey) {
  app->exec("INSERT INTO customers VALUES (1, 'Ann', NULL)");
  auto endpoint = open_prepared(spec());
  auto cursor = start(*endpoint);
  app->exec("UPDATE customers SET id = 9 WHERE id = 1");
  app->exec("UPDATE customers SET name = 'Eve' WHERE id = 9");
  EXPECT_THAT(texts(drain(*endpoint, cursor)), ElementsAre("rekeyed 1>9", "changed 9"));
}

TEST_F(Capture, SwappedKeysKeepTheirOrder) {
  app->exec("INSERT INTO customers VALUES (1, 'Ann', NULL), (2, 'Bob', NULL)");
  auto endpoint = open_prepared(spec());
  auto cursor = start(*endpoint);
  app->exec(
      "BEGIN; UPDATE customers SET id = 99 WHERE id = 1; UPDATE customers SET id = 1 WHERE id = 2;"
      "UPDATE customers SET id = 2 WHERE id = 99; COMMIT");
  EXPECT_THAT(texts(drain(*endpoint, cursor)),
              ElementsAre("rekeyed 1>99", "rekeyed 2>1", "rekeyed 99>2"));
}

TEST_F(Capture, AReusedKeyShowsTheDeleteBeforeTheNewRow) {
  app->exec("INSERT INTO customers VALUES (1, 'Ann', NULL)");
  auto endpoint = open_prepared(spec());
  auto cursor = start(*endpoint);
  app->exec("UPDATE customers SET name = 'Anna'");
  app->exec("DELETE FROM customers");
  app->exec("INSERT INTO customers VALUES (1, 'Zoe', NULL)");
  EXPECT_THAT(texts(drain(*endpoint, cursor)), ElementsAre("deleted 1", "changed 1"));
}

TEST_F(Capture, ReplaceOfTheSameKeyIsSeen) {
  app->exec("INSERT INTO customers VALUES (1, 'Ann', NULL)");
  auto endpoint = open_prepared(spec());
  auto cursor = start(*endpoint);
  app->exec("INSERT OR REPLACE INTO customers VALUES (1, 'Zoe', NULL)");
  EXPECT_THAT(texts(drain(*endpoint, cursor)), ElementsAre("changed 1"));
}

TEST_F(Capture, ARowThatReplaceRemovesForItsUniqueValueIsSeen) {
  app->exec("INSERT INTO customers VALUES (1, 'Ann', 'a@x'), (2, 'Bob', 'b@x')");
  auto endpoint = open_prepared(spec());
  auto cursor = start(*endpoint);
  app->exec("INSERT OR REPLACE INTO customers VALUES (3, 'Cid', 'a@x')");
  EXPECT_THAT(texts(drain(*endpoint, cursor)), ElementsAre("changed 1", "changed 3"));
  EXPECT_EQ(fetch_one(*endpoint, "1").presence, engine::Presence::deleted);
  app->exec("UPDATE OR REPLACE customers SET email = 'b@x' WHERE id = 3");
  EXPECT_THAT(texts(drain(*endpoint, cursor)), ElementsAre("changed 2", "changed 3"));
  EXPECT_EQ(fetch_one(*endpoint, "2").presence, engine::Presence::deleted);
}

TEST_F(Capture, TheApplicationsOwnStatementsWorkAsBefore) {
  auto endpoint = open_prepared(spec());
  app->exec("INSERT INTO customers(name, email) VALUES ('Ann', 'a@x')");
  EXPECT_EQ(app->one("SELECT last_insert_rowid()"), "1");
  EXPECT_EQ(app->one("SELECT changes()"), "1");
  EXPECT_FALSE(app->try_exec("INSERT INTO customers(name, email) VALUES ('Bob', 'a@x')"));
  app->exec("INSERT OR IGNORE INTO customers(name, email) VALUES ('Bob', 'a@x')");
  app->exec(
      "INSERT INTO customers(name, email) VALUES ('Bob', 'a@x') "
      "ON CONFLICT(email) DO UPDATE SET name = excluded.name");
  EXPECT_EQ(app->one("SELECT name FROM customers"), "Bob");
}

TEST_F(Capture, CascadedDeletesAreSeen) {
  app->exec(
      "CREATE TABLE orders (id INTEGER PRIMARY KEY, name TEXT, email TEXT, "
      "customer INTEGER REFERENCES customers ON DELETE CASCADE)");
  app->exec("PRAGMA foreign_keys = ON");
  app->exec("INSERT INTO customers VALUES (1, 'Ann', NULL)");
  app->exec("INSERT INTO orders VALUES (7, 'o', NULL, 1)");
  auto orders = spec();
  orders.object = "orders";
  auto endpoint = open_prepared(orders);
  auto cursor = start(*endpoint);
  app->exec("DELETE FROM customers");
  EXPECT_THAT(texts(drain(*endpoint, cursor)), ElementsAre("deleted 7"));
}

TEST_F(Capture, OurOwnWritesAreMarkedAndNotSkipped) {
  app->exec("INSERT INTO customers VALUES (1, 'Ann', NULL)");
  auto endpoint = open_prepared(spec());
  auto cursor = start(*endpoint);
  Operation update;
  update.key = "1";
  update.fields = {{"name", std::string("Eve")}};
  EXPECT_FALSE(apply_one(*endpoint, update).error);
  EXPECT_THAT(texts(drain(*endpoint, cursor)), ElementsAre("own changed 1"));
  EXPECT_FALSE(apply_one(*endpoint, update).error);
  app->exec("UPDATE customers SET name = 'Zoe'");
  EXPECT_THAT(texts(drain(*endpoint, cursor)), ElementsAre("changed 1"));
  EXPECT_EQ(app->one("SELECT count(*) FROM crmsync_own"), "0");
}

TEST_F(Capture, CompositeKeysWithSeparatorsAreExact) {
  app->exec(
      "CREATE TABLE seats (hall TEXT, \"row|seat\" TEXT, name TEXT, "
      "PRIMARY KEY (hall, \"row|seat\"))");
  auto seats = spec();
  seats.object = "seats";
  seats.key = {"hall", "row|seat"};
  seats.fields = seats.writable = {"name"};
  auto endpoint = open_prepared(seats);
  auto cursor = start(*endpoint);
  std::vector<std::pair<std::string, std::string>> const keys{
      {"a|b", "c"}, {"a", "b|c"}, {"a\\", "|c"}, {"a\\|", "c"}, {"", ""}, {"\\", "\\"}};
  for (auto const& [hall, seat] : keys)
    app->exec_bound("INSERT INTO seats VALUES (?1, ?2, ?1 || '/' || ?2)", {hall, seat});
  auto const events = drain(*endpoint, cursor);
  ASSERT_EQ(events.size(), keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) {
    EXPECT_EQ(events[i].key, engine::join_key({keys[i].first, keys[i].second}));
    auto const row = fetch_one(*endpoint, events[i].key);
    ASSERT_EQ(row.presence, engine::Presence::present);
    EXPECT_EQ(row.current_key, events[i].key);
    EXPECT_EQ(*row.fields.find("name"), engine::Value(keys[i].first + "/" + keys[i].second));
  }
  EXPECT_EQ(snapshot_all(*endpoint).size(), keys.size());
}

TEST_F(Capture, ASoftDeleteTakenBackIsARestore) {
  app->exec("ALTER TABLE customers ADD COLUMN deleted_at TEXT");
  app->exec("INSERT INTO customers VALUES (1, 'Ann', NULL, NULL)");
  auto soft = spec();
  soft.deleted_field = "deleted_at";
  auto endpoint = open_prepared(soft);
  auto cursor = start(*endpoint);
  app->exec("UPDATE customers SET deleted_at = '2026-01-01'");
  EXPECT_THAT(texts(drain(*endpoint, cursor)), ElementsAre("changed 1"));
  EXPECT_EQ(fetch_one(*endpoint, "1").presence, engine::Presence::deleted);
  EXPECT_THAT(snapshot_all(*endpoint), IsEmpty());
  app->exec("UPDATE customers SET deleted_at = ' '");
  EXPECT_THAT(texts(drain(*endpoint, cursor)), ElementsAre("restored 1"));
  EXPECT_EQ(fetch_one(*endpoint, "1").presence, engine::Presence::present);
}

TEST_F(Capture, RowsWithoutAKeyAreLeftOut) {
  app->exec("CREATE TABLE tags (code TEXT PRIMARY KEY, name TEXT)");
  auto tags = spec();
  tags.object = "tags";
  tags.key = {"code"};
  tags.fields = tags.writable = {"name"};
  auto endpoint = open_prepared(tags);
  auto cursor = start(*endpoint);
  app->exec("INSERT INTO tags VALUES (NULL, 'n'), ('', 'e'), (x'00ff', 'b'), ('k', 'ok')");
  app->exec("INSERT INTO tags VALUES (CAST(x'ff' AS TEXT), 'not UTF-8')");
  EXPECT_THAT(texts(drain(*endpoint, cursor)), ElementsAre("changed k"));
  app->exec("UPDATE tags SET code = 'now' WHERE code IS NULL");
  app->exec("UPDATE tags SET code = NULL WHERE code = 'k'");
  EXPECT_THAT(texts(drain(*endpoint, cursor)), ElementsAre("changed now", "deleted k"));
  EXPECT_EQ(snapshot_all(*endpoint).size(), 1u);
}

TEST(Coalesce, ADeleteAbsorbsWhatCameBeforeIt) {
  std::vector<LogRow> const rows{
      {"insert", "1", "", true}, {"update", "1", "", false}, {"delete", "1", "", false}};
  EXPECT_THAT(texts(coalesce(rows)), ElementsAre("deleted 1"));
}

TEST(Coalesce, OwnOnlyWhenEveryChangeIsOurs) {
  std::vector<LogRow> const rows{{"update", "1", "", true},
                                 {"update", "1", "", true},
                                 {"update", "2", "", true},
                                 {"update", "2", "", false}};
  EXPECT_THAT(texts(coalesce(rows)), ElementsAre("own changed 1", "changed 2"));
}

}  // namespace
}  // namespace crmsync::connectors::sqlite::test
