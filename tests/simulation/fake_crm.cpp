// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/fake_crm.hpp"

#include "connectors/simulator/model/reading.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace crmsync::simulation {

using engine::ChangeKind;
using engine::Value;

namespace {

constexpr std::array<std::string_view, 7> kTexts{"email", "firstname", "lastname", "city",
                                                 "zip",   "phone",     "about"};
constexpr std::array<std::string_view, 2> kNumbers{"sim_amount", "sim_score"};

model::Actor person() {
  return {"CRM_UI", "userId:9", "", 9, false, true};
}
Writer writer_of(model::Actor const& actor) {
  if (actor.source_type == "INTEGRATION") return Writer::engine;
  if (actor.source_type == "AUTOMATION_PLATFORM") return Writer::automation;
  return Writer::user;
}

ChangeKind kind_of(model::EventKind kind) {
  switch (kind) {
    case model::EventKind::deletion:
    case model::EventKind::privacy_deletion:
      return ChangeKind::deleted;
    case model::EventKind::restore:
      return ChangeKind::restored;
    case model::EventKind::merge:
      return ChangeKind::merged;
    case model::EventKind::creation:
    case model::EventKind::property_change:
    case model::EventKind::association_change:
      break;
  }
  return ChangeKind::changed;
}

}  // namespace

bool is_crm_number(std::string_view property) {
  return std::ranges::find(kNumbers, property) != kNumbers.end();
}

std::vector<std::string_view> const& crm_properties() {
  static std::vector<std::string_view> const names = [] {
    std::vector<std::string_view> all(kTexts.begin(), kTexts.end());
    all.insert(all.end(), kNumbers.begin(), kNumbers.end());
    all.push_back(kExternalId);
    return all;
  }();
  return names;
}

Value crm_value(std::string_view property, std::optional<std::string> const& text) {
  if (!text || text->empty()) return engine::Null{};
  if (!is_crm_number(property)) return *text;
  auto number = engine::Decimal::parse(*text);
  if (!number) return *text;
  return std::move(*number);
}

std::optional<std::string> crm_text(Value const& value) {
  if (std::holds_alternative<engine::Null>(value)) return std::string();
  if (auto const* text = std::get_if<std::string>(&value)) return *text;
  return engine::display(value);
}

FakeCrm::FakeCrm(Stage& stage, CrmOptions options)
    : stage_(stage),
      options_(std::move(options)),
      crm_({.seed = options_.seed,
            .started_at = stage.runtime.true_time(),
            .search_lag_ms = options_.search_lag_ms,
            .record_events = true}) {
  contacts_ = *crm_.catalog().find("contacts");
  auto const add = [&](std::string_view name, model::PropertyType type, bool unique) {
    model::Property property;
    property.name = std::string(name);
    property.label = property.name;
    property.group = crm_.catalog().type(contacts_).groups.front().name;
    property.type = type;
    property.field_type = type == model::PropertyType::number ? "number" : "text";
    property.unique = unique;
    static_cast<void>(crm_.catalog().create_property(contacts_, std::move(property)));
  };
  add("about", model::PropertyType::string, false);
  add("sim_amount", model::PropertyType::number, false);
  add("sim_score", model::PropertyType::number, false);
  add(kExternalId, model::PropertyType::string, true);
  crm_.rules().reformat_phones = options_.rewrites_phones;
  for (auto const& workflow : options_.workflows) crm_.add_workflow(workflow);
}

engine::Timestamp FakeCrm::clock() const {
  return {stage_.runtime.true_time().micros + options_.clock_skew};
}

std::uint64_t FakeCrm::uid_of(model::RecordId id) const {
  auto const at = uids_.find(id);
  return at == uids_.end() ? 0 : at->second;
}

void FakeCrm::advance() {
  if (stage_.weather.strikes(Fault::search_late)) crm_.delay_index(5, options_.late_search_ms);
  crm_.advance(clock());
  drain();
}

void FakeCrm::drain() {
  while (!crm_.events().empty()) {
    auto const event = std::move(crm_.events().front());
    crm_.events().pop_front();
    if (event.type == contacts_) note_event(event);
  }
}

