// What a Commit does to the tables. Runs on the store thread inside a transaction; throws Failure,
// and the transaction then has no effect.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "state/lmdb/counts.hpp"
#include "state/lmdb/facts.hpp"
#include "state/lmdb/index.hpp"
#include "state/lmdb/transaction.hpp"
#include "state/state_store.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace crmsync::state::lmdb {

class CommitApplier {
 public:
  CommitApplier(Transaction& transaction, NumberSpaces& numbers, std::uint64_t match_seed)
      : transaction_(transaction), numbers_(numbers), match_seed_(match_seed) {}

  void apply(Commit const& commit);

 private:
  void put_intake(IntakeRow const& row);
  void put_webhook(WebhookRow const& row);
  void put_history(HistoryRow const& row);
  void put_mapping(MappingId mapping, MappingRow const& row);
  void put_intent(IntentRow const& row);
  void put_base(BaseRow const& row);

  template <class Row>
  void put_inbox(Row const& row);
  template <class Row>
  void drop_inbox(std::uint64_t number);
  // Removes what the counters and the index know of a row that is replaced or removed.
  template <class Row>
  void forget_inbox(std::uint64_t number);

  void need(bool condition, char const* what, std::uint64_t number, char const* why) const;

  Transaction& transaction_;
  NumberSpaces& numbers_;
  std::uint64_t match_seed_;
  CountChanges counts_;
};

// A row, or nothing because there is none, or nothing because it is damaged.
template <class Row>
struct Found {
  std::optional<Row> row;
  bool damaged = false;
};

// For rows that are about to be replaced or removed: damage there must not stand in the way.
template <class Row>
Found<Row> look(Transaction const& transaction, Table table, std::string_view key) {
  try {
    return {transaction.find<Row>(table, key)};
  } catch (Failure const& failure) {
    if (!failure.is_damaged_row()) throw;
    return {std::nullopt, true};
  }
}

}  // namespace crmsync::state::lmdb
