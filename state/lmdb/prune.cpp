// SPDX-License-Identifier: Apache-2.0
#include "state/lmdb/index.hpp"
#include "state/lmdb/key.hpp"
#include "state/lmdb/store.hpp"

#include <vector>

namespace crmsync::state::lmdb {

namespace {

// Rows stand in the order of their sequence, which is nearly the order of time. A clock that was
// wrong for a while leaves rows that look young in front; this many are looked past.
constexpr std::size_t kYoungRowsMax = 1'000;

template <class Row>
std::vector<Row> old_rows(Transaction const& transaction, Table table, Timestamp before,
                          std::size_t max) {
  std::vector<Row> old;
  std::size_t young = 0;
  for_prefix(transaction, table, {}, [&](Entry const& entry) {
    if (old.size() >= max || young > kYoungRowsMax) return false;
    try {
      auto row = read_row<Row>(table, entry);
      if (row.at < before)
        old.push_back(std::move(row));
      else
        ++young;
    } catch (Failure const& failure) {  // left for verify() to name
      if (!failure.is_damaged_row()) throw;
      ++young;
    }
    return true;
  });
  return old;
}

}  // namespace

std::size_t prune_rows(Transaction& transaction, Timestamp webhooks_before,
                       Timestamp history_before, std::size_t max) {
  auto const webhooks = old_rows<WebhookRow>(transaction, Table::webhooks, webhooks_before, max);
  for (auto const& row : webhooks) transaction.erase(Table::webhooks, number_key(row.sequence));
  auto const history =
      old_rows<HistoryRow>(transaction, Table::history, history_before, max - webhooks.size());
  for (auto const& row : history) {
    transaction.erase(Table::history, number_key(row.sequence));
    transaction.erase(Table::history_by_link, index_key(row));
  }
  return webhooks.size() + history.size();
}

}  // namespace crmsync::state::lmdb
