// SPDX-License-Identifier: Apache-2.0
#include "state/lmdb/match_index.hpp"

#include "state/lmdb/apply.hpp"
#include "state/lmdb/key.hpp"

#include <string>

namespace crmsync::state::lmdb {

namespace {

constexpr std::size_t kMatchKeysMax = 256;

Key match_prefix(MappingId mapping, Side side, MatchDigest const& item) {
  return side_key(mapping, side).u8(item.key_index).digest(item.digest);
}

// The slow way, for a damaged row that no longer says which digests it had.
void remove_by_scan(Transaction& transaction, MatchUpdate const& update) {
  auto const prefix = side_key(update.mapping, update.side);
  auto const prefix_bytes = match_prefix(update.mapping, update.side, {}).view().size();
  Key last_part;
  last_part.record(update.key);
  std::vector<std::string> found;
  for_prefix(transaction, Table::match, prefix, [&](Entry const& entry) {
    if (entry.key.size() > prefix_bytes && entry.key.substr(prefix_bytes) == last_part.view())
      found.emplace_back(entry.key);
    return true;
  });
  for (auto const& key : found) transaction.erase(Table::match, key);
}

}  // namespace

bool MatchIndex::remove_digests(MatchUpdate const& update) {
  auto const old = look<UnlinkedRow>(transaction_, Table::unlinked,
                                     record_key(update.mapping, update.side, update.key));
  if (old.damaged) remove_by_scan(transaction_, update);
  if (old.row)
    for (auto const& item : old.row->digests)
      transaction_.erase(Table::match,
                         match_prefix(update.mapping, update.side, item).record(update.key));
  return old.damaged || old.row;
}

void MatchIndex::replace(MatchUpdate const& update) {
  if (update.values.size() > kMatchKeysMax)
    throw Failure(engine::make_error(engine::Errc::limit_exceeded, "state: update the match index",
                                     "a record can have at most 256 match values"));
  auto const counter =
      update.side == Side::app ? &MappingCounts::unlinked_app : &MappingCounts::unlinked_crm;
  auto const at = record_key(update.mapping, update.side, update.key);
  bool const known = remove_digests(update);
  if (update.values.empty()) {
    if (known) counts_.add(update.mapping, counter, -1);
    transaction_.erase(Table::unlinked, at);
    return;
  }
  UnlinkedRow row;
  if (is_long(update.key)) row.long_key = update.key;
  for (std::size_t i = 0; i < update.values.size(); ++i) {
    if (update.values[i].empty()) continue;
    MatchDigest const item{static_cast<std::uint8_t>(i), match_digest(update.values[i], seed_)};
    transaction_.store(Table::match,
                       match_prefix(update.mapping, update.side, item).record(update.key),
                       MatchRow{row.long_key});
    row.digests.push_back(item);
  }
  transaction_.store(Table::unlinked, at, row);
  if (!known) counts_.add(update.mapping, counter, 1);
}

std::vector<engine::RecordKey> find_matches(Transaction const& transaction, MappingId mapping,
                                            Side side, std::uint8_t key_index, Digest const& digest,
                                            std::size_t max) {
  std::vector<engine::RecordKey> found;
  auto const prefix = match_prefix(mapping, side, {key_index, digest});
  for_prefix(transaction, Table::match, prefix, [&](Entry const& entry) {
    if (found.size() >= max) return false;
    auto const row = read_row<MatchRow>(Table::match, entry);
    found.push_back(record_of(entry.key.substr(prefix.view().size()), row.long_key));
    return true;
  });
  return found;
}

}  // namespace crmsync::state::lmdb
