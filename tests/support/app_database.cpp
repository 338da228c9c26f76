// SPDX-License-Identifier: Apache-2.0
#include "tests/support/sync_world.hpp"

#include <stdexcept>

namespace crmsync::tests {

AppDatabase::AppDatabase(std::string const& path) {
  if (sqlite3_open(path.c_str(), &handle_) != SQLITE_OK)
    throw std::runtime_error("cannot open " + path);
  sqlite3_busy_timeout(handle_, 10'000);
}

AppDatabase::~AppDatabase() {
  sqlite3_close(handle_);
}

void AppDatabase::run(std::string const& sql) {
  char* message = nullptr;
  if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, &message) == SQLITE_OK) return;
  std::string const why = message == nullptr ? "?" : message;
  sqlite3_free(message);
  throw std::runtime_error(why + " in " + sql);
}

std::vector<Row> AppDatabase::rows(std::string const& sql) {
  std::vector<Row> out;
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(handle_, sql.c_str(), -1, &statement, nullptr) != SQLITE_OK)
    throw std::runtime_error(std::string(sqlite3_errmsg(handle_)) + " in " + sql);
  while (sqlite3_step(statement) == SQLITE_ROW) {
    Row row;
    for (int i = 0; i < sqlite3_column_count(statement); ++i) {
      auto const* text = reinterpret_cast<char const*>(sqlite3_column_text(statement, i));
      row[sqlite3_column_name(statement, i)] =
          text == nullptr ? std::nullopt : std::optional<std::string>(text);
    }
    out.push_back(std::move(row));
  }
  sqlite3_finalize(statement);
  return out;
}

std::string AppDatabase::value(std::string const& sql) {
  auto const all = rows(sql);
  if (all.empty() || all.front().empty()) return {};
  return all.front().begin()->second.value_or("");
}

}  // namespace crmsync::tests
