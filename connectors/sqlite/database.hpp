// The application's database file: opening it, statements, transactions, and what SQLite's answers
// mean. Never changes the journal mode: that is the application's business.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/sqlite/statement.hpp"
#include "engine/error.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

struct sqlite3;

namespace crmsync::connectors::sqlite {

// Why running work is to end early. Set by the control thread, read by the worker.
enum class Stop : std::uint8_t { no, deadline, cancelled };

struct SchemaVersion {
  std::int64_t opened = 0;  // how often a file was opened
  std::int64_t cookie = 0;  // SQLite's own count in that file
  friend bool operator==(SchemaVersion const&, SchemaVersion const&) = default;
};

// Worker thread only, except for construction.
class Database {
 public:
  // `closing` outlives the database; once it is set everything under way ends as cancelled.
  Database(std::string connection, std::string path, std::chrono::milliseconds busy_timeout,
           std::atomic<bool> const& closing);
  Database(Database const&) = delete;
  Database& operator=(Database const&) = delete;
  ~Database();

  // Opens the file if it is not open, or again if another file now has its path (a restored
  // backup). `doing` names the work in error texts: "update customers 512".
  engine::Status begin_work(std::string doing, std::atomic<Stop> const* stop);
  void end_work() noexcept { stop_ = nullptr; }
  void set_doing(std::string doing) { doing_ = std::move(doing); }

  engine::Result<Statement> prepare(std::string_view sql);
  // Statements without parameters and rows.
  engine::Status execute(std::string const& sql);
  // Prepares and binds in order.
  template <class... Values>
  engine::Result<Statement> query(std::string_view sql, Values const&... values) {
    auto statement = prepare(sql);
    if (!statement) return statement;
    [[maybe_unused]] int index = 0;
    (statement->bind(++index, values), ...);
    return statement;
  }
  // First column of the first row; 0 or "" when there is no row or the value is NULL.
  template <class... Values>
  engine::Result<std::int64_t> number(std::string_view sql, Values const&... values) {
    auto statement = query(sql, values...);
    if (!statement) return statement.error();
    auto row = statement->step();
    if (!row) return row.error();
    return *row ? statement->integer(0) : 0;
  }
  template <class... Values>
  engine::Result<std::string> text(std::string_view sql, Values const&... values) {
    auto statement = query(sql, values...);
    if (!statement) return statement.error();
    auto row = statement->step();
    if (!row) return row.error();
    return std::string(*row ? statement->text(0) : std::string_view{});
  }

  // The collation that comparisons of this column use by themselves. Empty when there is no such
  // column.
  std::string collation_of(std::string const& table, std::string const& column) const;
  bool read_only() const noexcept;
  bool in_transaction() const noexcept;
  std::int64_t rows_changed() const noexcept;
  std::int64_t last_rowid() const noexcept;
  // Moves when the schema changes, also by another process, and when another file is opened.
  engine::Result<SchemaVersion> schema_version();
  // True when another connection committed since the last call (or since the file was opened).
  engine::Result<bool> committed_elsewhere();

  // Ends a transaction whatever the deadline says. Safe when none is open.
  void roll_back() noexcept;
  // Not interrupted: a commit under way is waited for. maybe_applied is set when a failure leaves
  // the outcome open.
  engine::Status commit();

  engine::Error error(int code) const;
  engine::Error fail(engine::Errc code, std::string detail, std::string hint = {}) const;
  std::string const& path() const noexcept { return path_; }

 private:
  friend class Statement;
  void give_back(std::string sql, sqlite3_stmt* handle) noexcept;
  engine::Status open();
  engine::Status configure();
  engine::Error open_error(int code) const;
  void close() noexcept;
  Stop stop_requested() const noexcept;
  static int on_progress(void* self) noexcept;
  static int on_busy(void* self, int attempt) noexcept;

  std::string connection_;
  std::string path_;
  std::int64_t busy_timeout_ms_;
  std::atomic<bool> const& closing_;
  std::atomic<Stop> const* stop_ = nullptr;
  bool uninterruptible_ = false;
  std::int64_t busy_waited_ms_ = 0;
  std::string doing_;
  sqlite3* handle_ = nullptr;
  std::uint64_t device_ = 0;
  std::uint64_t inode_ = 0;
  std::int64_t data_version_ = 0;
  std::int64_t opened_ = 0;
  bool reopened_ = false;
  std::map<std::string, sqlite3_stmt*, std::less<>> idle_;  // statements not borrowed now
};

// A write transaction: takes the write lock at once, rolls back unless committed.
class WriteTransaction {
 public:
  static engine::Result<WriteTransaction> begin(Database& database);
  WriteTransaction(WriteTransaction&& other) noexcept
      : database_(std::exchange(other.database_, nullptr)) {}
  WriteTransaction& operator=(WriteTransaction&&) = delete;
  ~WriteTransaction() {
    if (database_) database_->roll_back();
  }
  engine::Status commit();

 private:
  explicit WriteTransaction(Database& database) noexcept : database_(&database) {}
  Database* database_;
};

// A read transaction: every statement inside sees one state of the database.
class ReadTransaction {
 public:
  static engine::Result<ReadTransaction> begin(Database& database);
  ReadTransaction(ReadTransaction&& other) noexcept
      : database_(std::exchange(other.database_, nullptr)) {}
  ReadTransaction& operator=(ReadTransaction&&) = delete;
  ~ReadTransaction() {
    if (database_) database_->roll_back();
  }

 private:
  explicit ReadTransaction(Database& database) noexcept : database_(&database) {}
  Database* database_;
};

}  // namespace crmsync::connectors::sqlite
