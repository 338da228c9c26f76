// SPDX-License-Identifier: Apache-2.0
#include "state/lmdb/transaction.hpp"

#include "state/lmdb/key.hpp"

#include <string>

namespace crmsync::state::lmdb {

namespace {

MDB_val value_of(std::string_view bytes) noexcept {
  return {bytes.size(), const_cast<char*>(bytes.data())};
}

std::string_view view_of(MDB_val const& value) noexcept {
  return {static_cast<char const*>(value.mv_data), value.mv_size};
}

}  // namespace

Transaction::Transaction(Transaction& parent)
    : raw_(nullptr), handles_(parent.handles_), pooled_(false) {
  check(mdb_txn_begin(mdb_txn_env(parent.raw_), parent.raw_, 0, &raw_), "begin a commit");
}

Transaction::~Transaction() {
  if (raw_ != nullptr && !pooled_) mdb_txn_abort(raw_);
}

void Transaction::commit() {
  check(mdb_txn_commit(std::exchange(raw_, nullptr)), "make a commit durable");
}

std::optional<std::string_view> Transaction::get(Table table, std::string_view key) const {
  MDB_val wanted = value_of(key);
  MDB_val found;
  int const code = mdb_get(raw_, handle(table), &wanted, &found);
  if (code == MDB_NOTFOUND) return std::nullopt;
  if (code != 0) fail(code, std::string("read ") + info(table).name);
  return view_of(found);
}

void Transaction::put(Table table, std::string_view key, std::string_view value) {
  MDB_val at = value_of(key);
  MDB_val bytes = value_of(value);
  int code = MDB_KEYEXIST;
  if (info(table).numbered) code = mdb_put(raw_, handle(table), &at, &bytes, MDB_APPEND);
  if (code == MDB_KEYEXIST) {  // not beyond the last key: an ordinary put
    bytes = value_of(value);
    code = mdb_put(raw_, handle(table), &at, &bytes, 0);
  }
  if (code != 0) fail(code, std::string("write ") + info(table).name);
}

bool Transaction::erase(Table table, std::string_view key) {
  MDB_val at = value_of(key);
  int const code = mdb_del(raw_, handle(table), &at, nullptr);
  if (code == MDB_NOTFOUND) return false;
  if (code != 0) fail(code, std::string("remove from ") + info(table).name);
  return true;
}

std::optional<Entry> Transaction::last(Table table) const {
  return Walk(*this, table).last();
}

MDB_stat Transaction::stat(Table table) const {
  MDB_stat stat;
  check(mdb_stat(raw_, handle(table), &stat), "read table sizes");
  return stat;
}

Walk::Walk(Transaction const& transaction, Table table) : table_(table) {
  check(mdb_cursor_open(transaction.raw(), transaction.handle(table), &cursor_), "open a cursor");
}

std::optional<Entry> Walk::move(MDB_cursor_op op, std::string_view key) {
  MDB_val at = value_of(key);
  MDB_val found;
  int const code = mdb_cursor_get(cursor_, &at, &found, op);
  if (code == MDB_NOTFOUND) return std::nullopt;
  if (code != 0) fail(code, std::string("read ") + info(table_).name);
  return Entry{view_of(at), view_of(found)};
}

std::optional<Entry> Walk::at_or_after(std::string_view key) {
  return key.empty() ? first() : move(MDB_SET_RANGE, key);
}

std::optional<Entry> Walk::after(std::string_view key) {
  auto entry = at_or_after(key);
  return entry && entry->key == key ? next() : entry;
}

std::optional<Entry> Walk::before(std::string_view key) {
  return at_or_after(key) ? previous() : last();
}

void fail_damaged(Table table, std::string_view key, std::string what) {
  auto shown = show_key(table, key);
  auto error = engine::make_error(
      engine::Errc::corrupt, std::string("state: ") + info(table).name + " row " + shown,
      std::move(what),
      "other rows are not affected; restore a backup: crmsync restore FILE --state DIR");
  error.other_key = std::move(shown);
  throw Failure(std::move(error));
}

}  // namespace crmsync::state::lmdb
