// Keys of the secondary indexes: which parked fields, errors, held changes and history rows belong
// to one link or record. Every such key ends with the number of the row it stands for.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "state/lmdb/key.hpp"
#include "state/lmdb/transaction.hpp"
#include "state/rows.hpp"

namespace crmsync::state::lmdb {

Key parked_prefix(MappingId mapping, LinkId link, Side side, std::string_view key);
Key error_prefix(MappingId mapping, Side record_side, std::string_view key);

inline Key index_key(ParkedRow const& row) {
  return parked_prefix(row.mapping, row.link, row.side, row.key).u64(row.id);
}
inline Key index_key(ErrorRow const& row) {
  return error_prefix(row.mapping, row.record_side, row.key).u64(row.id);
}
inline Key index_key(HeldRow const& row) {
  return number_key(row.link).u64(row.id);
}
inline Key index_key(HistoryRow const& row) {
  return number_key(row.link).u64(row.sequence);
}

// The slow way, for a damaged row that no longer says where it was indexed.
void erase_index_of(Transaction& transaction, Table index, std::uint64_t number);

// Where each kind of inbox row lives and how it is counted.
template <class Row>
struct Inbox;
template <>
struct Inbox<IntentRow> {
  static constexpr Table table = Table::intents;
  static constexpr std::uint64_t MappingCounts::*counter = &MappingCounts::intents;
  static std::uint64_t number(IntentRow const& row) noexcept { return row.op_id; }
};
template <>
struct Inbox<ParkedRow> {
  static constexpr Table table = Table::parked;
  static constexpr Table index = Table::parked_by_record;
  static constexpr std::uint64_t MappingCounts::*counter = &MappingCounts::parked;
  static std::uint64_t number(ParkedRow const& row) noexcept { return row.id; }
};
template <>
struct Inbox<ErrorRow> {
  static constexpr Table table = Table::errors;
  static constexpr Table index = Table::errors_by_record;
  static constexpr std::uint64_t MappingCounts::*counter = &MappingCounts::errors;
  static std::uint64_t number(ErrorRow const& row) noexcept { return row.id; }
};
template <>
struct Inbox<HeldRow> {
  static constexpr Table table = Table::held;
  static constexpr Table index = Table::held_by_link;
  static constexpr std::uint64_t MappingCounts::*counter = &MappingCounts::held;
  static std::uint64_t number(HeldRow const& row) noexcept { return row.id; }
};
template <>
struct Inbox<HistoryRow> {
  static constexpr Table table = Table::history;
  static constexpr Table index = Table::history_by_link;
  static std::uint64_t number(HistoryRow const& row) noexcept { return row.sequence; }
};

template <class Row>
concept Indexed = requires {
  Inbox<Row>::index;
};
template <class Row>
concept Counted = requires {
  Inbox<Row>::counter;
};

}  // namespace crmsync::state::lmdb
