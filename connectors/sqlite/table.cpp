// SPDX-License-Identifier: Apache-2.0
#include "connectors/sqlite/table.hpp"

#include "connectors/sqlite/identifier.hpp"

#include <algorithm>
#include <array>

namespace crmsync::connectors::sqlite {

using engine::Errc;
using engine::Result;
using engine::Status;
using engine::ValueType;

namespace {

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
  return out;
}

template <std::size_t N>
bool contains_any(std::string_view text, std::array<std::string_view, N> const& words) {
  return std::any_of(words.begin(), words.end(), [text](std::string_view word) {
    return text.find(word) != std::string_view::npos;
  });
}

bool is_temporal(std::string_view declared) {
  return contains_any(declared, std::array<std::string_view, 2>{"DATE", "TIME"});
}

Status load_columns(Database& database, Table& table, int& key_columns) {
  auto rows = database.query(
      "SELECT name, type, \"notnull\", dflt_value IS NOT NULL, pk, hidden "
      "FROM pragma_table_xinfo(?1)",
      std::string_view(table.name));
  if (!rows) return rows.error();
  for (;;) {  // ends with the table's columns
    auto row = rows->step();
    if (!row) return row.error();
    if (!*row) return {};
    Column column;
    column.name = rows->text(0);
    column.declared = rows->text(1);
    column.affinity = affinity_of(column.declared);
    column.type = value_type_of(column.declared);
    auto const declared = upper(column.declared);
    column.temporal = is_temporal(declared);
    column.blob = declared.find("BLOB") != std::string::npos;
    column.not_null = rows->integer(2) != 0;
    column.has_default = rows->integer(3) != 0;
    column.generated = rows->integer(5) == 2 || rows->integer(5) == 3;
    if (rows->integer(4) > 0) {
      ++key_columns;
      table.rowid_column = declared == "INTEGER" ? column.name : "";
    }
    table.columns.push_back(std::move(column));
  }
}

// False in `plain` when the index is on an expression.
Result<UniqueSet> load_index(Database& database, std::string const& index, bool& plain) {
  UniqueSet set;
  plain = true;
  auto rows = database.query(
      "SELECT cid, name, coll FROM pragma_index_xinfo(?1) WHERE key = 1 ORDER BY seqno",
      std::string_view(index));
  if (!rows) return rows.error();
  for (;;) {  // ends with the index's columns
    auto row = rows->step();
    if (!row) return row.error();
    if (!*row) return set;
    if (rows->integer(0) < 0) plain = false;
    set.columns.emplace_back(rows->text(1));
    set.collations.emplace_back(rows->text(2));
  }
}

Status load_unique_sets(Database& database, Table& table, bool& key_has_index) {
  std::vector<std::string> indexes;
  {
    auto rows = database.query(
        "SELECT name, origin FROM pragma_index_list(?1) "
        "WHERE \"unique\" = 1 AND partial = 0 ORDER BY seq",
        std::string_view(table.name));
    if (!rows) return rows.error();
    for (;;) {  // ends with the table's indexes
      auto row = rows->step();
      if (!row) return row.error();
      if (!*row) break;
      indexes.emplace_back(rows->text(0));
      if (rows->text(1) == "pk") key_has_index = true;
    }
  }
  for (auto const& index : indexes) {
    bool plain = true;
    auto set = load_index(database, index, plain);
    if (!set) return set.error();
    if (plain) table.unique_sets.push_back(std::move(*set));
  }
  return {};
}

// Column names hide the rowid's own names.
std::string free_rowid_name(Table const& table) {
  for (std::string_view const name : {"ROWID", "_ROWID_", "OID"}) {
    bool const taken =
        std::any_of(table.columns.begin(), table.columns.end(),
                    [name](Column const& column) { return upper(column.name) == name; });
    if (!taken) return std::string(name);
  }
  return {};
}

Status find_table(Database& database, Table& table, bool& without_rowid) {
  auto found =
      database.query("SELECT type, wr FROM pragma_table_list WHERE schema = 'main' AND name = ?1",
                     std::string_view(table.name));
  if (!found) return found.error();
  auto row = found->step();
  if (!row) return row.error();
  if (*row) {
    without_rowid = found->integer(1) != 0;
    if (found->text(0) == "table") return {};
    return database.fail(Errc::invalid_schema,
                         "`" + table.name + "` is a " + std::string(found->text(0)),
                         "name an ordinary table in `object`");
  }
  std::vector<std::string> known;
  auto names = database.query(
      "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' "
      "AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'");
  if (!names) return names.error();
  for (;;) {  // ends with the tables
    auto next = names->step();
    if (!next) return next.error();
    if (!*next) break;
    known.emplace_back(names->text(0));
  }
  return database.fail(Errc::invalid_schema,
                       "there is no table `" + table.name + "` in " + database.path(),
                       nearest_hint(table.name, known, "correct `object` in the mapping"));
}

}  // namespace

