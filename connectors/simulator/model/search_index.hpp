// The lagging index that search reads. A write becomes visible some time later, and a later write
// may become visible before an earlier one: what search shows is old, never certain.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/simulator/model/record.hpp"

#include <map>
#include <set>
#include <utility>
#include <vector>

namespace crmsync::connectors::simulator::model {

class SearchIndex {
 public:
  struct Type {
    std::map<RecordId, Snapshot> documents;
    std::set<std::pair<engine::Timestamp, RecordId>> by_modified;
  };

  // The record looks like this from `visible_at` on, unless something newer is visible by then.
  void put(Snapshot snapshot, engine::Timestamp visible_at);
  void remove(TypeIndex type, RecordId id, std::uint64_t version, engine::Timestamp visible_at);
  void advance(engine::Timestamp now);
  // At once, whatever is under way (privacy deletion).
  void purge(TypeIndex type, RecordId id);

  Type const& type(TypeIndex index) const;
  std::size_t pending() const noexcept { return pending_.size(); }

 private:
  struct Pending {
    Snapshot snapshot;
    bool removal = false;
  };
  void apply(Pending const& entry);

  std::multimap<engine::Timestamp, Pending> pending_;
  std::map<TypeIndex, Type> types_;
  std::map<std::pair<TypeIndex, RecordId>, std::uint64_t> removed_;  // version of the removal
};

}  // namespace crmsync::connectors::simulator::model
