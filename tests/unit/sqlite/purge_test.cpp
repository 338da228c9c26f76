// SPDX-License-Identifier: Apache-2.0
#include "connectors/sqlite/tuning.hpp"
#include "tests/unit/sqlite/support.hpp"

#include <gmock/gmock.h>

namespace crmsync::connectors::sqlite::test {
namespace {

using ::testing::ElementsAre;

class Purge : public SqliteTest {
 protected:
  void SetUp() override {
    app->exec("CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, email TEXT)");
    endpoint = open_prepared(spec());
    cursor = *run(endpoint->start_cursor());
    app->exec("INSERT INTO customers VALUES (1, 'Ann', NULL)");
    drain(*endpoint, cursor);
  }
  std::string waiting() { return app->one("SELECT count(*) FROM crmsync_changes"); }
  void change() {
    app->exec("UPDATE customers SET name = name || 'x'");
    EXPECT_THAT(texts(drain(*endpoint, cursor)), ElementsAre("changed 1"));
  }

  std::unique_ptr<Endpoint> endpoint;
  engine::Cursor cursor;
};

TEST_F(Purge, ChangesThatFollowSoonWriteNothingIntoTheApplicationsFile) {
  EXPECT_EQ(waiting(), "0");
  auto const version = app->one("PRAGMA data_version");
  change();
  change();
  EXPECT_EQ(app->one("PRAGMA data_version"), version);
  EXPECT_EQ(waiting(), "2");
}

TEST_F(Purge, RowsGoWithTheFirstAcknowledgementAfterTheInterval) {
  change();
  runtime.steady += kPurgeInterval;
  change();
  EXPECT_EQ(waiting(), "0");
}

TEST_F(Purge, RowsGoAtAQuietPollAfterTheInterval) {
  change();
  EXPECT_EQ(waiting(), "1");
  runtime.steady += kPurgeInterval;
  EXPECT_TRUE(run(endpoint->changes(cursor)));
  EXPECT_EQ(waiting(), "0");
  EXPECT_TRUE(run(endpoint->changes(cursor))) << "the position expired";
}

TEST_F(Purge, AFullSliceDoesNotWait) {
  app->exec(
      "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 1100) "
      "INSERT INTO customers SELECT i, 'n' || i, NULL FROM n");
  drain(*endpoint, cursor);
  EXPECT_LT(std::stoi(waiting()), kPurgeSliceRows);
}

// Otherwise rows of the older file that nobody has read yet would be deleted.
TEST(Acknowledged, NumbersThatGoBackAreTakenAtTheirWord) {
  Acknowledgements acknowledgements;
  Acknowledgements::Time const start{};
  int endpoint = 0;
  acknowledgements.join("s", &endpoint);
  acknowledgements.advance("s", &endpoint, 5000);
  EXPECT_EQ(acknowledgements.take_purge("s", start), 5000);
  acknowledgements.advance("s", &endpoint, 100);
  EXPECT_EQ(acknowledgements.take_purge("s", start + kPurgeInterval), 100);
}

TEST(Acknowledged, NothingIsPurgedBeforeEveryEndpointHasAcknowledged) {
  Acknowledgements acknowledgements;
  Acknowledgements::Time const start{};
  int first = 0, second = 0;
  acknowledgements.join("s", &first);
  acknowledgements.join("s", &second);
  acknowledgements.advance("s", &first, 7);
  EXPECT_EQ(acknowledgements.take_purge("s", start), std::nullopt);
  acknowledgements.advance("s", &second, 4);
  EXPECT_EQ(acknowledgements.take_purge("s", start), 4);
}

}  // namespace
}  // namespace crmsync::connectors::sqlite::test
