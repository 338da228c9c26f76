// The reading verbs: each one snapshot, a few lookups or one bounded walk.
// SPDX-License-Identifier: Apache-2.0
#include "state/lmdb/index.hpp"
#include "state/lmdb/key.hpp"
#include "state/lmdb/match_index.hpp"
#include "state/lmdb/store.hpp"

#include <algorithm>
#include <limits>

namespace crmsync::state::lmdb {

namespace {

// Appends what `read` makes of each entry. Rows before a damaged one are an answer; a damaged row
// in front is the failure.
template <class Row, class Read>
bool collect(std::vector<Row>& rows, Read&& read) {
  try {
    rows.push_back(read());
    return true;
  } catch (Failure const& failure) {
    if (!failure.is_damaged_row() || rows.empty()) throw;
    return false;
  }
}

// The row that an index entry leads to; one that is gone is passed over.
template <class Row>
bool collect_referred(Transaction const& transaction, Table table, std::uint64_t number,
                      std::vector<Row>& rows) {
  auto const key = number_key(number);
  auto const stored = transaction.get(table, key);
  if (!stored) return true;
  return collect(rows, [&] { return read_row<Row>(table, {key, *stored}); });
}

template <class Row>
std::vector<Row> rows_after(Transaction const& transaction, Table table, std::uint64_t after,
                            std::size_t max) {
  std::vector<Row> rows;
  if (after == std::numeric_limits<std::uint64_t>::max()) return rows;
  Walk walk(transaction, table);
  for (auto entry = walk.at_or_after(number_key(after + 1)); entry && rows.size() < max;
       entry = walk.next())
    if (!collect(rows, [&] { return read_row<Row>(table, *entry); })) break;
  return rows;
}

// The rows that the entries of an index under `prefix` stand for.
template <class Row>
std::vector<Row> indexed_rows(Transaction const& transaction, std::string_view prefix) {
  std::vector<Row> rows;
  for_prefix(transaction, Inbox<Row>::index, prefix, [&](Entry const& entry) {
    auto const key = number_key(trailing_number(entry.key));
    auto const stored = transaction.get(Inbox<Row>::table, key);
    if (!stored) return true;
    return collect(rows, [&] {
      return read_row<Row>(Inbox<Row>::table, Entry{key.view(), *stored});
    });
  });
  return rows;
}

std::optional<LinkRow> linked_to(Transaction const& transaction, Table lookup, MappingId mapping,
                                 std::string_view key) {
  if (key.empty()) return std::nullopt;
  auto const found = transaction.find<LinkRefRow>(lookup, lookup_key(mapping, key));
  if (!found) return std::nullopt;
  return transaction.find<LinkRow>(Table::links, number_key(found->link));
}

}  // namespace

Result<std::vector<IntakeRow>> LmdbStore::intake_after(Sequence after, std::size_t max) const {
  return guarded([&] {
    return environment_.read([&](Transaction const& transaction) {
      return rows_after<IntakeRow>(transaction, Table::intake, after, max);
    });
  });
}

Result<std::uint64_t> LmdbStore::intake_size() const {
  return guarded([&] {
    return environment_.read([](Transaction const& transaction) -> std::uint64_t {
      return transaction.stat(Table::intake).ms_entries;
    });
  });
}

Result<std::optional<CursorRow>> LmdbStore::cursor(MappingId mapping, Side side) const {
  return guarded([&] {
    return environment_.read([&](Transaction const& transaction) {
      return transaction.find<CursorRow>(Table::cursors, side_key(mapping, side));
    });
  });
}

Result<std::optional<MappingRow>> LmdbStore::mapping(MappingId mapping) const {
  return guarded([&] {
    return environment_.read([&](Transaction const& transaction) {
      return transaction.find<MappingRow>(Table::mappings, mapping_key(mapping));
    });
  });
}

Result<std::optional<LinkRow>> LmdbStore::link(LinkId id) const {
  return guarded([&] {
    return environment_.read([&](Transaction const& transaction) {
      return transaction.find<LinkRow>(Table::links, number_key(id));
    });
  });
}

Result<std::optional<LinkRow>> LmdbStore::link_by_app(MappingId mapping,
                                                      std::string_view key) const {
  return guarded([&] {
    return environment_.read([&](Transaction const& transaction) {
      auto link = linked_to(transaction, Table::link_by_app, mapping, key);
      if (link && link->app_key != key) link.reset();
      return link;
    });
  });
}

Result<std::optional<LinkRow>> LmdbStore::link_by_crm(MappingId mapping,
                                                      std::string_view id) const {
  return guarded([&] {
    return environment_.read([&](Transaction const& transaction) {
      auto link = linked_to(transaction, Table::link_by_crm, mapping, id);
      bool const has_it = link && (link->crm_id == id || std::ranges::find(link->crm_aliases, id) !=
                                                             link->crm_aliases.end());
      if (!has_it) link.reset();
      return link;
    });
  });
}

Result<std::optional<BaseRow>> LmdbStore::base(LinkId id) const {
  return guarded([&] {
    return environment_.read([&](Transaction const& transaction) {
      return transaction.find<BaseRow>(Table::bases, number_key(id));
    });
  });
}

Result<std::vector<LinkRow>> LmdbStore::links_after(MappingId mapping, LinkId after,
                                                    std::size_t max) const {
  return guarded([&] {
    return environment_.read([&](Transaction const& transaction) {
      std::vector<LinkRow> rows;
      auto const prefix = mapping_key(mapping);
      Walk walk(transaction, Table::link_order);
      bool sound = true;
      for (auto entry = walk.after(mapping_key(mapping).u64(after));
           sound && entry && entry->key.starts_with(prefix.view()) && rows.size() < max;
           entry = walk.next())
        sound = collect_referred(transaction, Table::links, trailing_number(entry->key), rows);
      return rows;
    });
  });
}

Result<std::vector<engine::RecordKey>> LmdbStore::match(MappingId mapping, Side side,
                                                        std::size_t key_index,
                                                        std::string_view value,
                                                        std::size_t max) const {
  return guarded([&]() -> std::vector<engine::RecordKey> {
    if (value.empty() || key_index > std::numeric_limits<std::uint8_t>::max()) return {};
    auto const digest = match_digest(value, match_seed_);
    return environment_.read([&](Transaction const& transaction) {
      return find_matches(transaction, mapping, side, static_cast<std::uint8_t>(key_index), digest,
                          max);
    });
  });
}

Result<std::vector<engine::RecordKey>> LmdbStore::unlinked_after(MappingId mapping, Side side,
                                                                 std::string_view after,
                                                                 std::size_t max) const {
  return guarded([&] {
    return environment_.read([&](Transaction const& transaction) {
      std::vector<engine::RecordKey> keys;
      auto const prefix = side_key(mapping, side);
      auto const prefix_bytes = prefix.view().size();
      Walk walk(transaction, Table::unlinked);
      auto entry =
          after.empty() ? walk.at_or_after(prefix) : walk.after(record_key(mapping, side, after));
      auto const read = [&] {
        auto const row = read_row<UnlinkedRow>(Table::unlinked, *entry);
        return record_of(entry->key.substr(prefix_bytes), row.long_key);
      };
      bool sound = true;
      for (; sound && entry && entry->key.starts_with(prefix.view()) && keys.size() < max;
           entry = walk.next())
        sound = collect(keys, read);
      return keys;
    });
  });
}

Result<std::vector<IntentRow>> LmdbStore::intents_after(std::uint64_t after,
                                                        std::size_t max) const {
  return guarded([&] {
    return environment_.read([&](Transaction const& transaction) {
      return rows_after<IntentRow>(transaction, Table::intents, after, max);
    });
  });
}

Result<std::vector<ParkedRow>> LmdbStore::parked_after(std::uint64_t after, std::size_t max) const {
  return guarded([&] {
    return environment_.read([&](Transaction const& transaction) {
      return rows_after<ParkedRow>(transaction, Table::parked, after, max);
    });
  });
}

Result<std::optional<ParkedRow>> LmdbStore::parked(std::uint64_t id) const {
  return guarded([&] {
    return environment_.read([&](Transaction const& transaction) {
      return transaction.find<ParkedRow>(Table::parked, number_key(id));
    });
  });
}

Result<std::vector<ParkedRow>> LmdbStore::parked_of(MappingId mapping, LinkId link, Side side,
                                                    std::string_view key) const {
  return guarded([&] {
    auto rows = environment_.read([&](Transaction const& transaction) {
      return indexed_rows<ParkedRow>(transaction, parked_prefix(mapping, link, side, key));
    });
    if (link == 0) std::erase_if(rows, [&](ParkedRow const& row) { return row.key != key; });
    return rows;
  });
}

Result<std::vector<ErrorRow>> LmdbStore::errors_after(std::uint64_t after, std::size_t max) const {
  return guarded([&] {
    return environment_.read([&](Transaction const& transaction) {
      return rows_after<ErrorRow>(transaction, Table::errors, after, max);
    });
  });
}

Result<std::optional<ErrorRow>> LmdbStore::error(std::uint64_t id) const {
  return guarded([&] {
    return environment_.read([&](Transaction const& transaction) {
      return transaction.find<ErrorRow>(Table::errors, number_key(id));
    });
  });
}

Result<std::vector<ErrorRow>> LmdbStore::errors_of(MappingId mapping, Side record_side,
                                                   std::string_view key) const {
  return guarded([&] {
    auto rows = environment_.read([&](Transaction const& transaction) {
      return indexed_rows<ErrorRow>(transaction, error_prefix(mapping, record_side, key));
    });
    std::erase_if(rows, [&](ErrorRow const& row) { return row.key != key; });
    return rows;
  });
}

Result<std::vector<HeldRow>> LmdbStore::held_after(std::uint64_t after, std::size_t max) const {
  return guarded([&] {
    return environment_.read([&](Transaction const& transaction) {
      return rows_after<HeldRow>(transaction, Table::held, after, max);
    });
  });
}

Result<std::vector<HeldRow>> LmdbStore::held_of(LinkId link) const {
  return guarded([&] {
    return environment_.read([&](Transaction const& transaction) {
      return indexed_rows<HeldRow>(transaction, number_key(link));
    });
  });
}

Result<std::vector<HistoryRow>> LmdbStore::history_of(LinkId link, std::size_t max) const {
  return guarded([&] {
    return environment_.read([&](Transaction const& transaction) {
      std::vector<HistoryRow> rows;
      auto const prefix = number_key(link);
      constexpr auto newest = std::numeric_limits<std::uint64_t>::max();
      Walk walk(transaction, Table::history_by_link);
      bool sound = true;
      for (auto entry = walk.before(number_key(link).u64(newest));
           sound && entry && entry->key.starts_with(prefix.view()) && rows.size() < max;
           entry = walk.previous())
        sound = collect_referred(transaction, Table::history, trailing_number(entry->key), rows);
      return rows;
    });
  });
}

Result<std::vector<WebhookRow>> LmdbStore::webhooks_after(Sequence after, std::size_t max) const {
  return guarded([&] {
    return environment_.read([&](Transaction const& transaction) {
      return rows_after<WebhookRow>(transaction, Table::webhooks, after, max);
    });
  });
}

Result<MappingCounts> LmdbStore::counts(MappingId mapping) const {
  return guarded([&] {
    return environment_.read([&](Transaction const& transaction) {
      return transaction.find<MappingCounts>(Table::counts, mapping_key(mapping))
          .value_or(MappingCounts{});
    });
  });
}

}  // namespace crmsync::state::lmdb
