// SPDX-License-Identifier: Apache-2.0
#include "connectors/sqlite/key_codec.hpp"

#include "connectors/sqlite/identifier.hpp"

#include <algorithm>

namespace crmsync::connectors::sqlite {

using engine::Errc;
using engine::Result;

namespace {

// The unique set that is made of exactly these columns, in any order.
UniqueSet const* find_set(Table const& table, std::vector<std::string> columns) {
  std::sort(columns.begin(), columns.end());
  for (auto const& set : table.unique_sets) {
    auto sorted = set.columns;
    std::sort(sorted.begin(), sorted.end());
    if (sorted == columns) return &set;
  }
  return nullptr;
}

}  // namespace

Result<Key> Key::make(Database& database, Table const& table,
                      std::vector<std::string> const& columns) {
  if (columns.empty())
    return database.fail(Errc::config_invalid, "`key` names no column",
                         "name the key column of `" + table.name + "`");
  for (auto const& name : columns) {
    auto const* column = table.find(name);
    if (!column)
      return database.fail(
          Errc::invalid_schema, "`" + table.name + "` has no column `" + name + "` (in `key`)",
          nearest_hint(name, table.column_names(), "correct `key` in the mapping"));
    if (column->affinity == Affinity::none || column->affinity == Affinity::real || column->blob)
      return database.fail(
          Errc::invalid_schema,
          "key column `" + name + "` of `" + table.name + "` is declared `" + column->declared +
              "`",
          "use a key column declared INTEGER or TEXT: with another type different keys can have "
          "the same text");
  }
  auto const* set = find_set(table, columns);
  if (!set)
    return database.fail(
        Errc::invalid_schema,
        "the key (" + joined(columns, ", ") + ") of `" + table.name + "` is not unique",
        "name the primary key, or create a UNIQUE index on exactly these columns");
  Key key;
  key.columns_ = columns;
  for (auto const& name : columns) {
    auto const place = std::find(set->columns.begin(), set->columns.end(), name);
    auto const& collation = set->collations[static_cast<std::size_t>(place - set->columns.begin())];
    bool const same = database.collation_of(table.name, name) == collation;
    key.collations_.push_back(same ? "" : collation);
  }
  return key;
}

std::string Key::text_sql(std::string const& alias) const {
  auto const text = [&](std::size_t index) {
    auto const column = alias + "." + quoted_name(columns_[index]);
    return "CASE typeof(" + column + ") WHEN 'integer' THEN CAST(" + column +
           " AS TEXT) WHEN 'text' THEN " + column + " END";
  };
  if (columns_.size() == 1) return "nullif(" + text(0) + ", '')";
  std::string out;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (i > 0) out += " || '|' || ";
    out += "replace(replace(" + text(i) + ", '\\', '\\\\'), '|', '\\|')";
  }
  return "(" + out + ")";
}

std::string Key::usable_sql(std::string const& alias) const {
  std::vector<std::string> terms;
  for (auto const& name : columns_) {
    auto const column = alias + "." + quoted_name(name);
    terms.push_back("typeof(" + column + ") IN ('integer', 'text')");
  }
  if (columns_.size() == 1) terms.push_back(alias + "." + quoted_name(columns_[0]) + " <> ''");
  return joined(terms, " AND ");
}

std::string Key::column_sql(std::string const& alias, std::size_t index) const {
  auto const column = alias + "." + quoted_name(columns_[index]);
  if (collations_[index].empty()) return column;
  return column + " COLLATE " + quoted_name(collations_[index]);
}

std::string Key::match_sql(std::string const& alias, int first) const {
  std::vector<std::string> terms;
  for (std::size_t i = 0; i < columns_.size(); ++i)
    terms.push_back(column_sql(alias, i) + " = ?" + std::to_string(first + static_cast<int>(i)));
  return joined(terms, " AND ");
}

std::string Key::order_sql(std::string const& alias) const {
  std::vector<std::string> terms;
  for (std::size_t i = 0; i < columns_.size(); ++i) terms.push_back(column_sql(alias, i));
  return joined(terms, ", ");
}

std::string Key::parameters_sql(int first) const {
  std::vector<std::string> terms;
  terms.reserve(columns_.size());
  for (int i = 0; i < size(); ++i) terms.push_back("?" + std::to_string(first + i));
  return joined(terms, ", ");
}

std::optional<std::vector<std::string>> Key::parts(std::string_view key) const {
  if (columns_.size() == 1) {
    if (key.empty()) return std::nullopt;
    return std::vector<std::string>{std::string(key)};
  }
  auto split = engine::split_key(key);
  if (split.size() != columns_.size()) return std::nullopt;
  return split;
}

std::string Key::join(std::vector<std::string> const& parts) const {
  return parts.size() == 1 ? parts.front() : engine::join_key(parts);
}

void Key::bind(Statement& statement, int first, std::vector<std::string> const& parts) {
  for (auto const& part : parts) statement.bind(first++, std::string_view(part));
}

}  // namespace crmsync::connectors::sqlite