Column const* Table::find(std::string_view column) const noexcept {
  for (auto const& candidate : columns)
    if (candidate.name == column) return &candidate;
  return nullptr;
}

std::vector<std::string> Table::column_names() const {
  std::vector<std::string> names;
  for (auto const& column : columns) names.push_back(column.name);
  return names;
}

// The rules and their order are SQLite's own ("Determination Of Column Affinity").
Affinity affinity_of(std::string_view declared) {
  auto const type = upper(declared);
  if (type.find("INT") != std::string::npos) return Affinity::integer;
  if (contains_any(type, std::array<std::string_view, 3>{"CHAR", "CLOB", "TEXT"}))
    return Affinity::text;
  if (type.empty() || type.find("BLOB") != std::string::npos) return Affinity::none;
  if (contains_any(type, std::array<std::string_view, 3>{"REAL", "FLOA", "DOUB"}))
    return Affinity::real;
  return Affinity::numeric;
}

ValueType value_type_of(std::string_view declared) {
  auto const type = upper(declared);
  if (type.find("BOOL") != std::string::npos) return ValueType::boolean;
  switch (affinity_of(declared)) {
    case Affinity::integer:
      return ValueType::int64;
    case Affinity::real:
      return ValueType::decimal;
    case Affinity::text:
    case Affinity::none:
      return ValueType::string;
    case Affinity::numeric:
      break;
  }
  static constexpr std::array<std::string_view, 5> kNumbers{"NUM", "DEC", "MONEY", "CURRENCY",
                                                            "FIXED"};
  return contains_any(type, kNumbers) ? ValueType::decimal : ValueType::string;
}

std::string live_sql(std::string const& alias, Column const& marker) {
  auto const column = alias + "." + quoted_name(marker.name);
  std::string sql = "(" + column + " IS NULL OR (typeof(" + column + ") = 'text' AND trim(" +
                    column + ", char(9, 10, 11, 12, 13, 32, 160)) = '')";
  if (marker.type == ValueType::boolean) sql += " OR " + column + " = 0";
  return sql + ")";
}

Result<Table> load_table(Database& database, std::string_view name) {
  Table table;
  table.name = name;
  bool without_rowid = false;
  if (auto found = find_table(database, table, without_rowid); !found) return found.error();
  int key_columns = 0;
  if (auto loaded = load_columns(database, table, key_columns); !loaded) return loaded.error();
  bool key_has_index = false;
  if (auto loaded = load_unique_sets(database, table, key_has_index); !loaded)
    return loaded.error();
  // Only a key of one INTEGER column without an index of its own is the rowid itself.
  if (without_rowid || key_columns != 1 || key_has_index) table.rowid_column.clear();
  if (!table.rowid_column.empty()) table.unique_sets.push_back({{table.rowid_column}, {"BINARY"}});
  if (!without_rowid) table.rowid_name = free_rowid_name(table);
  for (auto& column : table.columns) {
    if (column.name == table.rowid_column) column.has_default = true;
    column.unique = std::any_of(
        table.unique_sets.begin(), table.unique_sets.end(), [&column](UniqueSet const& set) {
          return set.columns.size() == 1 && set.columns.front() == column.name;
        });
  }
  return table;
}

}  // namespace crmsync::connectors::sqlite
