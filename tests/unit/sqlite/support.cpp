// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/sqlite/support.hpp"

#include <sqlite3.h>
#include <stdlib.h>

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>

namespace crmsync::connectors::sqlite::test {

namespace {
constexpr std::chrono::milliseconds kLong{10'000};
using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;
}  // namespace

Task<bool> TestRuntime::sleep(std::chrono::milliseconds delay) {
  if (delay < kLong || deadlines_pass) {
    co_await asio::post(executor(), use_task);
    steady += delay;
    if (delay < kLong && on_short_sleep) on_short_sleep();
    co_return true;
  }
  Timer timer(executor());
  timer.expires_after(std::chrono::hours(1));
  boost::system::error_code ended;
  co_await timer.async_wait(asio::redirect_error(use_task, ended));
  co_return !ended;
}

App::App(std::string const& path) {
  EXPECT_EQ(sqlite3_open(path.c_str(), &handle_), SQLITE_OK);
  sqlite3_busy_timeout(handle_, 10'000);
}

App::~App() {
  sqlite3_close(handle_);
}

void App::exec(std::string const& sql) {
  char* message = nullptr;
  int const code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, &message);
  EXPECT_EQ(code, SQLITE_OK) << (message ? message : "") << "\n" << sql;
  sqlite3_free(message);
}

bool App::try_exec(std::string const& sql) {
  return sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK;
}

std::vector<std::string> App::rows(std::string const& sql) {
  std::vector<std::string> out;
  sqlite3_stmt* statement = nullptr;
  EXPECT_EQ(sqlite3_prepare_v2(handle_, sql.c_str(), -1, &statement, nullptr), SQLITE_OK)
      << sqlite3_errmsg(handle_) << "\n"
      << sql;
  while (statement && sqlite3_step(statement) == SQLITE_ROW) {
    std::string row;
    for (int i = 0; i < sqlite3_column_count(statement); ++i) {
      if (i > 0) row += '|';
      auto const* text = reinterpret_cast<char const*>(sqlite3_column_text(statement, i));
      if (text)
        row.append(text, static_cast<std::size_t>(sqlite3_column_bytes(statement, i)));
      else
        row += "NULL";
    }
    out.push_back(std::move(row));
  }
  sqlite3_finalize(statement);
  return out;
}

std::string App::one(std::string const& sql) {
  auto const all = rows(sql);
  EXPECT_EQ(all.size(), 1u) << sql;
  return all.empty() ? "" : all.front();
}

void App::exec_bound(std::string const& sql, std::vector<std::string> const& texts) {
  sqlite3_stmt* statement = nullptr;
  ASSERT_EQ(sqlite3_prepare_v2(handle_, sql.c_str(), -1, &statement, nullptr), SQLITE_OK)
      << sqlite3_errmsg(handle_);
  for (std::size_t i = 0; i < texts.size(); ++i)
    sqlite3_bind_text(statement, static_cast<int>(i) + 1, texts[i].data(),
                      static_cast<int>(texts[i].size()), SQLITE_TRANSIENT);
  EXPECT_EQ(sqlite3_step(statement), SQLITE_DONE) << sqlite3_errmsg(handle_);
  sqlite3_finalize(statement);
}

SqliteTest::SqliteTest() {
  auto pattern = (std::filesystem::temp_directory_path() / "crmsync-sqlite-XXXXXX").string();
  folder = ::mkdtemp(pattern.data());
  path = (folder / "shop.db").string();
  app = std::make_unique<App>(path);
  app->exec("PRAGMA journal_mode = WAL");
}

SqliteTest::~SqliteTest() {
  connector.reset();
  app.reset();
  std::filesystem::remove_all(folder);
}

std::unique_ptr<Connector> SqliteTest::connect(std::string const& busy_timeout) {
  ConnectionConfig config;
  config.name = "shop-db";
  config.type = "sqlite";
  config.values = {{"path", path}, {"busy_timeout", busy_timeout}};
  auto made = connector_row().make(config, runtime);
  EXPECT_TRUE(made) << made.error().message();
  return std::move(*made);
}

EndpointSpec SqliteTest::spec() const {
  EndpointSpec spec;
  spec.mapping = "contacts";
  spec.object = "customers";
  spec.key = {"id"};
  spec.fields = {"name", "email"};
  spec.writable = {"name", "email"};
  spec.capture = EndpointSpec::Capture::triggers;
  return spec;
}

std::unique_ptr<Endpoint> SqliteTest::open(EndpointSpec the_spec) {
  if (!connector) connector = connect();
  return connector->open(std::move(the_spec));
}

std::unique_ptr<Endpoint> SqliteTest::open_prepared(EndpointSpec the_spec) {
  auto endpoint = open(std::move(the_spec));
  auto prepared = run(endpoint->prepare());
  EXPECT_TRUE(prepared) << prepared.error().message();
  return endpoint;
}

engine::Observation SqliteTest::fetch_one(Endpoint& endpoint, std::string const& key) {
  FetchRequest request;
  request.keys = {key};
  auto seen = run(endpoint.fetch(request));
  EXPECT_TRUE(seen) << seen.error().message();
  return seen && seen->size() == 1 ? seen->front() : engine::Observation{};
}

Receipt SqliteTest::apply_one(Endpoint& endpoint, Operation operation) {
  auto receipts = run(endpoint.apply({std::move(operation)}, Lane::interactive));
  EXPECT_TRUE(receipts) << receipts.error().message();
  return receipts && receipts->size() == 1 ? receipts->front() : Receipt{};
}

std::vector<engine::ChangeEvent> SqliteTest::drain(Endpoint& endpoint, engine::Cursor& cursor) {
  std::vector<engine::ChangeEvent> events;
  for (int page_count = 0; page_count < 1000; ++page_count) {
    auto page = run(endpoint.changes(cursor));
    EXPECT_TRUE(page) << page.error().message();
    if (!page) return events;
    events.insert(events.end(), page->events.begin(), page->events.end());
    cursor = page->next;
    EXPECT_TRUE(run(endpoint.acknowledge(cursor)));
    if (page->caught_up) return events;
  }
  ADD_FAILURE() << "never caught up";
  return events;
}

std::vector<engine::Observation> SqliteTest::snapshot_all(Endpoint& endpoint) {
  std::vector<engine::Observation> records;
  std::string token;
  for (int page_count = 0; page_count < 1000; ++page_count) {
    auto page = run(endpoint.snapshot(token));
    EXPECT_TRUE(page) << page.error().message();
    if (!page) return records;
    records.insert(records.end(), page->records.begin(), page->records.end());
    if (page->done) return records;
    token = page->next;
  }
  ADD_FAILURE() << "the snapshot never ended";
  return records;
}

std::vector<std::string> texts(std::vector<engine::ChangeEvent> const& events) {
  std::vector<std::string> out;
  for (auto const& event : events) {
    std::string text = event.own_write ? "own " : "";
    switch (event.kind) {
      case engine::ChangeKind::changed:
        text += "changed ";
        break;
      case engine::ChangeKind::deleted:
        text += "deleted ";
        break;
      case engine::ChangeKind::merged:
        text += "merged ";
        break;
      case engine::ChangeKind::restored:
        text += "restored ";
        break;
      case engine::ChangeKind::rekeyed:
        text += "rekeyed ";
        break;
    }
    text += event.key;
    if (!event.new_key.empty()) text += ">" + event.new_key;
    out.push_back(std::move(text));
  }
  return out;
}

}  // namespace crmsync::connectors::sqlite::test
