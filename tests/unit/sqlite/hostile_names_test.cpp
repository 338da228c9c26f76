// Whatever an application called its tables and columns works exactly, and reaches no other.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/sqlite/identifier.hpp"
#include "tests/unit/sqlite/support.hpp"

#include <gmock/gmock.h>

#include <random>
#include <set>

namespace crmsync::connectors::sqlite::test {
namespace {

using engine::Value;

// SQLite folds ASCII case in names, so two names that differ only in case are one.
std::string folded(std::string text) {
  for (char& c : text)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return text;
}

std::string random_name(std::mt19937& random) {
  static std::vector<std::string> const pieces{"\"",
                                               "'",
                                               "`",
                                               "[",
                                               "]",
                                               ";",
                                               "--",
                                               "/*",
                                               "*/",
                                               "\\",
                                               "|",
                                               " ",
                                               "\t",
                                               "\n",
                                               "%",
                                               "?1",
                                               ":a",
                                               "@b",
                                               "$c",
                                               ".",
                                               ",",
                                               "(",
                                               ")",
                                               "select",
                                               "FROM",
                                               "key",
                                               "rowid",
                                               "r.",
                                               "NEW",
                                               "a",
                                               "Z",
                                               "9",
                                               "ä",
                                               "日本",
                                               "👍",
                                               "\xe2\x80\xae",
                                               "\x01",
                                               "\x7f",
                                               "''",
                                               "\"\"",
                                               "DROP TABLE customers"};
  std::uniform_int_distribution<std::size_t> length(1, 12);
  std::uniform_int_distribution<std::size_t> piece(0, pieces.size() - 1);
  std::string name;
  for (std::size_t i = length(random); i > 0; --i) name += pieces[piece(random)];
  return name;
}

std::vector<std::string> distinct_names(std::mt19937& random, std::size_t count) {
  std::set<std::string> taken;
  std::vector<std::string> names;
  while (names.size() < count) {
    auto name = random_name(random);
    if (folded(name).starts_with("sqlite_") || !taken.insert(folded(name)).second) continue;
    names.push_back(std::move(name));
  }
  return names;
}

class HostileNames : public SqliteTest {};

// 100 tables of 100 columns: 10,000 names, each through schema, triggers, insert, compare-and-set,
// read and delete.
TEST_F(HostileNames, TenThousandWorkExactly) {
  constexpr std::uint32_t kSeed = 20260101;
  std::mt19937 random(kSeed);
  app->exec("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF");
  auto const tables = distinct_names(random, 100);
  for (auto const& table : tables) {
    SCOPED_TRACE(table);
    auto const columns = distinct_names(random, 100);
    std::string ddl = "CREATE TABLE " + quoted_name(table) + " (" + quoted_name(columns[0]) +
                      " INTEGER PRIMARY KEY, " + quoted_name(columns[1]) + " TEXT UNIQUE";
    for (std::size_t i = 2; i < columns.size(); ++i)
      ddl += ", " + quoted_name(columns[i]) + " TEXT";
    app->exec(ddl + ")");
    EndpointSpec spec;
    spec.mapping = table;
    spec.object = table;
    spec.key = {columns[0]};
    spec.fields.assign(columns.begin() + 1, columns.end());
    spec.writable = spec.fields;
    spec.deleted_field = columns[2];
    spec.capture = EndpointSpec::Capture::triggers;
    auto endpoint = open_prepared(spec);
    auto cursor = run(endpoint->start_cursor());
    ASSERT_TRUE(cursor) << cursor.error().message();

    Operation create;
    create.kind = OperationKind::create;
    create.counterpart = "crm|'\"";
    for (std::size_t i = 1; i < columns.size(); ++i)
      if (i != 2) create.fields.set(columns[i], Value("value of " + columns[i]));
    auto const made = apply_one(*endpoint, create);
    ASSERT_FALSE(made.error) << made.error->message();
    auto const seen = fetch_one(*endpoint, made.key);
    ASSERT_EQ(seen.presence, engine::Presence::present);
    for (std::size_t i = 1; i < columns.size(); ++i) {
      if (i == 2) continue;
      EXPECT_EQ(seen.fields.get(columns[i]), Value("value of " + columns[i])) << columns[i];
    }
    Operation update;
    update.key = made.key;
    update.fields = {{columns[3], Value(std::string("new"))}};
    update.expected = seen.fields;
    ASSERT_FALSE(apply_one(*endpoint, update).error);
    app->exec("DELETE FROM " + quoted_name(table));
    EXPECT_THAT(texts(drain(*endpoint, *cursor)), ::testing::ElementsAre("deleted 1"));
    app->exec("DROP TABLE " + quoted_name(table));
  }
}

TEST_F(HostileNames, ANameWithANulIsRefused) {
  app->exec("CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, email TEXT)");
  std::string const nul("cust\0mers", 9);
  auto bad = spec();
  bad.object = nul;
  EXPECT_EQ(run(open(bad)->describe()).error().code, engine::Errc::invalid_schema);
  bad = spec();
  bad.fields.push_back(nul);
  EXPECT_EQ(run(open(bad)->describe()).error().code, engine::Errc::invalid_schema);
  bad = spec();
  bad.mapping = nul;
  EXPECT_EQ(run(open(bad)->describe()).error().code, engine::Errc::config_invalid);
}

TEST_F(HostileNames, ValuesAreNeverPartOfTheStatement) {
  app->exec("CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, email TEXT)");
  app->exec("INSERT INTO customers VALUES (1, 'Ann', NULL)");
  auto endpoint = open_prepared(spec());
  std::string const attack = "'); DROP TABLE customers; --";
  Operation update;
  update.key = "1";
  update.fields = {{"name", Value(attack)}};
  EXPECT_FALSE(apply_one(*endpoint, update).error);
  EXPECT_EQ(fetch_one(*endpoint, attack).presence, engine::Presence::deleted);
  EXPECT_EQ(fetch_one(*endpoint, "1").fields.get("name"), Value(attack));
}

TEST(QuotedName, DoublesQuotes) {
  EXPECT_EQ(quoted_name("a\"b"), "\"a\"\"b\"");
  EXPECT_EQ(literal("a'b"), "'a''b'");
  EXPECT_EQ(quoted_name(""), "\"\"");
}

TEST(NearestName, IsCloseOrEmpty) {
  std::vector<std::string> const known{"email", "name", "updated_at"};
  EXPECT_EQ(nearest_name("emial", known), "email");
  EXPECT_EQ(nearest_name("eamli", known), "") << "two swaps in five letters are too many";
  EXPECT_EQ(nearest_name("emal", known), "email");
  EXPECT_EQ(nearest_name("EMAIL", known), "email");
  EXPECT_EQ(nearest_name("updatedat", known), "updated_at");
  EXPECT_EQ(nearest_name("zzz", known), "");
  EXPECT_EQ(nearest_name("", {}), "");
}

}  // namespace
}  // namespace crmsync::connectors::sqlite::test
