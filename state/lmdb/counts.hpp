// The counters of each mapping: kept with every change, so that status never scans.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "state/lmdb/transaction.hpp"
#include "state/rows.hpp"

#include <array>
#include <cstdint>
#include <map>

namespace crmsync::state::lmdb {

using Counter = std::uint64_t MappingCounts::*;

constexpr std::array<Counter, 7> kCounters{
    &MappingCounts::linked,  &MappingCounts::unlinked_app, &MappingCounts::unlinked_crm,
    &MappingCounts::parked,  &MappingCounts::errors,       &MappingCounts::held,
    &MappingCounts::intents,
};

// Changes of one transaction, written at its end.
class CountChanges {
 public:
  void add(MappingId mapping, Counter counter, std::int64_t change);
  // A damaged row was replaced or removed, and nobody knows what it was counted as.
  void recount() noexcept { recount_ = true; }
  void save(Transaction& transaction);

 private:
  struct Change {
    std::array<std::int64_t, kCounters.size()> by_counter{};
  };
  std::map<MappingId, Change> changes_;
  bool recount_ = false;
};

// Counts rows by reading all of them. A damaged row fails, or is left out with `skip_damaged`.
std::map<MappingId, MappingCounts> tally(Transaction const& transaction, bool skip_damaged);

}  // namespace crmsync::state::lmdb
