// Files, rights, locks, deadlines, identity, and waiting for commits.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/sqlite/tuning.hpp"
#include "tests/unit/sqlite/support.hpp"

#include <gmock/gmock.h>
#include <sys/wait.h>
#include <unistd.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/post.hpp>

#include <fstream>

namespace crmsync::connectors::sqlite::test {
namespace {

using engine::Errc;
using ::testing::HasSubstr;

class ConnectionTest : public SqliteTest {
 protected:
  ConnectionTest() {
    app->exec("CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, email TEXT)");
    app->exec("INSERT INTO customers VALUES (1, 'Ann', NULL)");
  }
  static Operation rename(std::string name) {
    Operation operation;
    operation.key = "1";
    operation.fields.set("name", engine::Value(std::move(name)));
    return operation;
  }
  engine::Error identity_error() {
    auto identity = run(connect()->identity());
    EXPECT_FALSE(identity);
    return identity ? engine::Error{} : identity.error();
  }
};

TEST_F(ConnectionTest, AMissingFileIsNamedAndNeverCreated) {
  path = (folder / "no.db").string();
  auto const error = identity_error();
  EXPECT_EQ(error.code, Errc::config_invalid);
  EXPECT_THAT(error.message(), HasSubstr("shop-db: read identity"));
  EXPECT_THAT(error.message(), HasSubstr(path));
  EXPECT_THAT(error.hint, HasSubstr("`path`"));
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST_F(ConnectionTest, AFolderOrAnotherFileIsRefused) {
  path = folder.string();
  EXPECT_EQ(identity_error().code, Errc::config_invalid);
  path = (folder / "text.db").string();
  std::ofstream(path) << std::string(4096, 'x');
  auto const error = identity_error();
  EXPECT_EQ(error.code, Errc::corrupt);
  EXPECT_THAT(error.detail, HasSubstr("is not an SQLite database"));
}

TEST_F(ConnectionTest, ADamagedPageIsCorruptAndNotEmpty) {
  app->exec(
      "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i + 1 FROM n WHERE i < 5000) "
      "INSERT INTO customers SELECT i, 'name', NULL FROM n");
  app->exec("PRAGMA wal_checkpoint(TRUNCATE)");
  app.reset();
  {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096);
    file << std::string(3 * 4096, '\x5a');
  }
  auto endpoint = open(spec());
  auto page = run(endpoint->snapshot(""));
  ASSERT_FALSE(page);
  EXPECT_EQ(page.error().code, Errc::corrupt) << page.error().message();
}

// Runs with the rights of nobody, because root may write any file.
TEST_F(ConnectionTest, AReadOnlyFileIsReadAndItsStatementsArePrinted) {
  app->exec("PRAGMA journal_mode = DELETE");
  app.reset();
  namespace fs = std::filesystem;
  fs::permissions(folder, fs::perms(0755));
  fs::permissions(path, fs::perms(0444));
  bool const root = ::geteuid() == 0;
  if (root) {
    ASSERT_EQ(::seteuid(65534), 0);
  }
  auto endpoint = open(spec());
  auto const page = run(endpoint->snapshot(""));
  auto const prepared = run(endpoint->prepare());
  auto const written = run(endpoint->apply({rename("Eve")}, Lane::interactive));
  auto poll = spec();
  poll.capture = EndpointSpec::Capture::poll;
  poll.changed_at = "email";
  auto const poll_writes = run(open(poll)->prepare());
  poll.writable.clear();
  auto const poll_reads = run(open(poll)->prepare());
  endpoint.reset();
  connector.reset();
  if (root) {
    ASSERT_EQ(::seteuid(0), 0);
  }

  ASSERT_TRUE(page) << page.error().message();
  EXPECT_EQ(page->records.size(), 1u);
  ASSERT_FALSE(prepared);
  EXPECT_EQ(prepared.error().code, Errc::forbidden);
  EXPECT_THAT(prepared.error().detail, HasSubstr(path));
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, Errc::read_only);
  EXPECT_FALSE(poll_writes);
  EXPECT_TRUE(poll_reads);
  // The printed statements are the cure.
  fs::permissions(path, fs::perms(0644));
  app = std::make_unique<App>(path);
  auto const& hint = prepared.error().hint;
  app->exec("BEGIN");
  app->exec(hint.substr(hint.find('\n')));
  app->exec("COMMIT");
  auto const before = app->one("PRAGMA schema_version");
  endpoint = open_prepared(spec());
  EXPECT_EQ(app->one("PRAGMA schema_version"), before) << "nothing was left to install";
  auto cursor = *run(endpoint->start_cursor());
  app->exec("UPDATE customers SET name = 'Zoe'");
  EXPECT_EQ(drain(*endpoint, cursor).size(), 1u);
}

TEST_F(ConnectionTest, ALockHeldLongerThanTheTimeoutIsLockedAndNothingIsApplied) {
  connector = connect("20ms");
  auto endpoint = open_prepared(spec());
  app->exec("BEGIN IMMEDIATE; UPDATE customers SET name = 'Zoe'");
  auto refused = run(endpoint->apply({rename("Eve")}, Lane::interactive));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::locked);
  EXPECT_FALSE(refused.error().maybe_applied);
  // Readers go on beside a writer.
  EXPECT_EQ(*fetch_one(*endpoint, "1").fields.find("name"), engine::Value(std::string("Ann")));
  app->exec("COMMIT");
  EXPECT_FALSE(apply_one(*endpoint, rename("Eve")).error);
}

