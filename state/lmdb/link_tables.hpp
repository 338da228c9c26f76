// Links, their two lookups (app key, CRM id with aliases) and their order within a mapping: kept
// together so that each key is on at most one link.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "state/lmdb/counts.hpp"
#include "state/lmdb/transaction.hpp"
#include "state/rows.hpp"

#include <set>
#include <string>
#include <string_view>

namespace crmsync::state::lmdb {

class LinkTables {
 public:
  LinkTables(Transaction& transaction, CountChanges& counts)
      : transaction_(transaction), counts_(counts) {}

  // Gives up the keys that the stored link has and `next` has not (all of them for null).
  void release(LinkId id, LinkRow const* next);
  // already_exists, naming the other link, when a key is taken.
  void put(LinkRow const& row);
  // Link, base, order and lookups.
  void remove(LinkId id);

 private:
  void claim(Table table, LinkRow const& row, std::string const& key, bool alias);
  void leave(Table table, MappingId mapping, std::string const& key, LinkId link);
  void leave_order(std::string_view order_key);
  // The slow way, for a damaged link row that no longer says which keys it had.
  void forget_by_scan(LinkId id);

  Transaction& transaction_;
  CountChanges& counts_;
};

// Every CRM id that leads to the link: its own and those absorbed by merges.
std::set<std::string> crm_keys(LinkRow const& row);

}  // namespace crmsync::state::lmdb
