// SPDX-License-Identifier: Apache-2.0
#include "connectors/simulator/model/search_index.hpp"

namespace crmsync::connectors::simulator::model {

void SearchIndex::put(Snapshot snapshot, engine::Timestamp visible_at) {
  pending_.emplace(visible_at, Pending{std::move(snapshot), false});
}

void SearchIndex::remove(TypeIndex type, RecordId id, std::uint64_t version,
                         engine::Timestamp visible_at) {
  Snapshot gone;
  gone.type = type;
  gone.id = id;
  gone.version = version;
  pending_.emplace(visible_at, Pending{std::move(gone), true});
}

void SearchIndex::advance(engine::Timestamp now) {
  while (!pending_.empty() && pending_.begin()->first <= now) {
    apply(pending_.begin()->second);
    pending_.erase(pending_.begin());
  }
}

void SearchIndex::apply(Pending const& entry) {
  auto const& next = entry.snapshot;
  auto& type = types_[next.type];
  auto const removed = removed_.find({next.type, next.id});
  if (removed != removed_.end() && removed->second >= next.version) return;
  auto const old = type.documents.find(next.id);
  if (old != type.documents.end()) {
    if (old->second.version > next.version) return;
    type.by_modified.erase({old->second.modified_at, next.id});
    type.documents.erase(old);
  }
  if (entry.removal) {
    removed_[{next.type, next.id}] = next.version;
    return;
  }
  type.by_modified.emplace(next.modified_at, next.id);
  type.documents.emplace(next.id, next);
}

void SearchIndex::purge(TypeIndex type, RecordId id) {
  std::erase_if(pending_, [&](auto const& entry) {
    return entry.second.snapshot.type == type && entry.second.snapshot.id == id;
  });
  apply({Snapshot{id, type, UINT64_MAX, {}, {}, {}}, true});
}

SearchIndex::Type const& SearchIndex::type(TypeIndex index) const {
  static Type const empty;
  auto const at = types_.find(index);
  return at == types_.end() ? empty : at->second;
}

}  // namespace crmsync::connectors::simulator::model