TEST_F(ConnectionTest, TheDeadlineEndsAWait) {
  connector = connect("60s");
  auto endpoint = open_prepared(spec());
  app->exec("BEGIN IMMEDIATE");
  runtime.deadlines_pass = true;
  auto refused = run(endpoint->apply({rename("Eve")}, Lane::interactive));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::transient) << refused.error().message();
  EXPECT_THAT(refused.error().detail, HasSubstr("deadline"));
  app->exec("COMMIT");
  runtime.deadlines_pass = false;
  EXPECT_FALSE(apply_one(*endpoint, rename("Eve")).error);
}

TEST_F(ConnectionTest, TheDeadlineEndsALongQuery) {
  auto endpoint = open_prepared(spec());
  // The application's trigger loops for a very long time.
  app->exec(
      "CREATE TRIGGER slow BEFORE UPDATE ON customers BEGIN SELECT count(*) FROM ("
      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000000) "
      "SELECT i FROM n); END");
  runtime.deadlines_pass = true;
  auto refused = run(endpoint->apply({rename("Eve")}, Lane::interactive));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::transient) << refused.error().message();
  EXPECT_EQ(app->one("SELECT name FROM customers"), "Ann");
}

TEST_F(ConnectionTest, ACancelledCallEndsSoon) {
  connector = connect("60s");
  auto endpoint = open_prepared(spec());
  app->exec("BEGIN IMMEDIATE");
  asio::cancellation_signal stop;
  bool ended = false;
  auto work = [](Endpoint& target) -> Task<void> {
    std::vector<Operation> batch{rename("Eve")};
    auto refused = co_await target.apply(std::move(batch), Lane::interactive);
    EXPECT_FALSE(refused);
  };
  asio::co_spawn(
      runtime.io, work(*endpoint),
      asio::bind_cancellation_slot(stop.slot(), [&](std::exception_ptr) { ended = true; }));
  asio::post(runtime.io, [&] { stop.emit(asio::cancellation_type::terminal); });
  runtime.io.restart();
  runtime.io.run();
  EXPECT_TRUE(ended);
  app->exec("COMMIT");
  EXPECT_EQ(app->one("SELECT name FROM customers"), "Ann");
}