void FakeCrm::note_event(model::Event const& event) {
  auto const& actor = crm_.actor(event.actor);
  auto const by = writer_of(actor);
  auto const op = by == Writer::engine ? op_id_ : 0;
  auto& ledger = stage_.ledger;
  auto uid = uid_of(event.record);
  if (uid == 0 && event.kind != model::EventKind::privacy_deletion) {
    uid = ledger.born(Side::crm, std::to_string(event.record), by);
    uids_[event.record] = uid;
  }
  switch (event.kind) {
    case model::EventKind::property_change:
      ledger.held(uid, event.property, crm_value(event.property, event.value), by, op);
      break;
    case model::EventKind::deletion:
      if (ledger.life(uid).erased) break;
      if (crm_.find(contacts_, event.record) == nullptr ||
          crm_.find(contacts_, event.record)->now.id == event.record)
        ledger.ended(uid, by, op);
      break;
    case model::EventKind::restore:
      ledger.back(uid, by);
      break;
    case model::EventKind::merge: {
      note_all(event.record, Writer::user);
      for (auto const old : event.merged) ledger.merged(uid_of(old), uid);
      ledger.merged(uid_of(event.primary), uid);
      break;
    }
    case model::EventKind::privacy_deletion:
      if (uid != 0) ledger.erased(uid, by, op);
      break;
    case model::EventKind::creation:
    case model::EventKind::association_change:
      break;
  }
  if (by == Writer::automation) {
    stage_.weather.count(Fault::crm_workflow);
    stage_.timeline.note("crm", "workflow edits", std::to_string(event.record),
                         [&] { return event.property + "=" + event.value; });
  }
  if (!listener_) return;
  auto const key = std::to_string(event.record);
  if (event.kind != model::EventKind::merge) return listener_({kind_of(event.kind), key, {}});
  auto absorbed = event.merged;
  absorbed.push_back(event.primary);
  for (auto const old : absorbed)
    if (old != event.record) listener_({ChangeKind::merged, std::to_string(old), key});
  listener_({ChangeKind::changed, key, {}});
}

void FakeCrm::note_all(model::RecordId id, Writer by) {
  auto const* record = crm_.find(contacts_, id);
  if (record == nullptr) return;
  auto const& type = crm_.catalog().type(contacts_);
  for (auto const name : crm_properties()) {
    auto const property = type.id_of(name);
    if (!property) continue;
    auto const* text = record->now.values->find(*property);
    if (text != nullptr) stage_.ledger.held(uid_of(id), name, crm_value(name, *text), by);
  }
}

std::optional<model::RecordId> FakeCrm::insert(model::Inputs const& properties) {
  auto const made = crm_.create(contacts_, properties, person(), clock());
  drain();
  if (!made) return std::nullopt;
  stage_.timeline.note("crm", "user inserts", std::to_string(*made));
  return *made;
}

bool FakeCrm::edit(model::RecordId id, model::Inputs const& properties) {
  auto const done = crm_.update(contacts_, id, properties, person(), clock());
  if (done)
    stage_.timeline.note("crm", "user edits", std::to_string(*done), [&] {
      std::string text;
      for (auto const& [name, value] : properties)
        text += name + "=" + shortened(value.value_or("")) + " ";
      return text;
    });
  drain();
  return done.has_value();
}

bool FakeCrm::archive(model::RecordId id) {
  bool const done = crm_.archive(contacts_, id, person(), clock());
  if (done) stage_.timeline.note("crm", "user archives", std::to_string(id));
  drain();
  return done;
}

bool FakeCrm::restore(model::RecordId id) {
  bool const done = crm_.restore(contacts_, id, person(), clock()).has_value();
  if (done) stage_.timeline.note("crm", "user restores", std::to_string(id));
  drain();
  return done;
}

bool FakeCrm::merge(model::RecordId primary, model::RecordId other) {
  auto const done = crm_.merge(contacts_, primary, other, person(), clock());
  if (done) {
    for (auto const old : {primary, other})
      stage_.timeline.note("crm", "user merges", std::to_string(old),
                           [&] { return "into " + std::to_string(*done); });
  }
  drain();
  return done.has_value();
}

bool FakeCrm::erase(model::RecordId id) {
  bool const done = crm_.purge(contacts_, id, person(), clock());
  if (done) stage_.timeline.note("crm", "user erases", std::to_string(id));
  drain();
  return done;
}

std::vector<model::RecordId> FakeCrm::live() const {
  std::vector<model::RecordId> ids;
  for (auto const* record : crm_.list(contacts_, 0, SIZE_MAX, false).records)
    ids.push_back(record->now.id);
  return ids;
}

std::vector<model::RecordId> FakeCrm::archived() const {
  std::vector<model::RecordId> ids;
  for (auto const* record : crm_.list(contacts_, 0, SIZE_MAX, true).records)
    ids.push_back(record->now.id);
  return ids;
}

std::optional<std::string> FakeCrm::text(model::RecordId id, std::string_view property) const {
  auto const* record = crm_.find(contacts_, id);
  auto const& type = crm_.catalog().type(contacts_);
  auto const number = type.id_of(property);
  if (record == nullptr || !number) return std::nullopt;
  return model::read(record->now, type, crm_.catalog(), *number);
}

std::size_t FakeCrm::count_external(std::string const& external_id) const {
  std::size_t found = 0;
  for (auto const id : live()) found += text(id, kExternalId) == external_id ? 1 : 0;
  return found;
}

}  // namespace crmsync::simulation
