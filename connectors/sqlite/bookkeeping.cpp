// SPDX-License-Identifier: Apache-2.0
#include "connectors/sqlite/bookkeeping.hpp"

namespace crmsync::connectors::sqlite {

using engine::Result;
using engine::Status;

std::vector<std::string> table_statements(bool with_capture) {
  std::vector<std::string> statements{
      "CREATE TABLE IF NOT EXISTS crmsync_meta (key TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID",
      "CREATE TABLE IF NOT EXISTS crmsync_link (mapping TEXT NOT NULL, crm_id TEXT NOT NULL, "
      "app_key TEXT NOT NULL, UNIQUE (mapping, crm_id))",
      "CREATE INDEX IF NOT EXISTS crmsync_link_by_key ON crmsync_link (app_key)",
      database_id_statement()};
  if (!with_capture) return statements;
  statements.emplace_back(
      "CREATE TABLE IF NOT EXISTS crmsync_changes (seq INTEGER PRIMARY KEY AUTOINCREMENT, "
      "obj TEXT, op TEXT, key TEXT, new_key TEXT, own INTEGER, at TEXT)");
  statements.emplace_back(
      "CREATE INDEX IF NOT EXISTS crmsync_changes_by_obj ON crmsync_changes (obj)");
  statements.emplace_back("CREATE TABLE IF NOT EXISTS crmsync_own (token INTEGER)");
  return statements;
}

std::string database_id_statement() {
  return "INSERT INTO crmsync_meta (key, value) "
         "VALUES ('database_id', lower(hex(randomblob(16)))) ON CONFLICT DO NOTHING";
}

Result<bool> table_exists(Database& database, std::string_view name) {
  auto count = database.number(
      "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = ?1", name);
  if (!count) return count.error();
  return *count > 0;
}

Result<std::string> read_meta(Database& database, std::string_view key) {
  auto exists = table_exists(database, "crmsync_meta");
  if (!exists) return exists.error();
  if (!*exists) return std::string{};
  return database.text("SELECT m.value FROM crmsync_meta AS m WHERE m.key = ?1", key);
}

Status write_meta(Database& database, std::string_view key, std::string_view value) {
  auto statement = database.query(
      "INSERT INTO crmsync_meta (key, value) VALUES (?1, ?2) "
      "ON CONFLICT (key) DO UPDATE SET value = excluded.value",
      key, value);
  if (!statement) return statement.error();
  return statement->run();
}

engine::Error missing_rights(Database const& database, std::string detail,
                             std::vector<std::string> const& statements) {
  std::string sql;
  for (auto const& statement : statements) sql += statement + ";\n";
  return database.fail(engine::Errc::forbidden, std::move(detail),
                       "run this once as a user who may write the database:\n" + sql);
}

}  // namespace crmsync::connectors::sqlite
