// Values keep exactly what was stored, and columns refuse what they cannot keep.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/sqlite/table.hpp"
#include "connectors/sqlite/value_codec.hpp"
#include "tests/unit/sqlite/support.hpp"

#include <gmock/gmock.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <random>
#include <utility>

namespace crmsync::connectors::sqlite::test {
namespace {

using engine::Decimal;
using engine::Errc;
using engine::Null;
using engine::Value;
using engine::ValueType;

Value decimal(std::string const& text) {
  return Value(*Decimal::parse(text));
}

class Values : public SqliteTest {
 protected:
  Values() {
    app->exec(
        "CREATE TABLE customers (id INTEGER PRIMARY KEY, i INTEGER, b BOOLEAN, n DECIMAL(10,2), "
        "r REAL, t TEXT, v NVARCHAR(40), x, s STRING, d DATETIME, photo BLOB)");
    app->exec("INSERT INTO customers (id) VALUES (1)");
  }
  EndpointSpec all() const {
    auto all = spec();
    all.fields = {"i", "b", "n", "r", "t", "v", "x", "s", "d", "photo"};
    all.writable = {"i", "b", "n", "r", "t", "v", "x", "s", "d"};
    return all;
  }
  engine::FieldValue read(Endpoint& endpoint, std::string const& column, std::string const& sql) {
    app->exec("UPDATE customers SET " + column + " = " + sql);
    return fetch_one(endpoint, "1").fields.get(column);
  }
  Receipt write(Endpoint& endpoint, std::string const& column, Value value) {
    Operation operation;
    operation.key = "1";
    operation.fields.set(column, std::move(value));
    return apply_one(endpoint, operation);
  }
};

TEST_F(Values, ReadAsStored) {
  auto endpoint = open_prepared(all());
  EXPECT_EQ(read(*endpoint, "i", "NULL"), Value(Null{}));
  EXPECT_EQ(read(*endpoint, "i", "9223372036854775807"),
            Value(std::numeric_limits<std::int64_t>::max()));
  EXPECT_EQ(read(*endpoint, "i", "-9223372036854775807 - 1"),
            Value(std::numeric_limits<std::int64_t>::min()));
  EXPECT_EQ(read(*endpoint, "i", "1.5"), decimal("1.5"));
  EXPECT_EQ(read(*endpoint, "i", "'abc'"), Value(std::string("abc")));
  EXPECT_EQ(read(*endpoint, "b", "1"), Value(true));
  EXPECT_EQ(read(*endpoint, "b", "0"), Value(false));
  EXPECT_EQ(read(*endpoint, "b", "2"), Value(std::int64_t{2}));
  EXPECT_EQ(read(*endpoint, "n", "12"), decimal("12"));
  EXPECT_EQ(read(*endpoint, "n", "0.1"), decimal("0.1"));
  EXPECT_EQ(read(*endpoint, "r", "5"), decimal("5"));
  EXPECT_EQ(read(*endpoint, "r", "0.1 + 0.2"), decimal("0.30000000000000004"));
  EXPECT_EQ(read(*endpoint, "r", "1e300"), Value(*Decimal::parse("1e300")));
  EXPECT_EQ(read(*endpoint, "t", "12345678901234567.89"),
            Value(std::string("1.23456789012346e+16")));
  EXPECT_EQ(read(*endpoint, "t", "'12345678901234567.89'"),
            Value(std::string("12345678901234567.89")));
  EXPECT_EQ(read(*endpoint, "s", "'00123'"), Value(std::string("123")));
  EXPECT_EQ(read(*endpoint, "d", "'2026-01-31 10:00:00'"),
            Value(std::string("2026-01-31 10:00:00")));
  EXPECT_EQ(read(*endpoint, "d", "1769853600"), Value(std::int64_t{1769853600}));
}

TEST_F(Values, WhatCannotBeReadIsAbsentAndNotNull) {
  auto endpoint = open_prepared(all());
  EXPECT_EQ(read(*endpoint, "t", "x'00ff'"), std::nullopt);
  EXPECT_EQ(read(*endpoint, "t", "CAST(x'41ff' AS TEXT)"), std::nullopt);
  EXPECT_EQ(read(*endpoint, "t", "CAST(x'eda080' AS TEXT)"), std::nullopt) << "a surrogate";
  EXPECT_EQ(read(*endpoint, "t", "CAST(x'e282' AS TEXT)"), std::nullopt) << "cut off";
  EXPECT_EQ(read(*endpoint, "r", "9e999"), std::nullopt);
  EXPECT_EQ(read(*endpoint, "photo", "x'ff'"), std::nullopt);
  EXPECT_EQ(read(*endpoint, "photo", "NULL"), std::nullopt);
}

TEST_F(Values, WrittenValuesReadBackEqual) {
  auto endpoint = open_prepared(all());
  struct Case {
    std::string column;
    Value value;
  };
  std::vector<Case> const cases{
      {"i", Value(std::numeric_limits<std::int64_t>::max())},
      {"i", Value(std::numeric_limits<std::int64_t>::min())},
      {"b", Value(true)},
      {"b", Value(false)},
      {"n", decimal("0.1")},
      {"n", decimal("-12345678901.25")},
      {"n", decimal("9007199254740993")},
      {"r", decimal("0.30000000000000004")},
      {"r", decimal("0")},
      {"t", Value(std::string())},
      {"t", Value(std::string("12345678901234567.89"))},
      {"t", Value(std::string("a\0b", 3))},
      {"t", Value(std::string("Žluťoučký 👩‍👩‍👧 '\" ;--"))},
      {"v", Value(std::string(5000, 'x'))},
      {"x", Value(std::int64_t{5})},
      {"x", Value(std::string("5"))},
      {"x", Value(Null{})},
  };
  for (auto const& one : cases) {
    auto const receipt = write(*endpoint, one.column, one.value);
    ASSERT_FALSE(receipt.error) << receipt.error->message();
    EXPECT_EQ(receipt.stored.get(one.column), one.value) << one.column;
    EXPECT_EQ(fetch_one(*endpoint, "1").fields.get(one.column), one.value) << one.column;
  }
}

TEST_F(Values, DatesAndTimesAreWrittenAsIsoText) {
  auto endpoint = open_prepared(all());
  write(*endpoint, "d", Value(engine::Date{2026, 1, 31}));
  EXPECT_EQ(app->one("SELECT d FROM customers"), "2026-01-31");
  write(*endpoint, "d", Value(engine::Timestamp{1'769'853'600'500'000}));
  EXPECT_EQ(app->one("SELECT d FROM customers"), "2026-01-31T10:00:00.500Z");
}

TEST_F(Values, ADecimalThatTheColumnWouldRoundIsRefused) {
  auto endpoint = open_prepared(all());
  for (auto const* column : {"n", "r"}) {
    for (auto const* text : {"12345678901234567.89", "0.1000000000000000055", "1e400"}) {
      auto const receipt = write(*endpoint, column, decimal(text));
      ASSERT_TRUE(receipt.error) << column << " " << text;
      EXPECT_EQ(receipt.error->code, Errc::invalid_value);
      EXPECT_THAT(receipt.error->fields, ::testing::ElementsAre(column));
      EXPECT_THAT(receipt.error->message(), Not(::testing::HasSubstr(text)));
    }
  }
  EXPECT_TRUE(write(*endpoint, "r", Value(std::int64_t{9007199254740993})).error)
      << "a REAL column would round this integer";
  EXPECT_FALSE(write(*endpoint, "t", decimal("12345678901234567.89")).error);
  EXPECT_EQ(app->one("SELECT t FROM customers"), "12345678901234567.89");
}

TEST_F(Values, SetsAndReferencesAreLeftToTheMapping) {
  auto endpoint = open_prepared(all());
  EXPECT_EQ(write(*endpoint, "t", Value(engine::StringSet({"a"}))).error->code,
            Errc::invalid_value);
  EXPECT_EQ(write(*endpoint, "t", Value(engine::Reference{1})).error->code, Errc::invalid_value);
}

// Law: every double that the application stores comes back as a decimal that compares equal to it
// and that writes the very same double again.
TEST_F(Values, EveryDoubleSurvivesTheRoundTrip) {
  auto endpoint = open_prepared(all());
  std::mt19937_64 random(20260101);
  app->exec("BEGIN; DELETE FROM customers");
  constexpr int kRows = 2000;
  for (int i = 0; i < kRows; ++i) {
    double number = 0;
    do {
      std::uint64_t const raw = random();
      std::memcpy(&number, &raw, sizeof number);
    } while (!std::isfinite(number) || std::fabs(number) > 1e200 || std::fabs(number) < 1e-200);
    char text[64];
    std::snprintf(text, sizeof text, "%.17g", number);
    app->exec("INSERT INTO customers (id, r) VALUES (" + std::to_string(i + 1) + ", " + text + ")");
  }
  app->exec("COMMIT; CREATE TABLE before AS SELECT id, r FROM customers");
  std::vector<Operation> batch;
  int written = 0;
  for (auto const& row : snapshot_all(*endpoint)) {
    Operation operation;
    operation.key = row.key;
    operation.fields.set("r", *row.fields.find("r"));
    operation.expected = row.fields;
    batch.push_back(std::move(operation));
    if (batch.size() < 100) continue;
    auto receipts = run(endpoint->apply(std::exchange(batch, {}), Lane::interactive));
    ASSERT_TRUE(receipts) << receipts.error().message();
    for (auto const& receipt : *receipts) {
      ASSERT_FALSE(receipt.error) << receipt.error->message();
      ++written;
    }
  }
  EXPECT_EQ(written, kRows);
  EXPECT_EQ(app->one("SELECT count(*) FROM customers AS c JOIN before AS b USING (id) "
                     "WHERE c.r = b.r"),
            std::to_string(kRows));
}

TEST_F(Values, SchemaFollowsTheDeclaredTypes) {
  auto endpoint = open_prepared(all());
  app->exec("UPDATE customers SET d = 1769853600");
  auto description = run(endpoint->describe());
  ASSERT_TRUE(description);
  auto const& schema = description->schema;
  EXPECT_EQ(schema.find("id")->type, ValueType::int64);
  EXPECT_TRUE(schema.find("id")->has_default);
  EXPECT_FALSE(schema.find("id")->nullable);
  EXPECT_TRUE(schema.find("id")->unique);
  EXPECT_EQ(schema.find("b")->type, ValueType::boolean);
  EXPECT_EQ(schema.find("n")->type, ValueType::decimal);
  EXPECT_EQ(schema.find("r")->type, ValueType::decimal);
  EXPECT_EQ(schema.find("t")->type, ValueType::string);
  EXPECT_EQ(schema.find("v")->type, ValueType::string);
  EXPECT_FALSE(schema.find("v")->length_max) << "SQLite does not enforce NVARCHAR(40)";
  EXPECT_EQ(schema.find("d")->type, ValueType::int64) << "every value is a number";
  EXPECT_TRUE(schema.find("photo")->read_only);
  app->exec("UPDATE customers SET d = '2026-01-31'");
  description = run(endpoint->describe());
  EXPECT_EQ(description->schema.find("d")->type, ValueType::string);
}

TEST_F(Values, GeneratedDefaultAndNotNullColumnsAreDescribed) {
  app->exec(
      "CREATE TABLE g (id INTEGER PRIMARY KEY DESC, a INT NOT NULL, b TEXT NOT NULL DEFAULT 'x', "
      "c TEXT GENERATED ALWAYS AS (a || b) STORED, e TEXT AS (b) VIRTUAL)");
  auto g = spec();
  g.object = "g";
  g.fields = {"a", "b", "c", "e"};
  g.writable = {"a"};
  auto endpoint = open_prepared(g);
  auto const description = run(endpoint->describe());
  ASSERT_TRUE(description) << description.error().message();
  auto const& schema = description->schema;
  EXPECT_FALSE(schema.find("id")->has_default) << "PRIMARY KEY DESC is no rowid";
  EXPECT_FALSE(schema.find("a")->nullable);
  EXPECT_FALSE(schema.find("a")->has_default);
  EXPECT_TRUE(schema.find("b")->has_default);
  EXPECT_TRUE(schema.find("c")->read_only);
  EXPECT_TRUE(schema.find("e")->read_only);
  g.writable = {"c"};
  auto refused = run(open(g)->describe());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::invalid_schema);
}

TEST(Affinity, FollowsSqlitesOrderOfRules) {
  EXPECT_EQ(affinity_of("FLOATING POINT"), Affinity::integer);
  EXPECT_EQ(affinity_of("VARCHAR(255)"), Affinity::text);
  EXPECT_EQ(affinity_of("CHARINT"), Affinity::integer);
  EXPECT_EQ(affinity_of(""), Affinity::none);
  EXPECT_EQ(affinity_of("double precision"), Affinity::real);
  EXPECT_EQ(affinity_of("STRING"), Affinity::numeric);
  EXPECT_EQ(value_type_of("STRING"), ValueType::string);
  EXPECT_EQ(value_type_of("boolean"), ValueType::boolean);
  EXPECT_EQ(value_type_of("NUMBER(8)"), ValueType::decimal);
}

TEST(Utf8, AcceptsTextAndRefusesWhatIsNot) {
  for (auto const* good : {"", "a", "é", "€", "👍"}) EXPECT_TRUE(is_utf8(good));
  EXPECT_TRUE(is_utf8(std::string_view("a\0b", 3)));
  for (auto const* bad :
       {"\xff", "\xc3", "a\xe2\x82", "\xc0\x80", "\xed\xa0\x80", "\xf4\x90\x80\x80"})
    EXPECT_FALSE(is_utf8(bad));
}

}  // namespace
}  // namespace crmsync::connectors::sqlite::test
