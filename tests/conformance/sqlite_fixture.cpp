// A SQLite file and an application that works in it through a connection of its own.
// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/sqlite_fixture.hpp"

#include "connectors/registry.hpp"

#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>

namespace crmsync::tests::conformance {
namespace {

constexpr char const* kSchema = R"(
  PRAGMA journal_mode = WAL;
  CREATE TABLE customers (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    note TEXT CONSTRAINT note_is_short CHECK (length(note) < 50),
    amount_text TEXT,
    amount DECIMAL(20, 2),
    initial TEXT GENERATED ALWAYS AS (substr(name, 1, 1)) VIRTUAL,
    updated_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')));
  CREATE INDEX customers_by_stamp ON customers (updated_at, id);)";

// The application's own connection.
class Application {
 public:
  explicit Application(std::string const& path) {
    if (sqlite3_open(path.c_str(), &handle_) != SQLITE_OK) fail("open");
    sqlite3_busy_timeout(handle_, 5000);
  }
  Application(Application const&) = delete;
  Application& operator=(Application const&) = delete;
  ~Application() { sqlite3_close(handle_); }

  void script(std::string const& sql) {
    if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) fail(sql);
  }
  // First column of the first row.
  Text run(std::string const& sql, std::vector<Text> const& values = {}) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(handle_, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) fail(sql);
    int index = 0;
    for (auto const& value : values) {
      ++index;
      if (value)
        sqlite3_bind_text(statement, index, value->data(), static_cast<int>(value->size()),
                          SQLITE_TRANSIENT);
    }
    Text answer;
    auto const code = sqlite3_step(statement);
    if (code == SQLITE_ROW && sqlite3_column_type(statement, 0) != SQLITE_NULL)
      answer.emplace(reinterpret_cast<char const*>(sqlite3_column_text(statement, 0)),
                     static_cast<std::size_t>(sqlite3_column_bytes(statement, 0)));
    sqlite3_finalize(statement);
    if (code != SQLITE_ROW && code != SQLITE_DONE) fail(sql);
    return answer;
  }
  engine::RecordKey last_key() const { return std::to_string(sqlite3_last_insert_rowid(handle_)); }

 private:
  [[noreturn]] void fail(std::string const& doing) const {
    throw std::runtime_error(doing + ": " + sqlite3_errmsg(handle_));
  }
  sqlite3* handle_ = nullptr;
};

std::filesystem::path fresh_folder() {
  auto pattern = (std::filesystem::temp_directory_path() / "crmsync-conformance-XXXXXX").string();
  if (!mkdtemp(pattern.data())) throw std::runtime_error("no temporary folder");
  return pattern;
}

class SqliteFixture final : public Fixture {
 public:
  using Capture = connectors::EndpointSpec::Capture;

  explicit SqliteFixture(Capture capture)
      : Fixture(Sleep::really),
        capture_(capture),
        folder_(fresh_folder()),
        path_((folder_ / "shop.db").string()),
        app_(std::make_unique<Application>(path_)) {
    app_->script(kSchema);
  }
  ~SqliteFixture() override {
    other_.reset();
    app_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(folder_, ignored);
  }

  connectors::EndpointSpec spec() const override {
    connectors::EndpointSpec spec;
    spec.mapping = "contacts-customers";
    spec.object = "customers";
    spec.key = {"id"};
    spec.fields = {"name", "note", "amount_text", "amount", "initial"};
    spec.writable = {"name", "note", "amount_text", "amount"};
    spec.capture = capture_;
    if (capture_ == Capture::poll) {
      spec.changed_at = "updated_at";
      spec.overlap = 2 * kMostlyVisible;
    }
    return spec;
  }
  Names names() const override {
    return {.text = "name",
            .note = "note",
            .exact = "amount_text",
            .number = "amount",
            .read_only = "initial"};
  }
  Sizes sizes() const override {
    return capture_ == Capture::poll ? Sizes{.page = 500, .flood = 2100}
                                     : Sizes{.page = 1000, .flood = 2100};
  }
  std::unique_ptr<connectors::Connector> connect() override {
    connectors::ConnectionConfig config;
    config.name = "shop-db";
    config.type = "sqlite";
    config.values["path"] = path_;
    config.values["busy_timeout"] = "200ms";
    return connectors::find_connector("sqlite")->make(config, runtime()).value();
  }

