// What becomes of records: archive, restore, merge, privacy deletion, associations, import.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/simulator/model/crm.hpp"

#include <algorithm>

namespace crmsync::connectors::simulator::model {
namespace {

Refusal not_found() {
  return {Reason::not_found, "resource not found", {}, 0};
}

Event event_of(EventKind kind, Record const& record, std::uint32_t actor, engine::Timestamp now) {
  Event event;
  event.kind = kind;
  event.type = record.now.type;
  event.record = record.now.id;
  event.at = now;
  event.actor = actor;
  return event;
}

std::string joined(std::string const& list, std::string const& item) {
  if (item.empty()) return list;
  return list.empty() ? item : list + ";" + item;
}

}  // namespace

bool Crm::archive(TypeIndex type, RecordId id, Actor const& actor, engine::Timestamp now) {
  auto& records = shelves_[type].records;
  auto const at = records.find(id);
  if (at == records.end() || at->second.archived) return false;
  auto& record = at->second;
  claim_unique(record, false);
  record.archived = true;
  record.archived_at = now;
  touch(record, now);
  index(record, now);
  emit(event_of(EventKind::deletion, record, actor_index(actor), now));
  return true;
}

Outcome<RecordId> Crm::restore(TypeIndex type, RecordId id, Actor const& actor,
                               engine::Timestamp now) {
  auto& records = shelves_[type].records;
  auto const at = records.find(id);
  if (at == records.end() || !at->second.archived) return not_found();
  auto& record = at->second;
  Prepared claims;
  claims.type = type;
  claims.id = id;
  for (auto const& [property, value] : record.now.values->all()) {
    bool const unique = catalog_.type(type).properties[property].unique;
    if ((unique || is_identity(type, property)) && !value.empty())
      claims.claims.emplace_back(property, value);
  }
  if (auto refusal = check_unique(claims)) return std::move(*refusal);
  record.archived = false;
  record.archived_at = {};
  claim_unique(record, true);
  touch(record, now);
  index(record, now);
  emit(event_of(EventKind::restore, record, actor_index(actor), now));
  return id;
}

// The primary's values, its blanks filled from the other. The e-mail that loses is kept aside.
std::vector<std::pair<PropertyId, std::string>> Crm::merged_values(Record const& primary,
                                                                   Record const& other) const {
  auto const& schema = catalog_.type(primary.now.type);
  std::vector<std::pair<PropertyId, std::string>> values;
  auto const held = [](Record const& record, std::optional<PropertyId> id) {
    auto const* value = id ? record.now.values->find(*id) : nullptr;
    return value ? *value : std::string();
  };
  for (auto const& [property, value] : other.now.values->all()) {
    auto const own = held(primary, property);
    if (own.empty() && !value.empty()) values.emplace_back(property, value);
  }
  auto const set = [&](std::string_view name, std::string text) {
    auto const id = schema.id_of(name);
    if (!id || text.empty()) return;
    std::erase_if(values, [&](auto const& value) { return value.first == *id; });
    values.emplace_back(*id, std::move(text));
  };
  auto const email = schema.id_of("email");
  auto const lost_email = held(primary, email).empty() ? std::string() : held(other, email);
  auto const more = schema.id_of("hs_additional_emails");
  set("hs_additional_emails", joined(joined(held(primary, more), held(other, more)), lost_email));
  auto const former = schema.id_of("hs_merged_object_ids");
  auto ids = joined(held(primary, former), held(other, former));
  ids = joined(ids, std::to_string(primary.now.id));
  set("hs_merged_object_ids", joined(ids, std::to_string(other.now.id)));
  return values;
}

Outcome<RecordId> Crm::merge(TypeIndex type, RecordId primary_id, RecordId other_id,
                             Actor const& actor, engine::Timestamp now) {
  auto* primary = live(type, primary_id);
  auto* other = live(type, other_id);
  if (!primary || !other) return not_found();
  if (primary == other) return Refusal{Reason::invalid, "Cannot merge a record with itself", {}, 0};
  if (primary->absorbed.size() + other->absorbed.size() + 1 > kMergesPerRecordMax)
    return Refusal{Reason::limit, "This record was merged too many times", {}, 0};
  auto const values = merged_values(*primary, *other);
  auto const old_primary = primary->now.id;
  auto const old_other = other->now.id;
  bool const mint = options_.merge_mints_ids && catalog_.type(type).merge_mints_id;
  auto& shelf = shelves_[type];
  claim_unique(*primary, false);
  claim_unique(*other, false);
  auto survivor_id = old_primary;
  if (mint) {
    survivor_id = place(type, ++last_id_ + ids_.below(3), now);
    auto& survivor = shelf.records.find(survivor_id)->second;
    survivor.now.created_at = std::min(primary->now.created_at, other->now.created_at);
    survivor.now.version = primary->now.version;
    survivor.now.values = primary->now.values;
    survivor.history = primary->history;
    survivor.absorbed = primary->absorbed;
  }
  auto& survivor = shelf.records.find(survivor_id)->second;
  survivor.absorbed.insert(survivor.absorbed.end(), other->absorbed.begin(), other->absorbed.end());
  survivor.absorbed.push_back(old_other);
  if (mint) survivor.absorbed.push_back(old_primary);
  Actor merger{"MERGE_OBJECTS", actor.source_id, "Merge", actor.user_id, actor.automated, true};
  auto const moved = apply(survivor, values, merger, now);
  touch(survivor, now);
  for (auto const old : {old_primary, old_other}) {
    if (old == survivor_id) continue;
    auto& gone = shelf.records.find(old)->second;
    gone.archived = true;
    touch(gone, now);
    index(gone, now);
    associations_.move_all(type, old, survivor_id);
    emit(event_of(EventKind::deletion, gone, actor_index(merger), now));
    shelf.records.erase(old);
    shelf.merged[old] = survivor_id;
  }
  index(survivor, now);
  auto event = event_of(EventKind::merge, survivor, actor_index(merger), now);
  event.primary = old_primary;
  event.merged = {old_other};
  event.properties_moved = moved;
  emit(std::move(event));
  mirror_primary_company(type, survivor_id, merger, now);
  return survivor_id;
}

bool Crm::purge(TypeIndex type, RecordId id, Actor const& actor, engine::Timestamp now) {
  auto const* found = find(type, id);
  if (!found) return false;
  auto& shelf = shelves_[type];
  auto const at = shelf.records.find(found->now.id);
  auto& record = at->second;
  if (!record.archived) claim_unique(record, false);
  note_edges(associations_.disconnect_all(type, record.now.id), actor, now);
  emit(event_of(EventKind::privacy_deletion, record, actor_index(actor), now));
  emit(event_of(EventKind::deletion, record, actor_index(actor), now));
  index_.purge(type, record.now.id);
  auto const gone = record.now.id;
  std::erase_if(shelf.merged, [&](auto const& alias) { return alias.second == gone; });
  // Values that events still carry would outlive the record.
  std::erase_if(events_, [&](Event const& event) {
    return event.type == type && event.record == gone && event.kind == EventKind::property_change;
  });
  shelf.records.erase(at);
  return true;
}

Outcome<RecordId> Crm::associate(TypeIndex from_type, RecordId from, TypeIndex to_type, RecordId to,
                                 std::vector<AssociationTypeId> const& types, Actor const& actor,
                                 engine::Timestamp now) {
  auto* source = live(from_type, from);
  auto* target = live(to_type, to);
  if (!source || !target) return not_found();
  associations_.default_type(from_type, to_type);
  for (auto const id : types)
    if (!associations_.find_type(from_type, to_type, id))
      return Refusal{Reason::invalid,
                     "Association type " + std::to_string(id) + " does not exist between these",
                     {},
                     0};
  auto const source_id = source->now.id;
  auto const target_id = target->now.id;
  note_edges(associations_.connect(from_type, source_id, to_type, target_id, types), actor, now);
  mirror_primary_company(from_type, source_id, actor, now);
  mirror_primary_company(to_type, target_id, actor, now);
  return target_id;
}

void Crm::dissociate(TypeIndex from_type, RecordId from, TypeIndex to_type, RecordId to,
                     std::vector<AssociationTypeId> const& types, Actor const& actor,
                     engine::Timestamp now) {
  auto* source = live(from_type, from);
  auto* target = live(to_type, to);
  if (!source || !target) return;
  auto const source_id = source->now.id;
  auto const target_id = target->now.id;
  note_edges(associations_.disconnect(from_type, source_id, to_type, target_id, types), actor, now);
  mirror_primary_company(from_type, source_id, actor, now);
  mirror_primary_company(to_type, target_id, actor, now);
}

void Crm::note_edges(std::vector<EdgeChange> const& changes, Actor const& actor,
                     engine::Timestamp now) {
  for (auto const& change : changes) {
    auto* record = live(change.from_type, change.from);
    auto const* type = associations_.find_type(change.from_type, change.to_type, change.type);
    if (!record || !type) continue;
    auto event = event_of(EventKind::association_change, *record, actor_index(actor), now);
    event.other = change.to;
    event.association_type = type->name;
    event.removed = change.removed;
    event.is_primary = type->primary;
    emit(std::move(event));
    touch(*record, now);
    index(*record, now);
  }
}

// associatedcompanyid repeats the primary company.
void Crm::mirror_primary_company(TypeIndex type, RecordId id, Actor const& actor,
                                 engine::Timestamp now) {
  auto const property = catalog_.type(type).id_of("associatedcompanyid");
  auto const company = catalog_.find("companies");
  auto* record = property && company ? live(type, id) : nullptr;
  if (!record) return;
  auto const primary = associations_.primary(type, record->now.id, *company);
  auto const text = primary == 0 ? std::string() : std::to_string(primary);
  if (apply(*record, {{*property, text}}, actor, now) == 0) return;
  touch(*record, now);
  index(*record, now);
}

void Crm::import_record(Record record) {
  auto const type = record.now.type;
  auto const id = record.now.id;
  last_id_ = std::max(last_id_, id);
  if (!record.now.values) record.now.values = std::make_shared<Values const>();
  auto& placed = shelves_[type].records.insert_or_assign(id, std::move(record)).first->second;
  if (placed.archived) return;
  claim_unique(placed, true);
  // What a file holds was indexed long ago.
  index_.put(placed.now, placed.now.modified_at);
}

void Crm::import_merge(TypeIndex type, RecordId old_id, RecordId survivor) {
  last_id_ = std::max({last_id_, old_id, survivor});
  shelves_[type].merged[old_id] = survivor;
}

}  // namespace crmsync::connectors::simulator::model
