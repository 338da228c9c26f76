// SPDX-License-Identifier: Apache-2.0
#include "connectors/sqlite/file_watch.hpp"
#include "connectors/sqlite/tuning.hpp"
#include "tests/unit/sqlite/support.hpp"

namespace crmsync::connectors::sqlite::test {
namespace {

using std::chrono::milliseconds;

class Watch : public SqliteTest {
 protected:
  void SetUp() override {
    app->exec("CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, email TEXT)");
    endpoint = open_prepared(spec());
  }
  void write() { app->exec("INSERT INTO customers (name) VALUES ('Ann')"); }
  // How many times wait_for_commit paused, and whether it found a commit.
  bool wait(milliseconds at_most) {
    pauses = 0;
    runtime.on_short_sleep = [this] { ++pauses; };
    bool const found = run(connector->wait_for_commit(at_most));
    runtime.on_short_sleep = nullptr;
    return found;
  }

  std::unique_ptr<Endpoint> endpoint;
  int pauses = 0;
};

TEST_F(Watch, ACommitIsReportedInBothJournalModes) {
  FileWatch watch(runtime);
  for (auto const* mode : {"WAL", "DELETE", "TRUNCATE", "PERSIST"}) {
    endpoint.reset();
    connector.reset();
    app->exec(std::string("PRAGMA journal_mode = ") + mode);
    watch.follow(path);
    watch.take();
    EXPECT_FALSE(watch.take()) << mode;
    write();
    EXPECT_TRUE(watch.take()) << mode;
    EXPECT_FALSE(watch.take()) << mode;
  }
  EXPECT_TRUE(watch.reliable());
}

TEST_F(Watch, AWaitEndsAtAReportAndNotOnlyAfterItsTime) {
  FileWatch watch(runtime);
  watch.follow(path);
  watch.take();
  write();
  // As long as a deadline: in these tests such sleeps never end by themselves.
  EXPECT_TRUE(run(watch.wait(milliseconds(3'600'000))));
  EXPECT_TRUE(watch.take());
}

TEST_F(Watch, AWaitWithoutAReportEndsAfterItsTime) {
  FileWatch watch(runtime);
  watch.follow(path);
  watch.take();
  auto const before = runtime.steady;
  EXPECT_TRUE(run(watch.wait(milliseconds(250))));
  EXPECT_EQ(runtime.steady - before, milliseconds(250));
  EXPECT_FALSE(watch.take());
}

TEST_F(Watch, AnotherFileUnderTheNameIsFollowed) {
  FileWatch watch(runtime);
  watch.follow(path);
  watch.take();
  auto const other = (folder / "other.db").string();
  { App(other).exec("CREATE TABLE t (x)"); }
  app.reset();
  endpoint.reset();
  connector.reset();
  std::filesystem::rename(other, path);
  watch.follow(path);
  EXPECT_TRUE(watch.take());
  { App(path).exec("INSERT INTO t VALUES (1)"); }
  EXPECT_TRUE(watch.take());
}

TEST_F(Watch, AQuietDatabaseIsHardlyLookedAt) {
  while (wait(milliseconds(0))) continue;  // what was written until now
  EXPECT_FALSE(wait(milliseconds(10'000)));
  EXPECT_LE(pauses, 10'000 / kLookIntervalMax.count());
}

TEST_F(Watch, LooksFollowAReportCloselyAndThenRest) {
  while (wait(milliseconds(500))) continue;
  // Written, not committed.
  app->exec("PRAGMA cache_size = 1; BEGIN");
  app->exec(
      "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) "
      "INSERT INTO customers SELECT i, 'n' || i, NULL FROM n");
  EXPECT_FALSE(wait(milliseconds(500)));
  EXPECT_GE(pauses, 5);
  EXPECT_LE(pauses, 12);
  app->exec("COMMIT");
  EXPECT_TRUE(wait(milliseconds(500)));
  EXPECT_EQ(pauses, 0);
}

TEST_F(Watch, WhereReportsStayAwayLooksDoAlone) {
  FileWatch watch(runtime);
  for (int i = 0; i < kWatchMissesMax; ++i) {
    EXPECT_TRUE(watch.reliable());
    watch.note_miss();
  }
  EXPECT_FALSE(watch.reliable());
}

}  // namespace
}  // namespace crmsync::connectors::sqlite::test
