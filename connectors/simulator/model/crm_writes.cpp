// SPDX-License-Identifier: Apache-2.0
#include "connectors/simulator/model/crm.hpp"

#include <algorithm>

namespace crmsync::connectors::simulator::model {
namespace {

constexpr std::int64_t kMicrosPerMilli = 1'000;

// Stamps have milliseconds, as on the wire.
engine::Timestamp whole_millis(engine::Timestamp at) {
  return engine::Timestamp{at.micros - at.micros % kMicrosPerMilli};
}

Refusal not_found() {
  return {Reason::not_found, "resource not found", {}, 0};
}

}  // namespace

Outcome<Crm::Prepared> Crm::prepare_create(TypeIndex type, Inputs const& inputs,
                                           Actor actor) const {
  Prepared prepared;
  prepared.type = type;
  prepared.actor = std::move(actor);
  std::vector<Problem> problems;
  check_values(prepared, inputs, nullptr, problems);
  if (!problems.empty()) return Refusal{Reason::invalid, {}, std::move(problems), 0};
  if (auto refusal = check_minimum(prepared)) return std::move(*refusal);
  if (auto refusal = check_unique(prepared)) return std::move(*refusal);
  return prepared;
}

Outcome<Crm::Prepared> Crm::prepare_update(TypeIndex type, RecordId id, Inputs const& inputs,
                                           Actor actor) const {
  auto const* record = find(type, id);
  if (!record || record->archived) return not_found();
  Prepared prepared;
  prepared.type = type;
  prepared.id = record->now.id;
  prepared.actor = std::move(actor);
  std::vector<Problem> problems;
  check_values(prepared, inputs, record, problems);
  if (!problems.empty()) return Refusal{Reason::invalid, {}, std::move(problems), 0};
  if (auto refusal = check_unique(prepared)) return std::move(*refusal);
  return prepared;
}

void Crm::check_values(Prepared& prepared, Inputs const& inputs, Record const* record,
                       std::vector<Problem>& problems) const {
  auto const& schema = catalog_.type(prepared.type);
  for (auto const& [name, text] : inputs) {
    auto const id = schema.id_of(name);
    if (!id) {
      problems.emplace_back(
          Problem{name, "PROPERTY_DOESNT_EXIST", "Property \"" + name + "\" does not exist"});
      continue;
    }
    auto const& property = schema.properties[*id];
    bool const computed = property.calculation != Calculation::none;
    if (computed || (property.read_only && !prepared.actor.privileged)) {
      problems.emplace_back(
          Problem{name, "READ_ONLY_VALUE",
                  "\"" + name + "\" is a read only property; its value cannot be set."});
      continue;
    }
    if (!text) continue;  // null is accepted and changes nothing
    auto const* held = record ? record->now.values->find(*id) : nullptr;
    auto const current = held ? *held : std::string();
    auto stored =
        normalise(property, *text, current, catalog_, is_identity(prepared.type, *id), rules_);
    if (!stored) {
      auto problem = stored.error();
      problem.property = name;
      problems.push_back(std::move(problem));
      continue;
    }
    if (moves_stage_back(prepared, property, current, *stored)) continue;
    bool const taken = property.unique || is_identity(prepared.type, *id);
    if (taken && !stored->empty()) prepared.claims.emplace_back(*id, *stored);
    prepared.values.emplace_back(*id, std::move(*stored));
  }
}

bool Crm::moves_stage_back(Prepared const& prepared, Property const& property,
                           std::string const& current, std::string const& next) const {
  if (!options_.lifecycle_forward_only || property.name != "lifecyclestage") return false;
  if (prepared.actor.source_type != "INTEGRATION" || current.empty() || next.empty()) return false;
  auto const* now = property.find_option(current);
  auto const* then = property.find_option(next);
  return now && then && then->display_order < now->display_order;
}

std::optional<Refusal> Crm::check_minimum(Prepared const& prepared) const {
  auto const& schema = catalog_.type(prepared.type);
  auto const has = [&](std::string const& name) {
    auto const id = schema.id_of(name);
    return std::ranges::any_of(prepared.values, [&](auto const& value) {
      return id && value.first == *id && !value.second.empty();
    });
  };
  if (!schema.create_one_of.empty() && std::ranges::none_of(schema.create_one_of, has)) {
    std::string names;
    for (auto const& name : schema.create_one_of) names += (names.empty() ? "" : ", ") + name;
    return Refusal{
        Reason::missing, "At least one of these properties must be set: [" + names + "]", {}, 0};
  }
  std::string missing;
  for (auto const& name : schema.create_all_of)
    if (!has(name)) missing += (missing.empty() ? "" : ", ") + name;
  if (missing.empty()) return std::nullopt;
  return Refusal{
      Reason::missing, "Some required properties were not set: [" + missing + "]", {}, 0};
}

std::optional<Refusal> Crm::check_unique(Prepared& prepared) const {
  for (auto const& [property, value] : prepared.claims) {
    auto const* holder = find_by(prepared.type, property, value);
    if (!holder || holder->now.id == prepared.id) continue;
    auto const& schema = catalog_.type(prepared.type);
    auto const holder_id = std::to_string(holder->now.id);
    if (is_identity(prepared.type, property)) {
      auto label = schema.label;
      return Refusal{Reason::conflict,
                     label + " already exists. Existing ID: " + holder_id,
                     {},
                     holder->now.id};
    }
    auto const& name = schema.properties[property].name;
    Problem problem{name, "CONFLICTING_UNIQUE_VALUE",
                    "Cannot set property " + name + ": " + holder_id + " already has that value."};
    return Refusal{Reason::invalid, {}, {std::move(problem)}, holder->now.id};
  }
  return std::nullopt;
}

RecordId Crm::commit(Prepared prepared, engine::Timestamp now) {
  now = whole_millis(now);
  bool const created = prepared.id == 0;
  if (created) prepared.id = place(prepared.type, ++last_id_ + ids_.below(3), now);
  auto& record = shelves_[prepared.type].records.find(prepared.id)->second;
  if (created) {
    Event event;
    event.kind = EventKind::creation;
    event.type = prepared.type;
    event.record = prepared.id;
    event.at = now;
    event.actor = actor_index(prepared.actor);
    emit(std::move(event));
  }
  apply(record, prepared.values, prepared.actor, now);
  touch(record, now);
  index(record, now);
  react(prepared.type, prepared.id, prepared, now);
  return prepared.id;
}

RecordId Crm::place(TypeIndex type, RecordId id, engine::Timestamp now) {
  last_id_ = std::max(last_id_, id);
  Record record;
  record.now = {id, type, 0, now, now, std::make_shared<Values const>()};
  shelves_[type].records.emplace(id, std::move(record));
  return id;
}

// Returns how many properties changed.
std::size_t Crm::apply(Record& record,
                       std::vector<std::pair<PropertyId, std::string>> const& values,
                       Actor const& actor, engine::Timestamp now) {
  auto const writer = actor_index(actor);
  auto const& schema = catalog_.type(record.now.type);
  auto next = std::make_shared<Values>(*record.now.values);
  std::size_t changed = 0;
  claim_unique(record, false);
  for (auto const& [property, value] : values) {
    auto const* held = next->find(property);
    if (held ? *held == value : value.empty()) continue;
    next->set(property, value);
    record.remember({property, writer, now, value});
    ++changed;
    Event event;
    event.kind = EventKind::property_change;
    event.type = record.now.type;
    event.record = record.now.id;
    event.at = now;
    event.actor = writer;
    event.property = schema.properties[property].name;
    event.value = value;
    emit(std::move(event));
  }
  record.now.values = std::move(next);
  claim_unique(record, true);
  return changed;
}

// Every write moves the record's stamp, also one that changed nothing.
void Crm::touch(Record& record, engine::Timestamp now) {
  ++record.now.version;
  record.now.modified_at = std::max(record.now.modified_at, whole_millis(now));
}

void Crm::claim_unique(Record const& record, bool take) {
  auto const type = record.now.type;
  auto const& schema = catalog_.type(type);
  auto& unique = shelves_[type].unique;
  auto const one = [&](PropertyId property, std::string const& value) {
    if (value.empty()) return;
    if (take)
      unique[property].emplace(value, record.now.id);
    else if (auto const at = unique[property].find(value);
             at != unique[property].end() && at->second == record.now.id)
      unique[property].erase(at);
  };
  auto const more_emails = schema.id_of("hs_additional_emails");
  for (auto const& [property, value] : record.now.values->all()) {
    bool const identity = is_identity(type, property);
    if (identity || schema.properties[property].unique) one(property, value);
    if (!more_emails || property != *more_emails) continue;
    auto const email = schema.id_of(schema.identity_property);
    for (std::string_view rest = value; email && !rest.empty();) {
      auto const end = std::min(rest.find(';'), rest.size());
      one(*email, std::string(rest.substr(0, end)));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
}

void Crm::react(TypeIndex type, RecordId id, Prepared const& prepared, engine::Timestamp now) {
  if (prepared.actor.automated) return;
  auto const& schema = catalog_.type(type);
  for (auto const& workflow : workflows_) {
    if (catalog_.find(workflow.object) != type) continue;
    auto const trigger = schema.id_of(workflow.when_property);
    bool const fits =
        workflow.when_property.empty() ||
        std::ranges::any_of(prepared.values, [&](auto const& v) { return trigger == v.first; });
    if (!fits) continue;
    auto const spread = static_cast<std::uint64_t>(
        std::max<std::int64_t>(0, workflow.delay_max_ms - workflow.delay_min_ms) + 1);
    auto const delay_ms = workflow.delay_min_ms + static_cast<std::int64_t>(delays_.below(spread));
    due_edits_.emplace(engine::Timestamp{now.micros + delay_ms * kMicrosPerMilli},
                       DueEdit{type, id, workflow.set_property, workflow.value});
  }
}

Outcome<RecordId> Crm::create(TypeIndex type, Inputs const& inputs, Actor actor,
                              engine::Timestamp now) {
  auto prepared = prepare_create(type, inputs, std::move(actor));
  if (!prepared) return prepared.error();
  return commit(std::move(*prepared), now);
}

Outcome<RecordId> Crm::update(TypeIndex type, RecordId id, Inputs const& inputs, Actor actor,
                              engine::Timestamp now) {
  auto prepared = prepare_update(type, id, inputs, std::move(actor));
  if (!prepared) return prepared.error();
  return commit(std::move(*prepared), now);
}

}  // namespace crmsync::connectors::simulator::model
