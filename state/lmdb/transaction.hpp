// One LMDB transaction and what can be done in it. Lives on one thread, briefly, and ends without
// effect unless commit() was called. Throws Failure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "state/codec.hpp"
#include "state/lmdb/failure.hpp"
#include "state/lmdb/tables.hpp"

#include <lmdb.h>

#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace crmsync::state::lmdb {

using Handles = std::array<MDB_dbi, kTables.size()>;

// A stored pair; the bytes are valid until the transaction writes or ends.
struct Entry {
  std::string_view key;
  std::string_view value;
};

class Transaction {
 public:
  // Takes over `raw`. `pooled`: a read transaction that goes back to its pool instead of ending.
  Transaction(MDB_txn* raw, Handles const& handles, bool pooled = false) noexcept
      : raw_(raw), handles_(&handles), pooled_(pooled) {}
  // A child: its changes join the parent's when it commits.
  explicit Transaction(Transaction& parent);
  Transaction(Transaction const&) = delete;
  Transaction& operator=(Transaction const&) = delete;
  ~Transaction();

  void commit();

  std::optional<std::string_view> get(Table table, std::string_view key) const;
  void put(Table table, std::string_view key, std::string_view value);
  bool erase(Table table, std::string_view key);
  std::optional<Entry> last(Table table) const;
  MDB_stat stat(Table table) const;
  MDB_txn* raw() const noexcept { return raw_; }
  MDB_dbi handle(Table table) const noexcept { return (*handles_)[index_of(table)]; }

  // A damaged row throws; see read_row().
  template <class Row>
  std::optional<Row> find(Table table, std::string_view key) const;
  template <class Row>
  void store(Table table, std::string_view key, Row const& row);

 private:
  MDB_txn* raw_;
  Handles const* handles_;
  bool pooled_;
};

// Walks a table in key order. Ends with its transaction.
class Walk {
 public:
  Walk(Transaction const& transaction, Table table);
  Walk(Walk const&) = delete;
  Walk& operator=(Walk const&) = delete;
  ~Walk() { mdb_cursor_close(cursor_); }

  std::optional<Entry> first() { return move(MDB_FIRST, {}); }
  std::optional<Entry> next() { return move(MDB_NEXT, {}); }
  std::optional<Entry> previous() { return move(MDB_PREV, {}); }
  std::optional<Entry> last() { return move(MDB_LAST, {}); }
  std::optional<Entry> at_or_after(std::string_view key);
  std::optional<Entry> after(std::string_view key);
  std::optional<Entry> before(std::string_view key);

 private:
  std::optional<Entry> move(MDB_cursor_op op, std::string_view key);

  MDB_cursor* cursor_ = nullptr;
  Table table_;
};

// Calls visit(entry) for every entry whose key starts with `prefix`, in order, until it returns
// false.
template <class Visit>
void for_prefix(Transaction const& transaction, Table table, std::string_view prefix,
                Visit&& visit) {
  Walk walk(transaction, table);
  for (auto entry = walk.at_or_after(prefix); entry && entry->key.starts_with(prefix);
       entry = walk.next())
    if (!visit(*entry)) return;
}

// The Failure for a row that cannot be read: names table and key, never the value.
[[noreturn]] void fail_damaged(Table table, std::string_view key, std::string what);

template <class Row>
Row read_row(Table table, Entry const& entry) {
  auto row = decode<Row>(std::as_bytes(std::span(entry.value.data(), entry.value.size())));
  if (!row) fail_damaged(table, entry.key, std::move(row.error().detail));
  return std::move(*row);
}

template <class Row>
std::optional<Row> Transaction::find(Table table, std::string_view key) const {
  auto const value = get(table, key);
  if (!value) return std::nullopt;
  return read_row<Row>(table, {key, *value});
}

template <class Row>
void Transaction::store(Table table, std::string_view key, Row const& row) {
  auto stored = encode(row);
  if (!stored) throw Failure(std::move(stored.error()));
  put(table, key, *stored);
}

}  // namespace crmsync::state::lmdb
