// Keys as text and as SQL.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/sqlite/key_codec.hpp"
#include "tests/unit/sqlite/support.hpp"

#include <gmock/gmock.h>

namespace crmsync::connectors::sqlite::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

class KeyTest : public SqliteTest {
 protected:
  KeyTest() : database("shop-db", path, std::chrono::seconds(1), closing) {}
  Key make(std::string const& table, std::vector<std::string> const& columns) {
    EXPECT_TRUE(database.begin_work("test", nullptr));
    auto loaded = load_table(database, table);
    EXPECT_TRUE(loaded) << loaded.error().message();
    auto key = Key::make(database, *loaded, columns);
    EXPECT_TRUE(key) << key.error().message();
    return key ? *key : Key{};
  }
  std::string plan(std::string const& sql) {
    std::string all;
    for (auto const& row : app->rows("EXPLAIN QUERY PLAN " + sql)) all += row + "\n";
    return all;
  }
  std::string lookup_plan(std::string const& table, Key const& key) {
    return plan("SELECT 1 FROM " + table + " AS r WHERE " + key.match_sql("r", 1));
  }
  std::string page_plan(std::string const& table, Key const& key) {
    return plan("SELECT r.name FROM " + table + " AS r WHERE " + key.usable_sql("r") + " AND (" +
                key.order_sql("r") + ") > (" + key.parameters_sql(1) + ") ORDER BY " +
                key.order_sql("r"));
  }

  std::atomic<bool> closing{false};
  Database database;
};

TEST_F(KeyTest, LookupsAndPagesUseTheIndex) {
  app->exec(
      "CREATE TABLE a (id INTEGER PRIMARY KEY, name);"
      "CREATE TABLE b (x TEXT, y INTEGER, name, PRIMARY KEY (x, y));"
      "CREATE TABLE c (x TEXT, y INTEGER, name, PRIMARY KEY (x, y)) WITHOUT ROWID;"
      "CREATE TABLE d (code TEXT COLLATE NOCASE UNIQUE, name);"
      "CREATE TABLE e (code TEXT COLLATE NOCASE, name);"
      "CREATE UNIQUE INDEX e_code ON e (code COLLATE BINARY)");
  struct Case {
    std::string table;
    std::vector<std::string> columns;
  };
  std::vector<Case> const cases{
      {"a", {"id"}}, {"b", {"x", "y"}}, {"c", {"x", "y"}}, {"d", {"code"}}, {"e", {"code"}}};
  for (auto const& one : cases) {
    auto const key = make(one.table, one.columns);
    EXPECT_THAT(lookup_plan(one.table, key), HasSubstr("SEARCH")) << one.table;
    EXPECT_THAT(page_plan(one.table, key), HasSubstr("SEARCH")) << one.table;
    EXPECT_THAT(page_plan(one.table, key), Not(HasSubstr("TEMP B-TREE"))) << one.table;
  }
}

TEST_F(KeyTest, AnotherCaseOfACaseInsensitiveKeyTellsWhereTheRowLives) {
  app->exec(
      "CREATE TABLE customers (code TEXT COLLATE NOCASE PRIMARY KEY, name TEXT, email TEXT);"
      "INSERT INTO customers VALUES ('Abc', 'n', NULL)");
  auto by_code = spec();
  by_code.key = {"code"};
  auto endpoint = open_prepared(by_code);
  auto const seen = fetch_one(*endpoint, "aBC");
  EXPECT_EQ(seen.presence, engine::Presence::present);
  EXPECT_EQ(seen.key, "aBC");
  EXPECT_EQ(seen.current_key, "Abc");
  Operation update;
  update.key = "aBC";
  update.fields = {{"name", engine::Value(std::string("x"))}};
  EXPECT_EQ(apply_one(*endpoint, update).error->code, engine::Errc::not_found);
  auto cursor = *run(endpoint->start_cursor());
  app->exec("UPDATE customers SET code = 'ABC'");
  EXPECT_THAT(texts(drain(*endpoint, cursor)), ElementsAre("rekeyed Abc>ABC"));
}

TEST_F(KeyTest, AnIndexStricterThanItsColumnKeepsBothSpellingsApart) {
  app->exec(
      "CREATE TABLE customers (code TEXT COLLATE NOCASE, name TEXT, email TEXT);"
      "CREATE UNIQUE INDEX strict ON customers (code COLLATE BINARY);"
      "INSERT INTO customers VALUES ('abc', 'lower', NULL), ('ABC', 'upper', NULL)");
  auto by_code = spec();
  by_code.key = {"code"};
  auto endpoint = open_prepared(by_code);
  EXPECT_EQ(snapshot_all(*endpoint).size(), 2u);
  EXPECT_EQ(fetch_one(*endpoint, "abc").fields.get("name"), engine::Value(std::string("lower")));
  EXPECT_EQ(fetch_one(*endpoint, "ABC").fields.get("name"), engine::Value(std::string("upper")));
  EXPECT_EQ(fetch_one(*endpoint, "Abc").presence, engine::Presence::deleted);
}

TEST_F(KeyTest, IntegerKeysAreExactToTheLimits) {
  app->exec(
      "CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, email TEXT);"
      "INSERT INTO customers VALUES (9223372036854775807, 'max', NULL), "
      "(-9223372036854775807 - 1, 'min', NULL), (0, 'zero', NULL)");
  auto endpoint = open_prepared(spec());
  auto const rows = snapshot_all(*endpoint);
  ASSERT_EQ(rows.size(), 3u);
  EXPECT_EQ(rows[0].key, "-9223372036854775808");
  EXPECT_EQ(rows[2].key, "9223372036854775807");
  for (auto const& row : rows) EXPECT_EQ(fetch_one(*endpoint, row.key).fields, row.fields);
  EXPECT_EQ(fetch_one(*endpoint, "9223372036854775808").presence, engine::Presence::deleted);
}

TEST_F(KeyTest, AKeyOfAnotherShapeIsUnknownAndNotDeleted) {
  app->exec("CREATE TABLE customers (a TEXT, b TEXT, name TEXT, email TEXT, PRIMARY KEY (a, b))");
  auto composite = spec();
  composite.key = {"a", "b"};
  auto endpoint = open_prepared(composite);
  EXPECT_EQ(fetch_one(*endpoint, "1").presence, engine::Presence::unknown);
  EXPECT_EQ(fetch_one(*endpoint, "1|2|3").presence, engine::Presence::unknown);
  EXPECT_EQ(fetch_one(*endpoint, "1|2").presence, engine::Presence::deleted);
}

TEST_F(KeyTest, OneObservationPerKeyInOrder) {
  app->exec(
      "CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, email TEXT);"
      "INSERT INTO customers VALUES (1, 'a', NULL), (2, 'b', NULL)");
  auto endpoint = open_prepared(spec());
  FetchRequest request;
  request.keys = {"2", "9", "1", "2", ""};
  auto seen = run(endpoint->fetch(request));
  ASSERT_TRUE(seen);
  ASSERT_EQ(seen->size(), 5u);
  std::vector<std::string> keys;
  for (auto const& one : *seen) {
    keys.push_back(one.key + " " + std::string(engine::to_string(one.presence)));
    EXPECT_EQ(one.observed_at, runtime.wall);
    EXPECT_FALSE(one.version.known());
  }
  EXPECT_THAT(keys, ElementsAre("2 present", "9 deleted", "1 present", "2 present", " unknown"));
}

}  // namespace
}  // namespace crmsync::connectors::sqlite::test
