// The mapping's names against the live schema.
// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/sqlite/support.hpp"

#include <gmock/gmock.h>

namespace crmsync::connectors::sqlite::test {
namespace {

using engine::Errc;
using ::testing::HasSubstr;

class LiveSchema : public SqliteTest {
 protected:
  LiveSchema() {
    app->exec("CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, email TEXT)");
    app->exec("INSERT INTO customers VALUES (1, 'Ann', NULL)");
  }
};

TEST_F(LiveSchema, MissingNamesAreAnsweredWithTheNearest) {
  auto bad = spec();
  bad.object = "custmers";
  auto refused = run(open(bad)->describe());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::invalid_schema);
  EXPECT_THAT(refused.error().message(), HasSubstr("no table `custmers`"));
  EXPECT_THAT(refused.error().hint, HasSubstr("`customers`"));
  bad = spec();
  bad.fields.push_back("emial");
  refused = run(open(bad)->describe());
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().detail, HasSubstr("no column `emial`"));
  EXPECT_THAT(refused.error().hint, HasSubstr("`email`"));
  EXPECT_THAT(refused.error().fields, ::testing::ElementsAre("emial"));
  bad = spec();
  bad.object = "Customers";
  EXPECT_THAT(run(open(bad)->describe()).error().hint, HasSubstr("`customers`"));
  bad = spec();
  bad.key = {"Id"};
  EXPECT_THAT(run(open(bad)->describe()).error().hint, HasSubstr("`id`"));
}

TEST_F(LiveSchema, UnusableKeysAndTablesAreRefused) {
  app->exec(
      "CREATE VIEW v AS SELECT * FROM customers;"
      "CREATE TABLE loose (id, code REAL UNIQUE, name TEXT, email TEXT, UNIQUE (id));"
      "CREATE UNIQUE INDEX some ON loose (name) WHERE email IS NOT NULL");
  auto bad = spec();
  bad.object = "v";
  EXPECT_EQ(run(open(bad)->describe()).error().code, Errc::invalid_schema);
  bad.object = "loose";
  for (auto const* key : {"id", "code", "name", "email"}) {
    bad.key = {key};
    auto refused = run(open(bad)->describe());
    ASSERT_FALSE(refused) << key;
    EXPECT_EQ(refused.error().code, Errc::invalid_schema);
    EXPECT_THAT(refused.error().detail, HasSubstr(key));
  }
  bad = spec();
  bad.capture = EndpointSpec::Capture::binlog;
  EXPECT_EQ(run(open(bad)->describe()).error().code, Errc::config_invalid);
}

TEST_F(LiveSchema, AColumnDroppedWhileRunningIsAnErrorAndNeverAValue) {
  auto endpoint = open_prepared(spec());
  EXPECT_EQ(fetch_one(*endpoint, "1").presence, engine::Presence::present);
  app->exec("ALTER TABLE customers DROP COLUMN email");
  FetchRequest request;
  request.keys = {"1"};
  auto refused = run(endpoint->fetch(request));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::invalid_schema);
  app->exec("ALTER TABLE customers ADD COLUMN email TEXT");
  EXPECT_TRUE(run(endpoint->fetch(request)));
}

// Another file may have the same schema count by chance.
TEST_F(LiveSchema, AReplacedFileIsDescribedAnew) {
  auto endpoint = open(spec());
  EXPECT_FALSE(run(endpoint->describe())->schema.find("phone"));
  auto const count = app->one("PRAGMA schema_version");
  auto const other = (folder / "other.db").string();
  {
    App second(other);
    second.exec(
        "CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, email TEXT, phone TEXT)");
    second.exec("PRAGMA schema_version = " + count);
    EXPECT_EQ(second.one("PRAGMA schema_version"), count);
  }
  app.reset();
  std::filesystem::rename(other, path);
  // SQLite would apply the old file's log to the new file.
  std::filesystem::remove(path + "-wal");
  std::filesystem::remove(path + "-shm");
  EXPECT_TRUE(run(endpoint->describe())->schema.find("phone"));
  EXPECT_TRUE(run(connector->wait_for_commit(std::chrono::milliseconds(0))));
}

TEST_F(LiveSchema, AnAddedColumnIsDescribedAtOnce) {
  auto endpoint = open_prepared(spec());
  EXPECT_FALSE(run(endpoint->describe())->schema.find("phone"));
  app->exec("ALTER TABLE customers ADD COLUMN phone TEXT");
  EXPECT_TRUE(run(endpoint->describe())->schema.find("phone"));
}

}  // namespace
}  // namespace crmsync::connectors::sqlite::test
