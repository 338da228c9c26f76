// SPDX-License-Identifier: Apache-2.0
#include "state/lmdb/counts.hpp"

#include "state/lmdb/index.hpp"
#include "state/lmdb/key.hpp"

namespace crmsync::state::lmdb {

namespace {

using Tally = std::map<MappingId, MappingCounts>;

template <class Row, class Visit>
void for_rows(Transaction const& transaction, Table table, bool skip_damaged, Visit&& visit) {
  for_prefix(transaction, table, {}, [&](Entry const& entry) {
    try {
      visit(entry, read_row<Row>(table, entry));
    } catch (Failure const& failure) {
      if (!skip_damaged || !failure.is_damaged_row()) throw;
    }
    return true;
  });
}

template <class Row>
void tally_inbox(Transaction const& transaction, bool skip_damaged, Tally& counts) {
  for_rows<Row>(transaction, Inbox<Row>::table, skip_damaged, [&](Entry const&, Row const& row) {
    ++(counts[row.mapping].*Inbox<Row>::counter);
  });
}

}  // namespace

void CountChanges::add(MappingId mapping, Counter counter, std::int64_t change) {
  auto& by_counter = changes_[mapping].by_counter;
  for (std::size_t i = 0; i < kCounters.size(); ++i)
    if (kCounters[i] == counter) by_counter[i] += change;
}

void CountChanges::save(Transaction& transaction) {
  if (recount_) {
    auto counts = tally(transaction, true);
    for_prefix(transaction, Table::counts, {}, [&](Entry const& entry) {
      counts.try_emplace(leading_u32(entry.key));
      return true;
    });
    for (auto const& [mapping, row] : counts)
      transaction.store(Table::counts, mapping_key(mapping), row);
    return;
  }
  for (auto const& [mapping, change] : changes_) {
    auto const key = mapping_key(mapping);
    auto row = transaction.find<MappingCounts>(Table::counts, key).value_or(MappingCounts{});
    for (std::size_t i = 0; i < kCounters.size(); ++i) {
      auto& counter = row.*kCounters[i];
      auto const moved = static_cast<std::int64_t>(counter) + change.by_counter[i];
      counter = moved < 0 ? 0 : static_cast<std::uint64_t>(moved);
    }
    transaction.store(Table::counts, key, row);
  }
}

Tally tally(Transaction const& transaction, bool skip_damaged) {
  Tally counts;
  for_rows<LinkOrderRow>(transaction, Table::link_order, skip_damaged,
                         [&](Entry const& entry, LinkOrderRow const& row) {
                           if (row.state == engine::LinkState::linked)
                             ++counts[leading_u32(entry.key)].linked;
                         });
  for_prefix(transaction, Table::unlinked, {}, [&](Entry const& entry) {
    auto& row = counts[leading_u32(entry.key)];
    bool const app = entry.key.size() > 4 && entry.key[4] == static_cast<char>(Side::app);
    ++(app ? row.unlinked_app : row.unlinked_crm);
    return true;
  });
  tally_inbox<ParkedRow>(transaction, skip_damaged, counts);
  tally_inbox<ErrorRow>(transaction, skip_damaged, counts);
  tally_inbox<HeldRow>(transaction, skip_damaged, counts);
  tally_inbox<IntentRow>(transaction, skip_damaged, counts);
  return counts;
}

}  // namespace crmsync::state::lmdb
