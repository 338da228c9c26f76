// One prepared statement, borrowed from the database's cache for one use.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

struct sqlite3_stmt;

namespace crmsync::connectors::sqlite {

class Database;

enum class Storage : std::uint8_t { null, integer, real, text, blob };

// Worker thread only. Returns to the cache, reset and without bindings, at the end of its life.
class Statement {
 public:
  Statement(Database& database, std::string sql, sqlite3_stmt* handle) noexcept
      : database_(&database), sql_(std::move(sql)), handle_(handle) {}
  Statement(Statement&& other) noexcept;
  Statement& operator=(Statement&&) = delete;
  ~Statement();

  // Parameters count from 1. A binding that fails is reported by the next step().
  void bind(int index, std::string_view text);
  void bind(int index, std::int64_t number);
  // Only for a number that SQLite itself stores as a double.
  void bind_real(int index, double number);
  void bind_null(int index);

  // True: a row is there. False: the statement is done.
  engine::Result<bool> step();
  // For statements without rows.
  engine::Status run();
  // Ready to be bound and stepped again.
  void restart();

  // Columns count from 0 and live until the next step.
  Storage storage(int column) const noexcept;
  std::int64_t integer(int column) const noexcept;
  double real(int column) const noexcept;
  std::string_view text(int column) const noexcept;

 private:
  Database* database_;
  std::string sql_;
  sqlite3_stmt* handle_;
  int bind_code_ = 0;
};

}  // namespace crmsync::connectors::sqlite
