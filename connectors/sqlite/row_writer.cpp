// SPDX-License-Identifier: Apache-2.0
#include "connectors/sqlite/row_writer.hpp"

#include "connectors/sqlite/bookkeeping.hpp"
#include "connectors/sqlite/row_change.hpp"
#include "connectors/sqlite/row_reader.hpp"

#include <span>

namespace crmsync::connectors::sqlite {

using engine::Errc;
using engine::Error;
using engine::Observation;
using engine::Result;
using engine::Status;
using engine::Timestamp;

namespace {

// What concerns the one operation; everything else concerns the database, and with it the batch.
bool is_about_operation(Errc code) noexcept {
  switch (code) {
    case Errc::not_found:
    case Errc::precondition_failed:
    case Errc::already_exists:
    case Errc::invalid_value:
    case Errc::invalid_schema:
    case Errc::unsupported:
    case Errc::internal:
      return true;
    case Errc::transient:
    case Errc::rate_limited:
    case Errc::locked:
    case Errc::unauthorized:
    case Errc::forbidden:
    case Errc::read_only:
    case Errc::config_invalid:
    case Errc::storage_full:
    case Errc::corrupt:
    case Errc::cursor_expired:
    case Errc::limit_exceeded:
    case Errc::cancelled:
      return false;
  }
  return false;
}

class Batch {
 public:
  Batch(Database& database, Layout const& layout, EndpointSpec const& spec, Timestamp now)
      : database_(database), layout_(layout), spec_(spec), now_(now) {}

  Result<std::vector<Receipt>> apply(std::span<Operation const> operations) {
    bool poisoned = false;
    auto receipts = apply_in_transaction(operations, poisoned);
    if (receipts || !poisoned) return receipts;
    // A deferred foreign key fails at the commit, and RAISE(ROLLBACK) takes the whole transaction
    // along: each operation gets a transaction of its own.
    if (operations.size() == 1) {
      Receipt refused;
      refused.op_id = operations[0].op_id;
      refused.key = operations[0].key;
      refused.error = receipts.error();
      return std::vector<Receipt>{std::move(refused)};
    }
    return apply_one_by_one(operations);
  }

 private:
  Result<std::vector<Receipt>> apply_one_by_one(std::span<Operation const> operations) {
    std::vector<Receipt> receipts;
    for (auto const& operation : operations) {
      auto one = apply({&operation, 1});
      if (one) {
        receipts.push_back(std::move(one->front()));
        continue;
      }
      // Earlier operations are committed: the failure must not say that nothing was applied.
      Receipt failed;
      failed.op_id = operation.op_id;
      failed.key = operation.key;
      failed.error = one.error();
      receipts.push_back(std::move(failed));
    }
    return receipts;
  }

  Result<std::vector<Receipt>> apply_in_transaction(std::span<Operation const> operations,
                                                    bool& poisoned) {
    auto transaction = WriteTransaction::begin(database_);
    if (!transaction) return transaction.error();
    auto marks = table_exists(database_, "crmsync_own");
    if (!marks) return marks.error();
    if (*marks)
      if (auto marked = database_.execute("INSERT INTO crmsync_own (token) VALUES (1)"); !marked)
        return marked.error();
    std::vector<Receipt> receipts;
    for (auto const& operation : operations) {
      auto receipt = apply_in_savepoint(operation);
      if (!receipt) {
        poisoned = is_about_operation(receipt.error().code);
        return receipt.error();
      }
      receipts.push_back(std::move(*receipt));
    }
    if (*marks)
      if (auto unmarked = database_.execute("DELETE FROM crmsync_own"); !unmarked)
        return unmarked.error();
    database_.set_doing("commit " + layout_.table.name);
    auto committed = transaction->commit();
    if (committed) return receipts;
    poisoned = committed.error().code == Errc::invalid_value;
    return committed.error();
  }

  Result<Receipt> apply_in_savepoint(Operation const& operation) {
    if (auto set = database_.execute("SAVEPOINT crmsync_operation"); !set) return set.error();
    Receipt receipt;
    auto done = RowChange(database_, layout_, spec_, now_).apply(operation);
    if (done) {
      receipt = std::move(*done);
    } else {
      // Some failures end the whole transaction by themselves.
      if (!is_about_operation(done.error().code) || !database_.in_transaction())
        return done.error();
      if (auto undone = database_.execute("ROLLBACK TO crmsync_operation"); !undone)
        return undone.error();
      receipt.key = operation.key;
      receipt.error = done.error();
    }
    receipt.op_id = operation.op_id;
    if (auto released = database_.execute("RELEASE crmsync_operation"); !released)
      return released.error();
    return receipt;
  }

  Database& database_;
  Layout const& layout_;
  EndpointSpec const& spec_;
  Timestamp now_;
};

}  // namespace

Result<std::vector<Receipt>> apply_batch(Database& database, Layout const& layout,
                                         EndpointSpec const& spec,
                                         std::vector<Operation> const& operations, Timestamp now) {
  return Batch(database, layout, spec, now).apply(operations);
}

Result<Observation> find_created(Database& database, Layout const& layout, EndpointSpec const& spec,
                                 engine::RecordKey const& counterpart, Timestamp now) {
  auto exists = table_exists(database, "crmsync_link");
  if (!exists) return exists.error();
  if (!*exists)
    return missing_rights(database, "the table crmsync_link is missing", table_statements(false));
  auto transaction = ReadTransaction::begin(database);
  if (!transaction) return transaction.error();
  Observation nothing;
  nothing.presence = engine::Presence::none;
  nothing.observed_at = now;
  auto key = database.text(
      "SELECT l.app_key FROM crmsync_link AS l WHERE l.mapping = ?1 AND l.crm_id = ?2",
      std::string_view(spec.mapping), std::string_view(counterpart));
  if (!key) return key.error();
  if (key->empty()) return nothing;
  auto row = read_by_key(database, layout, *key, now);
  if (!row) return row.error();
  if (row->presence != engine::Presence::deleted) return *row;
  // A row that is marked as deleted still is what the create made; one that is gone is not.
  auto exists_still = row_exists(database, layout, *key);
  if (!exists_still) return exists_still.error();
  return *exists_still ? *row : nothing;
}

}  // namespace crmsync::connectors::sqlite
