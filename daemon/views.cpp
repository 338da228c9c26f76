// SPDX-License-Identifier: Apache-2.0
#include "daemon/views.hpp"

#include "daemon/counts.hpp"
#include "daemon/json.hpp"
#include "daemon/reused_key.hpp"
#include "daemon/service.hpp"

#include <algorithm>

namespace crmsync::daemon {

using engine::Errc;
using engine::Side;

namespace {

void side_status(Json& json, Service& service, MappingRun const& run, Side side) {
  auto const& one = run.side(side);
  json.key(to_string(side));
  json.begin_object();
  json.member("connection",
              side == Side::app ? run.mapping.app.connection : run.mapping.crm.connection);
  json.member("ready", one.ready);
  json.member("snapshot", one.cursor.snapshot == state::SnapshotPhase::complete  ? "complete"
                          : one.cursor.snapshot == state::SnapshotPhase::running ? "running"
                                                                                 : "none");
  json.member("snapshot_records", one.cursor.snapshot_records);
  json.member("polled_at", one.cursor.polled_at);
  json.member("polls", one.polls);
  if (one.trouble) {
    auto const age = service.runtime().steady_now() - one.trouble_since;
    json.key("trouble");
    json.begin_object();
    json.member("code", engine::to_string(one.trouble->code));
    json.member("message", one.trouble->message());
    json.member("for_seconds", static_cast<std::uint64_t>(
                                   std::chrono::duration_cast<std::chrono::seconds>(age).count()));
    json.end_object();
  }
  json.end_object();
}

std::string next_command(MappingRun const& run, state::MappingCounts const& counts) {
  if (run.row.paused) return "crmsync resume " + run.mapping.name;
  if (!run.may_write()) return "crmsync plan " + run.mapping.name;
  if (run.reconcile) return "crmsync conflicts list, then crmsync apply " + run.mapping.name;
  if (counts.held > 0) return "crmsync approve " + run.mapping.name;
  if (counts.parked > 0) return "crmsync conflicts list";
  if (counts.errors > 0) return "crmsync errors list";
  return {};
}

std::string_view state_of(MappingRun const& run) {
  if (run.row.paused) return "paused";
  if (!run.app.ready || !run.crm.ready) return "starting";
  if (!run.snapshots_complete()) return "reading";
  if (!run.may_write()) return "waits for plan and apply";
  if (run.reconcile) return "comparing after a restore";
  if (run.dirty.size() > 0 || run.rounds_in_flight > 0) return "syncing";
  return "in step";
}

void mapping_status(Json& json, Service& service, MappingRun const& run) {
  auto const counts = service.store().counts(run.id);
  state::MappingCounts const n = counts ? *counts : state::MappingCounts{};
  json.begin_object();
  json.member("mapping", run.mapping.name);
  json.member("state", state_of(run));
  auto const oldest = run.dirty.oldest_mark();
  double const lag =
      oldest ? static_cast<double>(service.runtime().now().micros - oldest->micros) / 1e6 : 0.0;
  json.member("lag_seconds", std::max(0.0, lag));
  json.member("linked", n.linked);
  json.member("unlinked_app", n.unlinked_app);
  json.member("unlinked_crm", n.unlinked_crm);
  json.member("waiting", run.dirty.size());
  json.member("in_flight", run.dirty.taken());
  json.member("open_intents", run.open_intents.size());
  json.member("asking", n.parked);
  json.member("failing", n.errors);
  json.member("held", n.held);
  auto const& c = run.counters;
  json.key("since_start");
  json.begin_object();
  json.member("matched", c.linked);
  json.member("created_app", c.created_app);
  json.member("created_crm", c.created_crm);
  json.member("updated_app", c.updated_app);
  json.member("updated_crm", c.updated_crm);
  json.member("deleted_app", c.deleted_app);
  json.member("deleted_crm", c.deleted_crm);
  json.member("collisions", c.collisions);
  json.member("overwritten", c.overwritten);
  json.member("unchanged", c.unchanged);
  json.end_object();
  side_status(json, service, run, Side::app);
  side_status(json, service, run, Side::crm);
  auto const next = next_command(run, n);
  if (!next.empty()) json.member("next", next);
  json.end_object();
}

void quota_status(Json& json, std::string const& name, connectors::Connector const& connection) {
  auto const usage = connection.quota();
  json.begin_object();
  json.member("connection", name);
  json.member("type", connection.type());
  json.member("requests", usage.requests_today);
  json.member("window", usage.window);
  json.member("window_remaining_ratio", usage.window_remaining_ratio);
  if (usage.daily_limit) json.member("daily_limit", *usage.daily_limit);
  if (usage.daily_remaining) json.member("daily_remaining", *usage.daily_remaining);
  json.member("circuit_open", usage.circuit_open);
  json.end_object();
}

void record_values(Json& json, std::string_view name, engine::Record const& record) {
  json.key(name);
  json.begin_object();
  for (auto const& [field, value] : record) json.value_member(field, value);
  json.end_object();
}

void history_entry(Json& json, state::HistoryRow const& row) {
  json.begin_object();
  json.member("at", row.at);
  json.member("what", state::to_string(row.kind));
  if (!row.field.empty()) json.member("field", row.field);
  if (row.written) json.member("written", to_string(*row.written));
  json.value_member("base_app", row.base_app);
  json.value_member("base_crm", row.base_crm);
  json.value_member("app", row.app);
  json.value_member("crm", row.crm);
  json.value_member("result", row.result);
  if (!row.policy.empty()) json.member("policy", row.policy);
  if (!row.rule.empty()) json.member("rule", row.rule);
  if (!row.note.empty()) json.member("note", row.note);
  json.member("generation", row.generation);
  json.end_object();
}

// Lists name what waits; only who asks for one conflict or record sees people's data.
enum class Values : std::uint8_t { shown, left_out };

void parked_entry(Json& json, Service& service, state::ParkedRow const& row, Values values) {
  json.begin_object();
  json.member("id", row.id);
  for (auto const& run : service.generation().runs)
    if (run->id == row.mapping) json.member("mapping", run->mapping.name);
  json.member("key", row.key);
  if (row.link == 0) json.member("side", to_string(row.side));
  if (!row.field.empty()) json.member("field", row.field);
  json.member("reason", row.reason);
  if (values == Values::shown) {
    json.value_member("base_app", row.base_app);
    json.value_member("base_crm", row.base_crm);
    json.value_member("app", row.app);
    json.value_member("crm", row.crm);
  }
  if (!row.rule.empty()) json.member("rule", row.rule);
  if (!row.candidates.empty()) {
    json.key("candidates");
    json.begin_array();
    for (auto const& key : row.candidates) json.text(key);
    json.end_array();
  }
  if (values == Values::shown) {
    json.key("choices");  // what `take` of an answer may say
    json.begin_array();
    for (auto const word : choices_of(row)) json.text(word);
    json.end_array();
  }
  json.member("at", row.at);
  json.end_object();
}

}  // namespace

std::vector<std::string_view> choices_of(state::ParkedRow const& row) {
  if (row.link == 0) return {"link"};
  if (row.field.empty() && row.reason == kReusedKeyReason) return {"same", "new"};
  if (row.field.empty()) return {"delete", "keep"};
  std::vector<std::string_view> words;
  if (row.app) words.emplace_back("app");
  if (row.crm) words.emplace_back("crm");
  words.emplace_back("value");
  return words;
}

engine::Error no_mapping(Service& service, std::string_view name) {
  std::vector<std::string_view> known;
  std::string list;
  for (auto const& run : service.generation().runs) {
    known.push_back(run->mapping.name);
    list += list.empty() ? "" : ", ";
    list += run->mapping.name;
  }
  auto const nearest = mappings::nearest_name(name, known);
  return engine::make_error(Errc::not_found, "mapping " + std::string(name), "there is none",
                            nearest.empty() ? "known: " + list : "did you mean " + nearest + "?");
}

std::string status_view(Service& service) {
  Json json;
  json.begin_object();
  json.member("schema_version", 1u);
  json.member("version", CRMSYNC_VERSION);
  json.member("summary", service.summary());
  json.member("started_at", service.started_at());
  json.member("generation", service.generation().number);
  json.member("reloaded_at", service.reloaded_at());
  if (service.bad_config()) json.member("invalid_config", *service.bad_config());
  auto const health = service.store().health();
  json.key("state");
  json.begin_object();
  json.member("bytes_used", health.bytes_used);
  json.member("bytes_limit", health.bytes_limit);
  json.member("commits", health.commits);
  json.member("full", health.full);
  auto const intake = service.store().intake_size();
  json.member("intake_rows", intake ? *intake : 0);
  json.end_object();
  json.key("mappings");
  json.begin_array();
  for (auto const& run : service.generation().runs) mapping_status(json, service, *run);
  json.end_array();
  json.key("connections");
  json.begin_array();
  for (auto const& [name, connection] : service.generation().connections)
    quota_status(json, name, *connection);
  json.end_array();
  json.end_object();
  return json.str();
}

engine::Result<std::string> record_view(Service& service, std::string_view mapping,
                                        std::string_view key, std::string_view field) {
  auto* run = service.find_run(mapping);
  if (run == nullptr) return no_mapping(service, mapping);
  auto& store = service.store();
  auto link = store.link_by_app(run->id, key);
  if (!link) return link.error();
  if (!*link) link = store.link_by_crm(run->id, key);
  if (!link) return link.error();
  auto const link_id = *link ? (*link)->id : 0;
  Json json;
  json.begin_object();
  json.member("schema_version", 1u);
  json.member("mapping", mapping);
  json.member("key", key);
  json.member("link", *link ? engine::to_string((*link)->state) : "none");
  if (*link) {
    json.member("app_key", (*link)->app_key);
    json.member("crm_id", (*link)->crm_id);
    json.member("linked_at", (*link)->created_at);
    auto base = store.base(link_id);
    if (base && *base && field.empty()) {
      record_values(json, "base_app", (*base)->app);
      record_values(json, "base_crm", (*base)->crm);
    }
  }
  json.key("asking");
  json.begin_array();
  std::size_t known = 0;
  for (auto const side : {Side::app, Side::crm}) {
    if (link_id != 0 && side == Side::crm) break;
    auto parked = store.parked_of(run->id, link_id, side, key);
    if (!parked) continue;
    for (auto const& row : *parked)
      if (field.empty() || row.field == field)
        parked_entry(json, service, row, Values::shown), ++known;
  }
  json.end_array();
  json.key("history");
  json.begin_array();
  if (link_id != 0) {
    auto rows = store.history_of(link_id, kViewRowsMax);
    if (!rows) return rows.error();
    for (auto const& row : *rows)
      if (field.empty() || row.field == field || row.field.empty())
        history_entry(json, row), ++known;
  }
  json.end_array();
  json.end_object();
  if (link_id == 0 && known == 0)
    return engine::make_error(
        Errc::not_found, "record " + std::string(key),
        "no link and nothing parked under this app key or CRM id",
        "it may be out of scope, waiting, or not created yet: see crmsync status");
  return json.str();
}

engine::Result<std::string> conflicts_view(Service& service, std::string_view mapping) {
  if (!mapping.empty() && service.find_run(mapping) == nullptr) return no_mapping(service, mapping);
  auto rows = service.store().parked_after(0, kViewRowsMax);
  if (!rows) return rows.error();
  Json json;
  json.begin_object();
  json.member("schema_version", 1u);
  json.key("conflicts");
  json.begin_array();
  for (auto const& row : *rows) {
    if (!mapping.empty() && service.find_run(mapping)->id != row.mapping) continue;
    parked_entry(json, service, row, Values::left_out);
  }
  json.end_array();
  json.member("more", rows->size() == kViewRowsMax);
  json.end_object();
  return json.str();
}

engine::Result<std::string> conflict_view(Service& service, std::uint64_t id) {
  auto row = service.store().parked(id);
  if (!row) return row.error();
  if (!*row)
    return engine::make_error(Errc::not_found, "conflict " + std::to_string(id), "there is none",
                              "crmsync conflicts list");
  Json json;
  json.begin_object();
  json.member("schema_version", 1u);
  json.key("conflict");
  parked_entry(json, service, **row, Values::shown);
  json.end_object();
  return json.str();
}

}  // namespace crmsync::daemon
