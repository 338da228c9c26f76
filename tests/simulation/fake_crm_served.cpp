// What the CRM answers the daemon's connector.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/hubspot/wire/cursor.hpp"
#include "connectors/simulator/model/reading.hpp"
#include "tests/simulation/fake_crm.hpp"

#include <algorithm>
#include <utility>

namespace crmsync::simulation {

using connectors::Operation;
using connectors::OperationKind;
using connectors::Receipt;
using engine::ChangeKind;
using engine::Errc;
using engine::Presence;

namespace {

namespace wire = connectors::hubspot::wire;

model::Actor daemon_actor() {
  return {"INTEGRATION", "crmsync", "", 0, false, false};
}

engine::Error refusal_of(model::Refusal const& refusal) {
  Errc code = Errc::invalid_value;
  switch (refusal.reason) {
    case model::Reason::not_found:
      code = Errc::not_found;
      break;
    case model::Reason::conflict:
      code = Errc::already_exists;
      break;
    case model::Reason::invalid:
    case model::Reason::missing:
    case model::Reason::limit:
      break;
  }
  auto error = engine::make_error(code, "crm: contacts", refusal.message);
  for (auto const& problem : refusal.problems) {
    if (problem.code == "READ_ONLY_VALUE") error.code = Errc::read_only;
    if (problem.code == "PROPERTY_DOESNT_EXIST") error.code = Errc::invalid_schema;
    if (problem.code == "CONFLICTING_UNIQUE_VALUE") error.code = Errc::already_exists;
    error.detail = problem.code;
    error.fields.push_back(problem.property);
  }
  if (error.code == Errc::already_exists && refusal.existing != 0)
    error.other_key = std::to_string(refusal.existing);
  return error;
}

Receipt refused(Operation const& operation, engine::Error error) {
  Receipt receipt;
  receipt.op_id = operation.op_id;
  receipt.key = operation.key;
  receipt.error = std::move(error);
  return receipt;
}

model::RecordId id_of(engine::RecordKey const& key) {
  auto const number = model::parse_integer(key);
  return number && *number > 0 ? static_cast<model::RecordId>(*number) : 0;
}

model::Inputs inputs_of(engine::Record const& fields) {
  model::Inputs inputs;
  for (auto const& [name, value] : fields) inputs.emplace_back(name, crm_text(value).value_or(""));
  return inputs;
}

}  // namespace

engine::Record FakeCrm::fields_of(model::Snapshot const& snapshot) const {
  engine::Record fields;
  auto const& type = crm_.catalog().type(contacts_);
  for (auto const name : crm_properties()) {
    auto const property = type.id_of(name);
    if (property)
      fields.set(name, crm_value(name, model::read(snapshot, type, crm_.catalog(), *property)));
  }
  return fields;
}

engine::Observation FakeCrm::observation(model::Record const& record,
                                         std::vector<std::string> const& history) const {
  engine::Observation seen;
  seen.key = seen.current_key = std::to_string(record.now.id);
  seen.presence = record.archived ? Presence::deleted : Presence::present;
  seen.version.order = record.now.modified_at.micros;
  seen.changed_at = record.archived ? record.archived_at : record.now.modified_at;
  if (!record.archived) seen.fields = fields_of(record.now);
  for (auto const id : record.absorbed) seen.former_keys.push_back(std::to_string(id));
  auto const& type = crm_.catalog().type(contacts_);
  for (auto const& name : history) {
    auto const property = type.id_of(name);
    if (!property) continue;
    auto& versions = seen.history[name];
    for (auto at = record.history.rbegin(); at != record.history.rend(); ++at) {
      if (at->property != *property) continue;
      auto const& actor = crm_.actor(at->actor);
      versions.push_back({crm_value(name, at->value), at->at, actor.source_type,
                          actor.source_type == "INTEGRATION"});
    }
  }
  return seen;
}

engine::Observation FakeCrm::observe(engine::RecordKey const& key,
                                     std::vector<std::string> const& history) {
  engine::Observation gone;
  gone.key = gone.current_key = key;
  gone.presence = Presence::deleted;
  auto const* record = crm_.find(contacts_, id_of(key));
  if (record == nullptr) return gone;
  auto seen = observation(*record, history);
  seen.key = key;
  if (seen.presence == Presence::deleted) seen.current_key = key;
  return seen;
}

engine::Observation FakeCrm::created_as(std::string const& external_id) {
  engine::Observation nothing;
  nothing.presence = Presence::none;
  auto const property = crm_.catalog().type(contacts_).id_of(kExternalId);
  auto const* record = crm_.find_by(contacts_, *property, external_id);
  if (record == nullptr || record->archived) return nothing;
  return observation(*record, {});
}

connectors::SnapshotPage FakeCrm::snapshot(std::string const& token) {
  connectors::SnapshotPage page;
  auto const listing = crm_.list(contacts_, id_of(token), options_.page_records, false);
  for (auto const* record : listing.records) {
    page.records.push_back(observation(*record, {}));
    page.records.back().source = engine::ReadSource::listing;
    page.next = page.records.back().key;
  }
  page.done = !listing.more;
  return page;
}

engine::Cursor FakeCrm::position() {
  wire::ChangeCursor cursor;
  cursor.stamp_ms = (clock().micros - options_.overlap) / kMilli;
  cursor.safe_ms = cursor.stamp_ms;
  cursor.archived.since_ms = cursor.stamp_ms;
  return wire::encode_cursor(cursor);
}

connectors::Result<connectors::ChangePage> FakeCrm::search(engine::Cursor const& text) {
  auto cursor = wire::decode_cursor(text);
  if (!cursor) return cursor.error();
  auto const from = wire::search_from(*cursor);
  std::string const stamp = crm_.catalog().type(contacts_).modified_property;
  model::Query query;
  auto const since = std::to_string(from.stamp_ms);
  if (from.same_instant)
    query.groups = {{{stamp, model::Operator::eq, since, {}, {}},
                     {"hs_object_id", model::Operator::gt, from.above_id, {}, {}}}};
  else
    query.groups = {{{stamp, model::Operator::gte, since, {}, {}}}};
  query.sort = model::Sort{from.same_instant ? "hs_object_id" : stamp, false};
  query.limit = options_.page_records;
  auto const hits = crm_.search(contacts_, query);
  std::vector<wire::SearchHit> found;
  for (auto const& hit : hits.page)
    found.push_back({std::to_string(hit.id), hit.modified_at.micros / kMilli});
  auto const settled = (clock().micros - options_.overlap) / kMilli;
  auto const step = wire::advance(*cursor, found, settled, options_.page_records);
  connectors::ChangePage page;
  for (auto const index : step.fresh) {
    engine::ChangeEvent event;
    event.key = found[index].id;
    engine::Observation seen;
    seen.key = seen.current_key = event.key;
    seen.presence = Presence::present;
    seen.source = engine::ReadSource::search;
    seen.version.order = hits.page[index].modified_at.micros;
    seen.changed_at = hits.page[index].modified_at;
    seen.fields = fields_of(hits.page[index]);
    event.payload = std::move(seen);
    page.events.push_back(std::move(event));
  }
  if (step.pass_done) {
    auto const since_micros = cursor->archived.since_ms * kMilli;
    for (auto const* record : crm_.list(contacts_, 0, SIZE_MAX, true).records) {
      if (record->archived_at.micros < since_micros) continue;
      engine::ChangeEvent event;
      event.key = std::to_string(record->now.id);
      event.kind = ChangeKind::deleted;
      page.events.push_back(std::move(event));
    }
    cursor->archived.since_ms = settled;
  }
  page.caught_up = step.pass_done;
  page.next = wire::encode_cursor(*cursor);
  return page;
}

connectors::ObjectSchema FakeCrm::schema() const {
  connectors::ObjectSchema schema;
  schema.object = "contacts";
  auto const& type = crm_.catalog().type(contacts_);
  for (auto const name : crm_properties()) {
    auto const* property = type.find(name);
    if (property == nullptr) continue;
    connectors::FieldSchema field;
    field.name = std::string(name);
    field.type = is_crm_number(name) ? engine::ValueType::decimal : engine::ValueType::string;
    field.read_only = property->read_only;
    field.unique = property->unique;
    schema.fields.push_back(std::move(field));
  }
  return schema;
}

Receipt FakeCrm::receipt_for(model::RecordId id, Operation const& operation) const {
  auto const& record = *crm_.find(contacts_, id);
  Receipt receipt;
  receipt.op_id = operation.op_id;
  receipt.key = std::to_string(record.now.id);
  receipt.version.order = record.now.modified_at.micros;
  receipt.changed_at = record.now.modified_at;
  auto const held = fields_of(record.now);
  for (auto const& [name, sent] : operation.fields) {
    auto const* value = held.find(name);
    if (value == nullptr) continue;
    receipt.stored.set(name, *value);
    if (name == "phone" && *value != sent) stage_.weather.count(Fault::crm_rewrites);
  }
  return receipt;
}

Receipt FakeCrm::create(Operation const& operation) {
  auto inputs = inputs_of(operation.fields);
  std::erase_if(inputs, [](auto const& input) { return input.first == kExternalId; });
  inputs.emplace_back(std::string(kExternalId), operation.external_id);
  auto const property = crm_.catalog().type(contacts_).id_of(kExternalId);
  auto const* there = crm_.find_by(contacts_, *property, operation.external_id);
  bool const fresh = there == nullptr;
  auto const done = fresh ? crm_.create(contacts_, inputs, daemon_actor(), clock())
                          : crm_.update(contacts_, there->now.id, inputs, daemon_actor(), clock());
  if (!done) return refused(operation, refusal_of(done.error()));
  drain();
  auto receipt = receipt_for(*done, operation);
  receipt.created = fresh;
  return receipt;
}

Receipt FakeCrm::update(Operation const& operation) {
  auto const done = crm_.update(contacts_, id_of(operation.key), inputs_of(operation.fields),
                                daemon_actor(), clock());
  if (!done) return refused(operation, refusal_of(done.error()));
  drain();
  return receipt_for(*done, operation);
}

// A CRM answers a delete of what is not there as it answers any other.
Receipt FakeCrm::remove(Operation const& operation) {
  auto const id = id_of(operation.key);
  if (operation.kind == OperationKind::erase)
    crm_.purge(contacts_, id, daemon_actor(), clock());
  else
    crm_.archive(contacts_, id, daemon_actor(), clock());
  drain();
  Receipt receipt;
  receipt.op_id = operation.op_id;
  receipt.key = operation.key;
  return receipt;
}

Receipt FakeCrm::carry_out(Operation const& operation) {
  op_id_ = operation.op_id;
  if (options_.clock_skew != 0) stage_.weather.count(Fault::crm_clock);
  Receipt receipt;
  switch (operation.kind) {
    case OperationKind::create:
      receipt = create(operation);
      break;
    case OperationKind::update:
      receipt = update(operation);
      break;
    case OperationKind::archive:
    case OperationKind::erase:
      receipt = remove(operation);
      break;
  }
  stage_.timeline.note("crm", "writes for crmsync", receipt.key, [&] {
    std::string text = "op " + std::to_string(operation.op_id) + " ";
    for (auto const& [name, value] : operation.fields)
      text += name + "=" + shortened(engine::display(value)) + " ";
    return text + (receipt.error ? "REFUSED " + receipt.error->message() : "");
  });
  if (!receipt.error) stage_.witness.carried_out(Side::crm, operation, uid_of(id_of(receipt.key)));
  return receipt;
}

}  // namespace crmsync::simulation
