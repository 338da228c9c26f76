// Writes: compare-and-set, creates, deletes, and what the application's schema says to them.
// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/sqlite/support.hpp"

#include <gmock/gmock.h>

namespace crmsync::connectors::sqlite::test {
namespace {

using engine::Decimal;
using engine::Errc;
using engine::Null;
using engine::Presence;
using engine::Record;
using engine::Value;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Value text(std::string value) {
  return Value(std::move(value));
}

class Write : public SqliteTest {
 protected:
  Write() {
    app->exec(
        "CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT NOT NULL DEFAULT '', "
        "email TEXT COLLATE NOCASE UNIQUE, age INTEGER CHECK (age > 0), deleted_at TEXT)");
    app->exec(
        "INSERT INTO customers VALUES (1, 'Ann', 'a@x', 30, NULL), (2, 'Bob', NULL, 40, NULL)");
  }
  EndpointSpec wide() const {
    auto wide = spec();
    wide.fields = wide.writable = {"name", "email", "age"};
    return wide;
  }
  static Operation update(std::string key, Record fields, Record expected) {
    Operation operation;
    operation.op_id = 7;
    operation.key = std::move(key);
    operation.fields = std::move(fields);
    operation.expected = std::move(expected);
    return operation;
  }
  static Operation create(std::string crm_id, Record fields) {
    Operation operation;
    operation.op_id = 8;
    operation.kind = OperationKind::create;
    operation.counterpart = std::move(crm_id);
    operation.fields = std::move(fields);
    return operation;
  }
  static Operation erase(std::string key, Record expected) {
    auto operation = update(std::move(key), {}, std::move(expected));
    operation.kind = OperationKind::erase;
    return operation;
  }
  static std::optional<Errc> code(Receipt const& receipt) {
    if (!receipt.error) return std::nullopt;
    return receipt.error->code;
  }
};

TEST_F(Write, UpdateWritesOnlyItsFieldsAndReturnsWhatIsStored) {
  auto endpoint = open_prepared(wide());
  auto const receipt =
      apply_one(*endpoint, update("1", {{"name", text("Eve")}}, {{"name", text("Ann")}}));
  EXPECT_FALSE(receipt.error);
  EXPECT_EQ(receipt.op_id, 7u);
  EXPECT_EQ(receipt.key, "1");
  EXPECT_EQ(
      receipt.stored,
      (Record{{"name", text("Eve")}, {"email", text("a@x")}, {"age", Value(std::int64_t{30})}}));
  EXPECT_EQ(app->one("SELECT * FROM customers WHERE id = 1"), "1|Eve|a@x|30|NULL");
}

TEST_F(Write, AStaleExpectationRefusesAndNamesTheField) {
  auto endpoint = open_prepared(wide());
  app->exec("UPDATE customers SET name = 'Zoe' WHERE id = 1");
  auto const receipt =
      apply_one(*endpoint, update("1", {{"name", text("Eve")}},
                                  {{"name", text("Ann")}, {"age", Value(std::int64_t{30})}}));
  EXPECT_EQ(code(receipt), Errc::precondition_failed);
  EXPECT_THAT(receipt.error->fields, ElementsAre("name"));
  EXPECT_THAT(receipt.error->message(), Not(HasSubstr("Zoe")));
  EXPECT_EQ(app->one("SELECT name FROM customers WHERE id = 1"), "Zoe");
}

TEST_F(Write, NullAndEmptyAndCaseAreDifferentExpectations) {
  auto endpoint = open_prepared(wide());
  auto const try_with = [&](std::string const& key, Value expected) {
    return code(
        apply_one(*endpoint, update(key, {{"name", text("n")}}, {{"email", std::move(expected)}})));
  };
  EXPECT_EQ(try_with("2", text("")), Errc::precondition_failed);
  EXPECT_EQ(try_with("2", Value(Null{})), std::nullopt);
  EXPECT_EQ(try_with("1", Value(Null{})), Errc::precondition_failed);
  // The column's own collation calls these equal.
  EXPECT_EQ(try_with("1", text("A@X")), Errc::precondition_failed);
  EXPECT_EQ(try_with("1", text("a@x ")), Errc::precondition_failed);
  EXPECT_EQ(try_with("1", text("a@x")), std::nullopt);
}

TEST_F(Write, ExpectationsCompareAsTheColumnStores) {
  app->exec(
      "CREATE TABLE kinds (id INTEGER PRIMARY KEY, b BOOLEAN, n NUMERIC, r REAL, t TEXT, x, d "
      "DATE);"
      "INSERT INTO kinds VALUES (1, 1, 12.5, 0.30000000000000004, '5', 5, '2026-01-31')");
  auto kinds = spec();
  kinds.object = "kinds";
  kinds.fields = kinds.writable = {"b", "n", "r", "t", "x", "d"};
  auto endpoint = open_prepared(kinds);
  auto const seen = fetch_one(*endpoint, "1");
  ASSERT_EQ(seen.fields.size(), 6u);
  auto const receipt = apply_one(*endpoint, update("1", {{"t", text("6")}}, seen.fields));
  EXPECT_FALSE(receipt.error) << receipt.error->message();
  auto const try_with = [&](std::string const& field, Value expected) {
    return code(
        apply_one(*endpoint, update("1", {{"b", Value(true)}}, {{field, std::move(expected)}})));
  };
  EXPECT_EQ(try_with("x", text("5")), Errc::precondition_failed);
  EXPECT_EQ(try_with("x", Value(std::int64_t{5})), std::nullopt);
  EXPECT_EQ(try_with("n", Value(*Decimal::parse("12.50"))), std::nullopt);
  EXPECT_EQ(try_with("r", Value(*Decimal::parse("0.3"))), Errc::precondition_failed);
  // No double equals this decimal, so the column cannot hold it.
  EXPECT_EQ(try_with("r", Value(*Decimal::parse("0.300000000000000041"))),
            Errc::precondition_failed);
  EXPECT_EQ(try_with("b", Value(false)), Errc::precondition_failed);
}

TEST_F(Write, AMissingRowIsNotFound) {
  auto endpoint = open_prepared(wide());
  EXPECT_EQ(code(apply_one(*endpoint, update("9", {{"name", text("n")}}, {}))), Errc::not_found);
  EXPECT_EQ(code(apply_one(*endpoint, erase("9", {}))), Errc::not_found);
  // Text that SQLite would convert to the number is another key all the same.
  for (auto const* key : {"01", "1.0", " 1", "1|1"})
    EXPECT_EQ(code(apply_one(*endpoint, update(key, {{"name", text("n")}}, {}))), Errc::not_found)
        << key;
}

TEST_F(Write, OneFailureNeverFailsItsNeighbours) {
  auto endpoint = open_prepared(wide());
  std::vector<Operation> batch{
      update("1", {{"name", text("n1")}}, {}),
      update("1", {{"age", Value(std::int64_t{-1})}}, {}),
      update("2", {{"email", text("A@X")}}, {}),
      update("2", {{"name", Value(Null{})}}, {}),
      update("3", {{"name", text("n3")}}, {}),
      update("2", {{"name", text("n2")}}, {}),
  };
  auto receipts = run(endpoint->apply(batch, Lane::interactive));
  ASSERT_TRUE(receipts) << receipts.error().message();
  ASSERT_EQ(receipts->size(), 6u);
  EXPECT_EQ(code((*receipts)[0]), std::nullopt);
  EXPECT_EQ(code((*receipts)[1]), Errc::invalid_value);
  EXPECT_EQ(code((*receipts)[2]), Errc::already_exists);
  EXPECT_THAT((*receipts)[2].error->fields, ElementsAre("email"));
  EXPECT_EQ((*receipts)[2].error->other_key, "1");
  EXPECT_EQ(code((*receipts)[3]), Errc::invalid_value);
  EXPECT_THAT((*receipts)[3].error->detail, HasSubstr("customers.name"));
  EXPECT_EQ(code((*receipts)[4]), Errc::not_found);
  EXPECT_EQ(code((*receipts)[5]), std::nullopt);
  EXPECT_THAT(app->rows("SELECT name FROM customers ORDER BY id"), ElementsAre("n1", "n2"));
}

TEST_F(Write, ADeferredForeignKeyFailsOnlyItsOperation) {
  app->exec(
      "CREATE TABLE notes (id INTEGER PRIMARY KEY, name TEXT, customer INTEGER "
      "REFERENCES customers DEFERRABLE INITIALLY DEFERRED);"
      "INSERT INTO notes VALUES (1, 'a', 1), (2, 'b', 1)");
  auto notes = spec();
  notes.object = "notes";
  notes.fields = notes.writable = {"name", "customer"};
  auto endpoint = open_prepared(notes);
  auto receipts = run(endpoint->apply({update("1", {{"customer", Value(std::int64_t{99})}}, {}),
                                       update("2", {{"customer", Value(std::int64_t{2})}}, {})},
                                      Lane::interactive));
  ASSERT_TRUE(receipts) << receipts.error().message();
  EXPECT_EQ(code((*receipts)[0]), Errc::invalid_value);
  EXPECT_EQ(code((*receipts)[1]), std::nullopt);
  EXPECT_THAT(app->rows("SELECT customer FROM notes ORDER BY id"), ElementsAre("1", "2"));
}

TEST_F(Write, ATriggerThatRollsBackEverythingFailsOnlyItsOperation) {
  app->exec(
      "CREATE TRIGGER harsh BEFORE UPDATE ON customers WHEN old.id = 1 BEGIN "
      "SELECT RAISE(ROLLBACK, 'no'); END");
  auto endpoint = open_prepared(wide());
  auto receipts = run(endpoint->apply(
      {update("2", {{"name", text("n2")}}, {}), update("1", {{"name", text("n1")}}, {}),
       update("2", {{"age", Value(std::int64_t{5})}}, {})},
      Lane::interactive));
  ASSERT_TRUE(receipts) << receipts.error().message();
  EXPECT_EQ(code((*receipts)[0]), std::nullopt);
  EXPECT_EQ(code((*receipts)[1]), Errc::invalid_value);
  EXPECT_EQ(code((*receipts)[2]), std::nullopt);
  EXPECT_EQ(app->one("SELECT name, age FROM customers WHERE id = 2"), "n2|5");
}

TEST_F(Write, ABrokenForeignKeyIsADefectOfTheSchema) {
  app->exec("CREATE TABLE notes (id INTEGER PRIMARY KEY, name TEXT REFERENCES customers (name))");
  auto notes = spec();
  notes.object = "notes";
  notes.fields = notes.writable = {"name"};
  auto endpoint = open_prepared(notes);
  auto const refused = apply_one(*endpoint, create("c1", {{"name", text("Ann")}}));
  EXPECT_EQ(code(refused), Errc::invalid_schema) << refused.error->message();
}

TEST_F(Write, TheReceiptShowsWhatTheApplicationsTriggersMade) {
  app->exec(
      "CREATE TRIGGER lower_mail AFTER UPDATE OF email ON customers BEGIN "
      "UPDATE customers SET email = lower(new.email) WHERE id = new.id; END");
  auto endpoint = open_prepared(wide());
  auto const receipt = apply_one(*endpoint, update("1", {{"email", text("ANN@X")}}, {}));
  EXPECT_EQ(*receipt.stored.find("email"), text("ann@x"));
}

TEST_F(Write, ATriggerThatIgnoresTheWriteIsReported) {
  app->exec(
      "CREATE TRIGGER frozen BEFORE UPDATE ON customers WHEN old.id = 1 BEGIN "
      "SELECT RAISE(IGNORE); END;"
      "CREATE TRIGGER strict BEFORE UPDATE ON customers WHEN old.id = 2 BEGIN "
      "SELECT RAISE(ABORT, 'customer is locked by accounting'); END");
  auto endpoint = open_prepared(wide());
  EXPECT_EQ(code(apply_one(*endpoint, update("1", {{"name", text("n")}}, {}))),
            Errc::invalid_value);
  auto const refused = apply_one(*endpoint, update("2", {{"name", text("n")}}, {}));
  EXPECT_EQ(code(refused), Errc::invalid_value);
  EXPECT_THAT(refused.error->detail, HasSubstr("locked by accounting"));
}

TEST_F(Write, CreateReturnsTheGeneratedKeyAndIsMadeOnce) {
  auto endpoint = open_prepared(wide());
  auto const first = apply_one(*endpoint, create("crm-9", {{"name", text("Eve")}}));
  ASSERT_FALSE(first.error) << first.error->message();
  EXPECT_TRUE(first.created);
  EXPECT_EQ(first.key, "3");
  EXPECT_EQ(*first.stored.find("name"), text("Eve"));
  auto const again = apply_one(*endpoint, create("crm-9", {{"name", text("Eve")}}));
  EXPECT_FALSE(again.error);
  EXPECT_FALSE(again.created);
  EXPECT_EQ(again.key, "3");
  EXPECT_EQ(app->one("SELECT count(*) FROM customers"), "3");
}

TEST_F(Write, LookupFindsWhatACreateMade) {
  auto endpoint = open_prepared(wide());
  auto const wanted = create("crm-9", {{"name", text("Eve")}});
  auto nothing = run(endpoint->lookup_created(wanted));
  ASSERT_TRUE(nothing);
  EXPECT_EQ(nothing->presence, Presence::none);
  apply_one(*endpoint, wanted);
  auto made = run(endpoint->lookup_created(wanted));
  ASSERT_TRUE(made);
  EXPECT_EQ(made->presence, Presence::present);
  EXPECT_EQ(made->current_key, "3");
  // The application may change the key before we look.
  app->exec("UPDATE customers SET id = 50 WHERE id = 3");
  made = run(endpoint->lookup_created(wanted));
  ASSERT_TRUE(made);
  EXPECT_EQ(made->current_key, "50");
  app->exec("DELETE FROM customers WHERE id = 50");
  nothing = run(endpoint->lookup_created(wanted));
  ASSERT_TRUE(nothing);
  EXPECT_EQ(nothing->presence, Presence::none);
}

TEST_F(Write, ARowDeletedSinceIsCreatedAgain) {
  auto endpoint = open_prepared(wide());
  apply_one(*endpoint, create("crm-9", {{"name", text("Eve")}}));
  app->exec("DELETE FROM customers WHERE id = 3");
  auto const again = apply_one(*endpoint, create("crm-9", {{"name", text("Eve")}}));
  EXPECT_TRUE(again.created);
  EXPECT_EQ(app->one("SELECT app_key FROM crmsync_link"), again.key);
}

TEST_F(Write, AFailedCreateLeavesNoLink) {
  auto endpoint = open_prepared(wide());
  auto const receipt = apply_one(*endpoint, create("crm-9", {{"email", text("a@x")}}));
  EXPECT_EQ(code(receipt), Errc::already_exists);
  EXPECT_EQ(receipt.error->other_key, "1");
  EXPECT_EQ(app->one("SELECT count(*) FROM crmsync_link"), "0");
}

TEST_F(Write, CreateUsesTheGivenKeyAlsoWithoutRowid) {
  app->exec("CREATE TABLE tags (code TEXT PRIMARY KEY, name TEXT) WITHOUT ROWID");
  auto tags = spec();
  tags.object = "tags";
  tags.key = {"code"};
  tags.fields = tags.writable = {"code", "name"};
  auto endpoint = open_prepared(tags);
  auto const made =
      apply_one(*endpoint, create("c1", {{"code", text("a|b")}, {"name", text("n")}}));
  ASSERT_FALSE(made.error) << made.error->message();
  EXPECT_EQ(made.key, "a|b");
  EXPECT_EQ(code(apply_one(*endpoint, create("c2", {{"name", text("n")}}))), Errc::invalid_value);
  EXPECT_EQ(code(apply_one(*endpoint, create("c3", {{"code", text("a|b")}}))),
            Errc::already_exists);
}

TEST_F(Write, ATextKeyFilledByATriggerIsReturned) {
  app->exec(
      "CREATE TABLE tags (code TEXT UNIQUE, name TEXT);"
      "CREATE TRIGGER fill AFTER INSERT ON tags WHEN new.code IS NULL BEGIN "
      "UPDATE tags SET code = 'auto-' || new.rowid WHERE rowid = new.rowid; END");
  auto tags = spec();
  tags.object = "tags";
  tags.key = {"code"};
  tags.fields = tags.writable = {"name"};
  auto endpoint = open_prepared(tags);
  EXPECT_EQ(apply_one(*endpoint, create("c1", {{"name", text("n")}})).key, "auto-1");
  app->exec("DROP TRIGGER fill");
  auto const keyless = apply_one(*endpoint, create("c2", {{"name", text("n")}}));
  EXPECT_EQ(code(keyless), Errc::invalid_value);
  EXPECT_EQ(app->one("SELECT count(*) FROM tags"), "1");
}

TEST_F(Write, AKeyWrittenByAnUpdateMovesTheRow) {
  app->exec(
      "CREATE TABLE tags (code TEXT PRIMARY KEY, name TEXT);INSERT INTO tags VALUES('a','n')");
  auto tags = spec();
  tags.object = "tags";
  tags.key = {"code"};
  tags.fields = tags.writable = {"code", "name"};
  auto endpoint = open_prepared(tags);
  auto const moved = apply_one(*endpoint, update("a", {{"code", text("b")}}, {}));
  EXPECT_EQ(moved.key, "b");
  EXPECT_EQ(*moved.stored.find("code"), text("b"));
}

TEST_F(Write, EraseComparesToo) {
  auto endpoint = open_prepared(wide());
  EXPECT_EQ(code(apply_one(*endpoint, erase("1", {{"name", text("other")}}))),
            Errc::precondition_failed);
  EXPECT_EQ(code(apply_one(*endpoint, erase("1", {{"name", text("Ann")}}))), std::nullopt);
  EXPECT_EQ(fetch_one(*endpoint, "1").presence, Presence::deleted);
  EXPECT_EQ(app->one("SELECT count(*) FROM customers"), "1");
}

TEST_F(Write, EraseOfAReferredRowIsRefused) {
  app->exec(
      "CREATE TABLE orders (id INTEGER PRIMARY KEY, c INTEGER REFERENCES customers);"
      "INSERT INTO orders VALUES (1, 1)");
  auto endpoint = open_prepared(wide());
  auto const refused = apply_one(*endpoint, erase("1", {}));
  EXPECT_EQ(code(refused), Errc::invalid_value);
  EXPECT_THAT(refused.error->message(), HasSubstr("refer"));
}

TEST_F(Write, ArchiveSetsTheMarkerAndUpdatesNoLongerFit) {
  auto soft = wide();
  soft.deleted_field = "deleted_at";
  auto endpoint = open_prepared(soft);
  auto archive = update("1", {{"deleted_at", text("2026-01-01")}}, {{"deleted_at", Value(Null{})}});
  archive.kind = OperationKind::archive;
  EXPECT_FALSE(apply_one(*endpoint, archive).error);
  EXPECT_EQ(fetch_one(*endpoint, "1").presence, Presence::deleted);
  EXPECT_EQ(code(apply_one(*endpoint, archive)), Errc::precondition_failed);
  auto const late = apply_one(*endpoint, update("1", {{"name", text("n")}}, {}));
  EXPECT_EQ(code(late), Errc::precondition_failed);
  EXPECT_THAT(late.error->fields, ElementsAre("deleted_at"));
  // Bringing it back names the marker.
  EXPECT_FALSE(apply_one(*endpoint, update("1", {{"deleted_at", Value(Null{})}}, {})).error);
  EXPECT_EQ(fetch_one(*endpoint, "1").presence, Presence::present);
}

TEST_F(Write, ArchiveWithoutAMarkerIsUnsupported) {
  auto endpoint = open_prepared(wide());
  auto archive = update("1", {{"name", text("x")}}, {});
  archive.kind = OperationKind::archive;
  EXPECT_EQ(code(apply_one(*endpoint, archive)), Errc::unsupported);
}

TEST_F(Write, CreateNeedsTheLinkTable) {
  auto endpoint = open(wide());
  auto refused =
      run(endpoint->apply({create("crm-9", {{"name", text("Eve")}})}, Lane::interactive));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::forbidden);
  EXPECT_THAT(refused.error().hint, HasSubstr("CREATE TABLE IF NOT EXISTS crmsync_link"));
}

TEST_F(Write, BatchesAreBounded) {
  auto endpoint = open_prepared(wide());
  std::vector<Operation> const many(101, update("1", {{"name", text("n")}}, {}));
  auto refused = run(endpoint->apply(many, Lane::interactive));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::limit_exceeded);
  FetchRequest request;
  request.keys.assign(101, "1");
  EXPECT_FALSE(run(endpoint->fetch(request)));
}

}  // namespace
}  // namespace crmsync::connectors::sqlite::test
