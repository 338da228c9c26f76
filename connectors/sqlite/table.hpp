// One table as the live catalogue describes it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/sqlite/database.hpp"
#include "engine/value.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace crmsync::connectors::sqlite {

// How SQLite converts what is stored in a column; follows from the declared type.
enum class Affinity : std::uint8_t { text, numeric, integer, real, none };

struct Column {
  std::string name;
  std::string declared;  // as written in CREATE TABLE; may be empty
  Affinity affinity = Affinity::none;
  engine::ValueType type = engine::ValueType::string;
  bool temporal = false;  // DATE, TIME, DATETIME, TIMESTAMP: text or number, as the app wrote it
  bool blob = false;      // declared BLOB: not synchronised, read as absent
  bool not_null = false;
  bool has_default = false;  // an insert may leave it out
  bool generated = false;
  bool unique = false;  // alone: a single-column unique index or the key
};

// A set of columns whose values no two rows share. Partial and expression indexes are not listed:
// they prove nothing about a whole column.
struct UniqueSet {
  std::vector<std::string> columns;
  std::vector<std::string> collations;  // same order; by which equality is judged
};

struct Table {
  std::string name;
  std::vector<Column> columns;
  std::vector<UniqueSet> unique_sets;
  std::string rowid_column;  // INTEGER PRIMARY KEY, or empty
  std::string rowid_name;    // a name by which the rowid can be asked for; empty: WITHOUT ROWID

  Column const* find(std::string_view column) const noexcept;
  std::vector<std::string> column_names() const;
};

Affinity affinity_of(std::string_view declared);
engine::ValueType value_type_of(std::string_view declared);

// The soft-delete marker of row `alias` says that the row lives: NULL, blank text, or 0 in a
// boolean column.
std::string live_sql(std::string const& alias, Column const& marker);

// invalid_schema when there is no such table (naming the nearest) or it is a view or virtual.
// Names are compared exactly, also in case.
engine::Result<Table> load_table(Database& database, std::string_view name);

}  // namespace crmsync::connectors::sqlite
