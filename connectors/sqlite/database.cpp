// SPDX-License-Identifier: Apache-2.0
#include "connectors/sqlite/database.hpp"

#include "connectors/sqlite/error.hpp"
#include "connectors/sqlite/tuning.hpp"

#include <sqlite3.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace crmsync::connectors::sqlite {

using engine::Errc;
using engine::Error;
using engine::Result;
using engine::Status;

Database::Database(std::string connection, std::string path, std::chrono::milliseconds busy_timeout,
                   std::atomic<bool> const& closing)
    : connection_(std::move(connection)),
      path_(std::move(path)),
      busy_timeout_ms_(busy_timeout.count()),
      closing_(closing) {}

Database::~Database() {
  close();
}

void Database::close() noexcept {
  for (auto& [sql, statement] : idle_) sqlite3_finalize(statement);
  idle_.clear();
  sqlite3_close(handle_);
  handle_ = nullptr;
}

Stop Database::stop_requested() const noexcept {
  if (closing_.load(std::memory_order_relaxed)) return Stop::cancelled;
  return stop_ ? stop_->load(std::memory_order_relaxed) : Stop::no;
}

int Database::on_progress(void* self) noexcept {
  auto const* database = static_cast<Database const*>(self);
  return !database->uninterruptible_ && database->stop_requested() != Stop::no ? 1 : 0;
}

// Waits for another process's lock, a little longer at each attempt, and counts what it waited
// instead of asking a clock.
int Database::on_busy(void* self, int attempt) noexcept {
  auto* database = static_cast<Database*>(self);
  static constexpr int kDelaysMs[] = {1, 2, 5, 10, 15, 20, 25, 25, 50, 50, 100};
  static constexpr int kLast = static_cast<int>(std::size(kDelaysMs)) - 1;
  if (attempt == 0) database->busy_waited_ms_ = 0;
  int const delay = kDelaysMs[std::min(attempt, kLast)];
  if (database->busy_waited_ms_ + delay > database->busy_timeout_ms_) return 0;
  if (database->stop_requested() != Stop::no) return 0;
  database->busy_waited_ms_ += delay;
  sqlite3_sleep(delay);
  return 1;
}

Error Database::fail(Errc code, std::string detail, std::string hint) const {
  return engine::make_error(code, connection_ + ": " + doing_, std::move(detail), std::move(hint));
}

Error Database::error(int code) const {
  int const extended = handle_ ? sqlite3_extended_errcode(handle_) : code;
  bool const same = (extended & 0xff) == (code & 0xff);
  int const primary = code & 0xff;
  // A stop ends running work as an interrupt and waiting for a lock as busy.
  if (primary == SQLITE_INTERRUPT || primary == SQLITE_BUSY) {
    Stop const stop = stop_requested();
    if (stop == Stop::cancelled) return fail(Errc::cancelled, "the daemon is stopping");
    if (stop == Stop::deadline)
      return fail(Errc::transient, "the deadline passed", "tried again by itself");
  }
  return error_from_code(same ? extended : code,
                         same && handle_ ? sqlite3_errmsg(handle_) : sqlite3_errstr(code),
                         connection_ + ": " + doing_);
}

Status Database::begin_work(std::string doing, std::atomic<Stop> const* stop) {
  doing_ = std::move(doing);
  stop_ = stop;
  if (stop_requested() == Stop::cancelled) return fail(Errc::cancelled, "the daemon is stopping");
  if (stop_requested() == Stop::deadline)
    return fail(Errc::transient, "the deadline passed before the work began",
                "tried again by itself");
  struct stat info {};
  if (::stat(path_.c_str(), &info) != 0) {
    int const code = errno;
    close();
    if (code == EACCES)
      return fail(Errc::forbidden, "the database " + path_ + " is in a folder that cannot be read",
                  "give the daemon's user permission on the folder");
    return fail(Errc::config_invalid, "the database file " + path_ + " does not exist",
                "correct `path` in the connection's file, or let the application create it");
  }
  if (!S_ISREG(info.st_mode))
    return fail(Errc::config_invalid, path_ + " is not a file",
                "correct `path` in the connection's file");
  bool const replaced = handle_ && (device_ != info.st_dev || inode_ != info.st_ino);
  if (replaced) close();
  if (handle_) return {};
  device_ = info.st_dev;
  inode_ = info.st_ino;
  auto opened = open();
  if (opened && replaced) reopened_ = true;
  return opened;
}

