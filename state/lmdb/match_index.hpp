// The unlinked records of each side and their match values, by digest: what a new record is
// matched against, and what a create has to wait for.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "state/lmdb/counts.hpp"
#include "state/lmdb/transaction.hpp"
#include "state/state_store.hpp"

namespace crmsync::state::lmdb {

class MatchIndex {
 public:
  MatchIndex(Transaction& transaction, CountChanges& counts, std::uint64_t seed)
      : transaction_(transaction), counts_(counts), seed_(seed) {}

  void replace(MatchUpdate const& update);

 private:
  // Takes the record's digests out; returns whether it was there.
  bool remove_digests(MatchUpdate const& update);

  Transaction& transaction_;
  CountChanges& counts_;
  std::uint64_t seed_;
};

std::vector<engine::RecordKey> find_matches(Transaction const& transaction, MappingId mapping,
                                            Side side, std::uint8_t key_index, Digest const& digest,
                                            std::size_t max);

}  // namespace crmsync::state::lmdb
