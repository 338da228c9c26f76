// SPDX-License-Identifier: Apache-2.0
#include "connectors/sqlite/error.hpp"

#include <sqlite3.h>

namespace crmsync::connectors::sqlite {

using engine::Errc;

namespace {

struct CodeRow {
  int code;  // extended codes stand before their primary code
  Errc errc;
  std::string_view hint;
};

constexpr std::string_view kRetried = "tried again by itself";
constexpr std::string_view kDamaged =
    "stop the application, run `PRAGMA integrity_check` and restore a backup if it reports damage";
constexpr std::string_view kReadOnly =
    "give the daemon's user write permission on the file and on its folder";

constexpr CodeRow kCodes[] = {
    {SQLITE_CONSTRAINT_UNIQUE, Errc::already_exists, "another row holds this value"},
    {SQLITE_CONSTRAINT_PRIMARYKEY, Errc::already_exists, "another row has this key"},
    {SQLITE_CONSTRAINT_ROWID, Errc::already_exists, "another row has this key"},
    {SQLITE_CONSTRAINT_NOTNULL, Errc::invalid_value,
     "map the column, give it a default, or keep the other side from sending a blank"},
    {SQLITE_CONSTRAINT_FOREIGNKEY, Errc::invalid_value,
     "a row that is referred to is missing, or other rows refer to this one"},
    {SQLITE_CONSTRAINT_TRIGGER, Errc::invalid_value, "a trigger of the application refuses it"},
    {SQLITE_CONSTRAINT, Errc::invalid_value, "correct the value or the mapping"},
    {SQLITE_MISMATCH, Errc::invalid_value, "the value does not fit the column's type"},
    {SQLITE_TOOBIG, Errc::invalid_value, "the value is longer than SQLite accepts"},
    {SQLITE_READONLY_DBMOVED, Errc::transient, "the file was replaced; it is opened again"},
    {SQLITE_READONLY, Errc::read_only, kReadOnly},
    {SQLITE_PERM, Errc::forbidden, kReadOnly},
    {SQLITE_AUTH, Errc::forbidden, kReadOnly},
    {SQLITE_CANTOPEN, Errc::forbidden, kReadOnly},
    {SQLITE_BUSY, Errc::locked, "another process holds the database; tried again by itself"},
    {SQLITE_LOCKED, Errc::locked, "another process holds the database; tried again by itself"},
    {SQLITE_FULL, Errc::storage_full, "free space on the database's disk; nothing was written"},
    {SQLITE_IOERR_SHORT_READ, Errc::corrupt, kDamaged},
    {SQLITE_IOERR_CORRUPTFS, Errc::corrupt, kDamaged},
    {SQLITE_CORRUPT, Errc::corrupt, kDamaged},
    {SQLITE_NOTADB, Errc::corrupt, "name an SQLite database in `path`"},
    {SQLITE_FORMAT, Errc::corrupt, kDamaged},
    {SQLITE_IOERR, Errc::transient, kRetried},
    {SQLITE_PROTOCOL, Errc::locked, kRetried},
    {SQLITE_NOMEM, Errc::transient, kRetried},
    {SQLITE_SCHEMA, Errc::transient, kRetried},
    {SQLITE_INTERRUPT, Errc::transient, kRetried},
};

CodeRow const* find_code(int code) {
  for (auto const& row : kCodes)
    if (row.code == code) return &row;
  for (auto const& row : kCodes)
    if (row.code == (code & 0xff)) return &row;
  return nullptr;
}

}  // namespace

engine::Error error_from_code(int code, std::string_view message, std::string op) {
  if (auto const* row = find_code(code))
    return engine::make_error(row->errc, std::move(op), std::string(message),
                              std::string(row->hint));
  if ((code & 0xff) == SQLITE_ERROR && message.starts_with("no such")) {
    bool const program =
        message.starts_with("no such function") || message.starts_with("no such collation");
    return engine::make_error(
        program ? Errc::unsupported : Errc::invalid_schema, std::move(op), std::string(message),
        program ? "the application defines it in its own program; it cannot be used from outside"
                : "the schema changed; correct the mapping");
  }
  if (message.starts_with("foreign key mismatch"))
    return engine::make_error(Errc::invalid_schema, std::move(op), std::string(message),
                              "a foreign key refers to columns that are not unique; correct the "
                              "table's definition");
  return engine::make_error(Errc::internal, std::move(op), std::string(message));
}

}  // namespace crmsync::connectors::sqlite