Error Database::open_error(int code) const {
  int const primary = code & 0xff;
  if (primary == SQLITE_NOTADB)
    return fail(Errc::corrupt, path_ + " is not an SQLite database",
                "correct `path` in the connection's file");
  if (primary == SQLITE_CANTOPEN || primary == SQLITE_PERM || primary == SQLITE_AUTH)
    return fail(Errc::forbidden, path_ + " cannot be opened",
                "give the daemon's user read and write permission on the file and its folder");
  return error(code);
}

Status Database::open() {
  int const flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  int const code = sqlite3_open_v2(path_.c_str(), &handle_, flags, nullptr);
  if (code != SQLITE_OK) {
    auto failure = open_error(code);
    close();
    return failure;
  }
  auto configured = configure();
  if (!configured) close();
  return configured;
}

Status Database::configure() {
  sqlite3_busy_handler(handle_, &Database::on_busy, this);
  sqlite3_progress_handler(handle_, kProgressSteps, &Database::on_progress, this);
  // The first statement that reads the file tells whether it is a database at all.
  int const code = sqlite3_exec(handle_, "PRAGMA foreign_keys = ON; PRAGMA schema_version", nullptr,
                                nullptr, nullptr);
  if (code != SQLITE_OK) return open_error(code);
  auto version = number("PRAGMA data_version");
  if (!version) return version.error();
  data_version_ = *version;
  ++opened_;
  return {};
}

Result<Statement> Database::prepare(std::string_view sql) {
  if (auto found = idle_.find(sql); found != idle_.end()) {
    auto node = idle_.extract(found);
    return Statement(*this, std::move(node.key()), node.mapped());
  }
  sqlite3_stmt* handle = nullptr;
  int const code = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT, &handle, nullptr);
  if (code != SQLITE_OK) return error(code);
  return Statement(*this, std::string(sql), handle);
}

void Database::give_back(std::string sql, sqlite3_stmt* handle) noexcept {
  if (idle_.size() >= kStatementsCachedMax) {
    for (auto& [text, statement] : idle_) sqlite3_finalize(statement);
    idle_.clear();
  }
  if (!idle_.emplace(std::move(sql), handle).second) sqlite3_finalize(handle);
}

Status Database::execute(std::string const& sql) {
  int const code = sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) return error(code);
  return {};
}

std::string Database::collation_of(std::string const& table, std::string const& column) const {
  char const* collation = nullptr;
  int const code = sqlite3_table_column_metadata(handle_, "main", table.c_str(), column.c_str(),
                                                 nullptr, &collation, nullptr, nullptr, nullptr);
  return code == SQLITE_OK && collation ? collation : "";
}

bool Database::read_only() const noexcept {
  return sqlite3_db_readonly(handle_, "main") == 1;
}
bool Database::in_transaction() const noexcept {
  return sqlite3_get_autocommit(handle_) == 0;
}
std::int64_t Database::rows_changed() const noexcept {
  return sqlite3_changes64(handle_);
}
std::int64_t Database::last_rowid() const noexcept {
  return sqlite3_last_insert_rowid(handle_);
}

Result<SchemaVersion> Database::schema_version() {
  auto cookie = number("PRAGMA schema_version");
  if (!cookie) return cookie.error();
  return SchemaVersion{opened_, *cookie};
}

Result<bool> Database::committed_elsewhere() {
  auto version = number("PRAGMA data_version");
  if (!version) return version.error();
  bool const moved = *version != data_version_ || reopened_;
  data_version_ = *version;
  reopened_ = false;
  return moved;
}

void Database::roll_back() noexcept {
  if (!handle_ || !in_transaction()) return;
  uninterruptible_ = true;
  sqlite3_exec(handle_, "ROLLBACK", nullptr, nullptr, nullptr);
  uninterruptible_ = false;
}

Status Database::commit() {
  if (stop_requested() != Stop::no) return error(SQLITE_INTERRUPT);
  uninterruptible_ = true;
  int const code = sqlite3_exec(handle_, "COMMIT", nullptr, nullptr, nullptr);
  uninterruptible_ = false;
  if (code == SQLITE_OK) return {};
  auto failure = error(code);
  failure.maybe_applied = (code & 0xff) == SQLITE_IOERR;
  return failure;
}

Result<WriteTransaction> WriteTransaction::begin(Database& database) {
  auto begun = database.execute("BEGIN IMMEDIATE");
  if (!begun) return begun.error();
  return WriteTransaction(database);
}

Status WriteTransaction::commit() {
  auto committed = database_->commit();
  if (!committed) database_->roll_back();
  database_ = nullptr;
  return committed;
}

Result<ReadTransaction> ReadTransaction::begin(Database& database) {
  auto begun = database.execute("BEGIN");
  if (!begun) return begun.error();
  return ReadTransaction(database);
}

}  // namespace crmsync::connectors::sqlite
