// SPDX-License-Identifier: Apache-2.0
#include "daemon/actions.hpp"

#include "daemon/json.hpp"
#include "daemon/reused_key.hpp"
#include "daemon/service.hpp"
#include "daemon/store_access.hpp"
#include "daemon/views.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace crmsync::daemon {

using connectors::Task;
using engine::Errc;
using engine::Side;

namespace {

constexpr std::chrono::milliseconds kLinkWait{10'000};
constexpr std::chrono::milliseconds kLinkPoll{20};

std::string done_json() {
  Json json;
  json.begin_object();
  json.member("schema_version", 1u);
  json.member("done", true);
  json.end_object();
  return json.str();
}

engine::Error no_longer_mapped(std::string const& what, std::uint64_t id) {
  return engine::make_error(Errc::not_found, what + " " + std::to_string(id),
                            "the configuration no longer has its mapping",
                            "put the mapping file back and run crmsync reload");
}

// Changes one fact of the mapping; what rounds add to its row meanwhile is kept.
Task<engine::Status> store_fact(Service& service, MappingRun& run, bool state::MappingRow::*fact,
                                bool value) {
  auto row = run.row;
  row.*fact = value;
  state::Commit changes;
  changes.mappings.emplace_back(run.id, std::move(row));
  auto status = co_await commit(service.store(), std::move(changes));
  if (status) run.row.*fact = value;
  run.wake.notify();
  co_return status;
}

// A round that works on the link would put back the base it began with: it ends first.
class LinkHold {
 public:
  static Task<std::unique_ptr<LinkHold>> take(Service& service, MappingRun& run,
                                              state::LinkId link) {
    auto const name = link_lock(link);
    auto const deadline = service.runtime().steady_now() + kLinkWait;
    while (!run.locks.insert(name).second) {
      if (service.runtime().steady_now() >= deadline) co_return nullptr;
      co_await service.runtime().sleep(kLinkPoll);
    }
    co_return std::make_unique<LinkHold>(run, name);
  }
  LinkHold(MappingRun& run, std::string name) : run_(run), name_(std::move(name)) {}
  ~LinkHold() { run_.locks.erase(name_); }
  LinkHold(LinkHold const&) = delete;
  LinkHold& operator=(LinkHold const&) = delete;

 private:
  MappingRun& run_;
  std::string name_;
};

// The value a person typed, in the type the field has.
engine::Result<engine::Value> typed_value(mappings::FieldMap const& field,
                                          std::string const& text) {
  auto refuse = [&] {
    return engine::make_error(Errc::invalid_value, "resolve " + field.name,
                              "that is no " + std::string(engine::to_string(field.canonical)));
  };
  switch (field.canonical) {
    case engine::ValueType::boolean:
      if (text != "true" && text != "false") return refuse();
      return engine::Value(text == "true");
    case engine::ValueType::int64:
    case engine::ValueType::decimal: {
      auto number = engine::Decimal::parse(text);
      if (!number) return refuse();
      return engine::Value(std::move(*number));
    }
    case engine::ValueType::date: {
      auto const date = engine::parse_date(text);
      if (!date) return refuse();
      return engine::Value(*date);
    }
    case engine::ValueType::timestamp: {
      auto const at = engine::parse_timestamp(text);
      if (!at) return refuse();
      return engine::Value(*at);
    }
    case engine::ValueType::string_set: {
      std::vector<std::string> items;
      for (std::size_t from = 0; from <= text.size();) {
        auto const end = std::min(text.find(';', from), text.size());
        auto item = text.substr(from, end - from);
        if (!item.empty()) items.push_back(std::move(item));
        from = end + 1;
      }
      return engine::Value(engine::StringSet(std::move(items)));
    }
    case engine::ValueType::null:
    case engine::ValueType::string:
    case engine::ValueType::reference:
      break;
  }
  if (text.empty()) return engine::Value(engine::Null{});
  return engine::Value(text);
}

engine::Error ask_for_one_of(state::ParkedRow const& row,
                             std::vector<std::string_view> const& choices) {
  std::string words;
  for (auto const word : choices) {
    if (!words.empty()) words += ", ";
    words += word == "value" ? "--value TEXT" : "--take " + std::string(word);
  }
  return engine::make_error(Errc::invalid_value, "conflict " + std::to_string(row.id),
                            "say how to decide it: " + words,
                            "crmsync conflicts show " + std::to_string(row.id));
}

engine::Result<engine::Value> chosen_value(MappingRun const& run, state::ParkedRow const& row,
                                           FlatObject const& answer) {
  auto const take = answer.find("take");
  auto const word = take == answer.end() ? std::string() : take->second;
  auto const choices = choices_of(row);
  if (std::ranges::find(choices, word) == choices.end()) return ask_for_one_of(row, choices);
  if (row.field.empty()) return engine::Value(word);
  if (word == "app" && row.app) return *row.app;
  if (word == "crm" && row.crm) return *row.crm;
  auto const index = run.mapping.field_index(row.field);
  auto const value = answer.find("value");
  if (index < 0)
    return engine::make_error(Errc::not_found, "resolve " + row.field,
                              "the mapping no longer has this field", "crmsync conflicts list");
  if (value == answer.end())
    return engine::make_error(Errc::invalid_value, "resolve " + row.field, "the value is missing",
                              "--value TEXT; for a blank: --value ''");
  return typed_value(run.mapping.fields[static_cast<std::size_t>(index)], value->second);
}

MappingRun* run_of(Service& service, state::MappingId id) {
  for (auto& run : service.generation().runs)
    if (run->id == id) return run.get();
  return nullptr;
}

void mark(Service& service, MappingRun& run, Side side, engine::RecordKey key,
          state::Commit& changes) {
  changes.intake.push_back(service.intake().row(run.id, side, std::move(key)));
}

// Which of the candidates a record belongs to.
Task<ActionResult> resolve_match(Service& service, MappingRun& run, state::ParkedRow parked,
                                 FlatObject answer) {
  auto const link = answer.find("link");
  bool const offered = link != answer.end() && std::ranges::find(parked.candidates, link->second) !=
                                                   parked.candidates.end();
  if (!offered)
    co_return engine::make_error(Errc::invalid_value, "resolve", "name one of the candidates",
                                 "crmsync conflicts show " + std::to_string(parked.id));
  bool const by_app = parked.side == Side::app;
  auto const& app_key = by_app ? parked.key : link->second;
  run.named_match[app_key] = {by_app ? link->second : parked.key, true};
  state::Commit changes;
  mark(service, run, Side::app, app_key, changes);
  changes.parked_done.push_back(parked.id);
  auto status = co_await service.intake().append(std::move(changes));
  if (!status) co_return status.error();
  co_return done_json();
}

}  // namespace

Task<ActionResult> set_paused(Service& service, std::string mapping, bool paused) {
  auto* run = service.find_run(mapping);
  if (run == nullptr) co_return no_mapping(service, mapping);
  auto status = co_await store_fact(service, *run, &state::MappingRow::paused, paused);
  if (!status) co_return status.error();
  if (!paused) {  // whoever resumes has removed what was in the way: nobody waits out a pause
    run->poll_app.notify();
    run->poll_crm.notify();
  }
  co_return done_json();
}

Task<ActionResult> apply_mapping(Service& service, std::string mapping) {
  auto* run = service.find_run(mapping);
  if (run == nullptr) co_return no_mapping(service, mapping);
  auto status = co_await store_fact(service, *run, &state::MappingRow::apply_approved, true);
  if (!status) co_return status.error();
  if (run->reconcile) {
    run->reconcile = false;
    // What was new or gone was passed over while comparing: everything is looked at once more.
    state::Commit changes;
    for (auto const side : {Side::app, Side::crm}) {
      auto cursor = run->side(side).cursor;
      cursor.snapshot = state::SnapshotPhase::none;
      changes.cursors.push_back({run->id, side, std::move(cursor)});
      run->side(side).read_again = true;
    }
    changes.clear_restored = std::ranges::none_of(service.generation().runs,
                                                  [](auto const& one) { return one->reconcile; });
    status = co_await commit(service.store(), std::move(changes));
    if (!status) co_return status.error();
    run->poll_app.notify();
    run->poll_crm.notify();
  }
  co_return done_json();
}

Task<ActionResult> resolve_conflict(Service& service, std::uint64_t id, FlatObject answer) {
  auto found = service.store().parked(id);
  if (!found) co_return found.error();
  auto const gone =
      engine::make_error(Errc::not_found, "conflict " + std::to_string(id),
                         "it is gone: somebody resolved it, or the values agree or moved by now",
                         "crmsync conflicts list");
  if (!*found) co_return gone;
  auto* run = run_of(service, (*found)->mapping);
  if (run == nullptr) co_return no_longer_mapped("conflict", id);
  if ((*found)->link == 0) {
    auto linked = co_await resolve_match(service, *run, std::move(**found), std::move(answer));
    co_return linked;
  }
  auto const hold = co_await LinkHold::take(service, *run, (*found)->link);
  if (!hold)
    co_return engine::make_error(Errc::locked, "conflict " + std::to_string(id),
                                 "the record is being worked on", "try again in a moment");
  found = service.store().parked(id);  // a round may have ended it meanwhile
  if (!found) co_return found.error();
  if (!*found) co_return gone;
  auto const& parked = **found;
  auto value = chosen_value(*run, parked, answer);
  if (!value) co_return value.error();
  auto base = service.store().base(parked.link);
  if (!base) co_return base.error();
  state::BaseRow row = *base ? **base : state::BaseRow{};
  row.link = parked.link;
  auto& field = mark_for(row, parked.field);
  field.answer = std::move(*value);
  field.answer_app = parked.app;
  field.answer_crm = parked.crm;
  state::Commit changes;
  changes.bases.push_back(std::move(row));
  auto link = service.store().link(parked.link);
  if (!link) co_return link.error();
  if (*link) mark(service, *run, Side::app, (*link)->app_key, changes);
  auto status = co_await service.intake().append(std::move(changes));
  if (!status) co_return status.error();
  co_return done_json();
}

Task<ActionResult> retry_error(Service& service, std::uint64_t id) {
  auto found = service.store().error(id);
  if (!found) co_return found.error();
  if (!*found)
    co_return engine::make_error(Errc::not_found, "error " + std::to_string(id), "there is none",
                                 "crmsync errors list");
  auto* run = run_of(service, (*found)->mapping);
  if (run == nullptr) co_return no_longer_mapped("error", id);
  state::Commit changes;
  mark(service, *run, (*found)->record_side, (*found)->key, changes);
  auto status = co_await service.intake().append(std::move(changes));
  if (!status) co_return status.error();
  co_return done_json();
}

// Releases exactly what was shown: a digest that no longer fits is refused.
Task<ActionResult> approve_held(Service& service, std::string mapping, std::string digest) {
  auto* run = service.find_run(mapping);
  if (run == nullptr) co_return no_mapping(service, mapping);
  if (digest != held_digest(service, mapping))
    co_return engine::make_error(Errc::precondition_failed, "approve " + mapping,
                                 "what is held changed since it was shown",
                                 "look again: crmsync approve " + mapping);
  auto rows = service.store().held_after(0, 1000);
  if (!rows) co_return rows.error();
  state::Commit changes;
  std::uint64_t released = 0;
  for (auto& row : *rows) {
    if (row.mapping != run->id || row.approved) continue;
    row.approved = true;
    auto link = service.store().link(row.link);
    if (link && *link) mark(service, *run, Side::app, (*link)->app_key, changes);
    changes.held.push_back(row);
    ++released;
  }
  auto status = co_await service.intake().append(std::move(changes));
  if (!status) co_return status.error();
  Json json;
  json.begin_object();
  json.member("schema_version", 1u);
  json.member("released", released);
  json.end_object();
  co_return json.str();
}

Task<ActionResult> make_backup(Service& service, std::string path) {
  if (path.empty() || path.front() != '/')
    co_return engine::make_error(Errc::invalid_value, "backup", "the path must be absolute",
                                 "crmsync backup /var/backups/crmsync/state.mdb");
  auto status = co_await backup(service.store(), path);
  if (!status) co_return status.error();
  co_return done_json();
}

Task<ActionResult> reload_config(Service& service) {
  auto report = co_await service.reload();
  if (report.error) co_return *report.error;
  Json json;
  json.begin_object();
  json.member("schema_version", 1u);
  json.member("changed", report.changed);
  json.member("generation", report.generation);
  json.key("diagnostics");
  json.begin_array();
  bool invalid = false;
  for (auto const& one : report.diagnostics) {
    invalid = invalid || !one.warning;
    json.text(mappings::render(one));
  }
  json.end_array();
  json.member("invalid", invalid);
  json.end_object();
  co_return json.str();
}

}  // namespace crmsync::daemon
