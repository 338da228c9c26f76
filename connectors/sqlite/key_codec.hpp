// Record keys: between RecordKey text, key columns and SQL. The same SQL expression yields the key
// text in queries and in triggers, so both always agree.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/sqlite/statement.hpp"
#include "connectors/sqlite/table.hpp"
#include "engine/identity.hpp"

#include <optional>
#include <string>
#include <vector>

namespace crmsync::connectors::sqlite {

// The key columns of one endpoint, in the mapping's order. A row whose key is NULL, empty, binary
// or fractional has no RecordKey: it is skipped everywhere.
class Key {
 public:
  Key() = default;
  // invalid_schema unless the columns exist, are of a type whose text is unambiguous, and are
  // covered by a primary key or a unique index.
  static engine::Result<Key> make(Database& database, Table const& table,
                                  std::vector<std::string> const& columns);

  std::vector<std::string> const& columns() const noexcept { return columns_; }
  int size() const noexcept { return static_cast<int>(columns_.size()); }

  // An expression for the RecordKey of row `alias`, NULL when it has none.
  std::string text_sql(std::string const& alias) const;
  // `alias` has a RecordKey.
  std::string usable_sql(std::string const& alias) const;
  // Equal to the parts bound from parameter `first` on. Uses the key's index.
  std::string match_sql(std::string const& alias, int first) const;
  // "k1, k2" for ORDER BY and row values; collated as the key's index is.
  std::string order_sql(std::string const& alias) const;
  // "?3, ?4"
  std::string parameters_sql(int first) const;

  // Empty when the text is no key of this shape (the mapping's key changed).
  std::optional<std::vector<std::string>> parts(std::string_view key) const;
  std::string join(std::vector<std::string> const& parts) const;
  static void bind(Statement& statement, int first, std::vector<std::string> const& parts);

 private:
  std::string column_sql(std::string const& alias, std::size_t index) const;

  std::vector<std::string> columns_;
  // The index's collation where the column's own is another; else empty. Row values compare by
  // an index only when no collation is written.
  std::vector<std::string> collations_;
};

}  // namespace crmsync::connectors::sqlite
