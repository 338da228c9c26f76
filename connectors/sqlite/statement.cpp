// SPDX-License-Identifier: Apache-2.0
#include "connectors/sqlite/statement.hpp"

#include "connectors/sqlite/database.hpp"

#include <sqlite3.h>

#include <utility>

namespace crmsync::connectors::sqlite {

using engine::Result;
using engine::Status;

Statement::Statement(Statement&& other) noexcept
    : database_(other.database_),
      sql_(std::move(other.sql_)),
      handle_(std::exchange(other.handle_, nullptr)),
      bind_code_(other.bind_code_) {}

Statement::~Statement() {
  if (!handle_) return;
  restart();
  database_->give_back(std::move(sql_), handle_);
}

void Statement::bind(int index, std::string_view text) {
  // A null data pointer would bind NULL instead of the empty text.
  char const* data = text.data() ? text.data() : "";
  int const code =
      sqlite3_bind_text64(handle_, index, data, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  if (code != SQLITE_OK) bind_code_ = code;
}

void Statement::bind(int index, std::int64_t number) {
  int const code = sqlite3_bind_int64(handle_, index, number);
  if (code != SQLITE_OK) bind_code_ = code;
}

void Statement::bind_real(int index, double number) {
  int const code = sqlite3_bind_double(handle_, index, number);
  if (code != SQLITE_OK) bind_code_ = code;
}

void Statement::bind_null(int index) {
  int const code = sqlite3_bind_null(handle_, index);
  if (code != SQLITE_OK) bind_code_ = code;
}

Result<bool> Statement::step() {
  if (bind_code_ != SQLITE_OK) return database_->error(bind_code_);
  int const code = sqlite3_step(handle_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  return database_->error(code);
}

Status Statement::run() {
  for (;;) {  // ends with the statement's rows, which are few or none
    auto row = step();
    if (!row) return row.error();
    if (!*row) return {};
  }
}

void Statement::restart() {
  sqlite3_reset(handle_);
  sqlite3_clear_bindings(handle_);
  bind_code_ = SQLITE_OK;
}

Storage Statement::storage(int column) const noexcept {
  switch (sqlite3_column_type(handle_, column)) {
    case SQLITE_INTEGER:
      return Storage::integer;
    case SQLITE_FLOAT:
      return Storage::real;
    case SQLITE_TEXT:
      return Storage::text;
    case SQLITE_BLOB:
      return Storage::blob;
    default:
      return Storage::null;
  }
}

std::int64_t Statement::integer(int column) const noexcept {
  return sqlite3_column_int64(handle_, column);
}

double Statement::real(int column) const noexcept {
  return sqlite3_column_double(handle_, column);
}

std::string_view Statement::text(int column) const noexcept {
  auto const* data = reinterpret_cast<char const*>(sqlite3_column_text(handle_, column));
  if (!data) return {};
  return {data, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
}

}  // namespace crmsync::connectors::sqlite