// A second process writes in a loop while we write; every increment of ours must survive.
TEST_F(ConnectionTest, AConcurrentWriterLosesNothingAndNeitherDoWe) {
  app->exec("ALTER TABLE customers ADD COLUMN ours INTEGER DEFAULT 0");
  app->exec("ALTER TABLE customers ADD COLUMN theirs INTEGER DEFAULT 0");
  auto both = spec();
  both.fields = both.writable = {"ours", "theirs"};
  {
    auto endpoint = open_prepared(both);
    endpoint.reset();
    connector.reset();
  }
  app.reset();
  constexpr int kWrites = 200;
  pid_t const child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    App other(path);
    for (int i = 0; i < kWrites; ++i)
      if (!other.try_exec("UPDATE customers SET theirs = theirs + 1")) ::_exit(1);
    ::_exit(0);
  }
  auto endpoint = open(both);
  int refused = 0;
  for (std::int64_t i = 0; i < kWrites;) {
    auto const seen = fetch_one(*endpoint, "1");
    Operation operation;
    operation.key = "1";
    operation.fields.set("ours", engine::Value(i + 1));
    operation.expected = seen.fields;
    auto receipts = run(endpoint->apply({operation}, Lane::interactive));
    ASSERT_TRUE(receipts) << receipts.error().message();
    auto const& receipt = receipts->front();
    if (!receipt.error) {
      ++i;
      continue;
    }
    ASSERT_EQ(receipt.error->code, Errc::precondition_failed) << receipt.error->message();
    ASSERT_LT(++refused, 100'000);
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  app = std::make_unique<App>(path);
  EXPECT_EQ(app->one("SELECT ours, theirs FROM customers"), "200|200");
  EXPECT_EQ(app->one("SELECT count(*), sum(own) FROM crmsync_changes"), "400|200");
}

TEST_F(ConnectionTest, TheJournalModeStaysTheApplications) {
  for (auto const* mode : {"delete", "wal"}) {
    connector.reset();
    app->exec(std::string("PRAGMA journal_mode = ") + mode);
    auto endpoint = open_prepared(spec());
    apply_one(*endpoint, rename("Eve"));
    EXPECT_EQ(app->one("PRAGMA journal_mode"), mode);
  }
}

TEST_F(ConnectionTest, IdentityIsGivenOnceAndKeepsTheHighWater) {
  connector = connect();
  auto identity = run(connector->identity());
  ASSERT_TRUE(identity);
  EXPECT_EQ(identity->id, "");
  auto early = run(connector->record_high_water("state-1", 7));
  ASSERT_FALSE(early);
  EXPECT_EQ(early.error().code, Errc::forbidden);
  open_prepared(spec());
  identity = run(connector->identity());
  ASSERT_TRUE(identity);
  EXPECT_EQ(identity->id.size(), 32u);
  auto const id = identity->id;
  ASSERT_TRUE(run(connector->record_high_water("state-1", 18'446'744'073'709'551'615u)));
  connector.reset();
  open_prepared(spec());
  identity = run(connector->identity());
  EXPECT_EQ(identity->id, id);
  EXPECT_EQ(identity->state_id, "state-1");
  EXPECT_EQ(identity->high_water, 18'446'744'073'709'551'615u);
}

TEST_F(ConnectionTest, WaitingEndsAtACommitOfTheApplication) {
  auto endpoint = open_prepared(spec());
  int sleeps = 0;
  runtime.on_short_sleep = [&] {
    if (++sleeps == 3) app->exec("UPDATE customers SET name = 'Eve'");
  };
  EXPECT_TRUE(run(connector->wait_for_commit(std::chrono::seconds(5))));
  EXPECT_EQ(sleeps, 3);
}

TEST_F(ConnectionTest, WaitingEndsWithoutACommitAfterItsTime) {
  auto endpoint = open_prepared(spec());
  auto const before = runtime.steady;
  EXPECT_FALSE(run(connector->wait_for_commit(std::chrono::seconds(1))));
  EXPECT_EQ(runtime.steady - before, std::chrono::seconds(1));
}

TEST_F(ConnectionTest, ACommitBetweenTwoWaitsIsNoticed) {
  auto endpoint = open_prepared(spec());
  EXPECT_FALSE(run(connector->wait_for_commit(std::chrono::milliseconds(0))));
  app->exec("UPDATE customers SET name = 'Eve'");
  EXPECT_TRUE(run(connector->wait_for_commit(std::chrono::milliseconds(0))));
  EXPECT_FALSE(run(connector->wait_for_commit(std::chrono::milliseconds(0))));
}

TEST_F(ConnectionTest, OurOwnWritesDoNotWakeUs) {
  auto endpoint = open_prepared(spec());
  apply_one(*endpoint, rename("Eve"));
  EXPECT_FALSE(run(connector->wait_for_commit(std::chrono::milliseconds(0))));
}

TEST_F(ConnectionTest, ADatabaseThatGoesAwayIsFoundAgain) {
  auto endpoint = open_prepared(spec());
  app->exec("PRAGMA wal_checkpoint(TRUNCATE)");
  app.reset();
  std::filesystem::rename(path, folder / "away.db");
  auto gone = run(endpoint->snapshot(""));
  ASSERT_FALSE(gone);
  EXPECT_EQ(gone.error().code, Errc::config_invalid);
  EXPECT_FALSE(run(connector->wait_for_commit(std::chrono::milliseconds(50))));
  std::filesystem::rename(folder / "away.db", path);
  EXPECT_TRUE(run(endpoint->snapshot("")));
}

TEST(ConnectorRowTest, RefusesWhatItCannotUse) {
  TestRuntime runtime;
  auto const row = connector_row();
  EXPECT_EQ(row.type, "sqlite");
  EXPECT_EQ(row.role, ConnectorRole::app);
  ConnectionConfig config;
  config.name = "shop-db";
  auto missing = row.make(config, runtime);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::config_invalid);
  EXPECT_THAT(missing.error().message(), HasSubstr("`path`"));
  config.values["path"] = "shop.db";
  EXPECT_TRUE(row.make(config, runtime));
  for (auto const* good : {"0ms", "500ms", "5s", "1m"}) {
    config.values["busy_timeout"] = good;
    EXPECT_TRUE(row.make(config, runtime)) << good;
  }
  for (auto const* bad : {"", "5", "s", "-1s", "5 s", "2m", "5h", "99999999999999999999s"}) {
    config.values["busy_timeout"] = bad;
    auto refused = row.make(config, runtime);
    ASSERT_FALSE(refused) << bad;
    EXPECT_THAT(refused.error().message(), HasSubstr("`busy_timeout`"));
  }
}

TEST(ConnectorRowTest, TakesNoWebhooks) {
  TestRuntime runtime;
  SqliteConnector connector(runtime, "shop-db", "shop.db", std::chrono::seconds(5));
  EXPECT_EQ(connector.parse_webhook({}, {}).error().code, Errc::unsupported);
}

}  // namespace
}  // namespace crmsync::connectors::sqlite::test