  std::vector<engine::RecordKey> create(std::vector<UserRow> const& rows) override {
    auto const stamp = next_stamp();
    std::vector<engine::RecordKey> keys;
    app_->script("BEGIN IMMEDIATE");
    for (auto const& row : rows) {
      app_->run(
          "INSERT INTO customers (name, note, amount_text, amount, updated_at)"
          " VALUES (?, ?, ?, ?, ?)",
          {row.text, row.note, row.exact, row.number, stamp});
      keys.push_back(app_->last_key());
    }
    app_->script("COMMIT");
    return keys;
  }
  void edit(std::vector<engine::RecordKey> const& keys, std::string_view field,
            Text const& value) override {
    auto const stamp = next_stamp();
    auto const sql =
        "UPDATE customers SET " + std::string(field) + " = ?, updated_at = ? WHERE id = ?";
    app_->script("BEGIN IMMEDIATE");
    for (auto const& key : keys) app_->run(sql, {value, stamp, key});
    app_->script("COMMIT");
  }
  void erase(engine::RecordKey const& key) override {
    app_->run("DELETE FROM customers WHERE id = ?", {key});
  }
  std::optional<engine::RecordKey> move(engine::RecordKey const& key,
                                        engine::RecordKey const&) override {
    if (capture_ == Capture::poll) return std::nullopt;  // a poll sees a new row and a missing one
    app_->run("UPDATE customers SET id = 777000 WHERE id = ?", {key});
    return "777000";
  }
  std::function<engine::RecordKey()> create_late() override {
    return [this, stamp = next_stamp()] {
      app_->run("INSERT INTO customers (name, updated_at) VALUES ('late', ?)", {stamp});
      return app_->last_key();
    };
  }
  Text stored(engine::RecordKey const& key, std::string_view field) override {
    return app_->run("SELECT " + std::string(field) + " FROM customers WHERE id = ?", {key});
  }
  std::size_t live_records() override {
    return std::stoul(app_->run("SELECT count(*) FROM customers").value());
  }

  void settle() override {}

  engine::Value refused_value(std::string& field) const override {
    field = "note";
    return std::string(60, 'x');
  }

  std::vector<Fault> faults() const override { return {Fault::locked}; }
  void fail(std::size_t, Fault) override {
    other_ = std::make_unique<Application>(path_);
    other_->script("BEGIN IMMEDIATE");
  }
  void heal() override { other_.reset(); }
  std::size_t requests() const override { return 0; }
  void during_request(std::size_t, std::function<void()>) override {}

 private:
  // Later than every stamp before, also within one millisecond.
  std::string next_stamp() {
    stamp_.micros = std::max(stamp_.micros + 1000, runtime().now().micros);
    return app_
        ->run("SELECT strftime('%Y-%m-%dT%H:%M:%fZ', ? / 1000.0, 'unixepoch')",
              {std::to_string(stamp_.micros / 1000)})
        .value();
  }

  Capture capture_;
  std::filesystem::path folder_;
  std::string path_;
  std::unique_ptr<Application> app_;
  std::unique_ptr<Application> other_;  // holds the write lock
  engine::Timestamp stamp_;
};

}  // namespace

std::unique_ptr<Fixture> make_sqlite_triggers() {
  return std::make_unique<SqliteFixture>(SqliteFixture::Capture::triggers);
}
std::unique_ptr<Fixture> make_sqlite_poll() {
  return std::make_unique<SqliteFixture>(SqliteFixture::Capture::poll);
}

}  // namespace crmsync::tests::conformance
