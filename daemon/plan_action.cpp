// The first plan of a mapping: the real round with nobody listening to its writes.
// SPDX-License-Identifier: Apache-2.0
#include "daemon/actions.hpp"
#include "daemon/json.hpp"
#include "daemon/round.hpp"
#include "daemon/service.hpp"
#include "daemon/views.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace crmsync::daemon {

using connectors::Task;
using engine::FieldAction;
using engine::PresenceAction;

namespace {

constexpr std::size_t kPlannedMax = 100'000;  // records looked at by one plan

struct PlanSum {
  std::map<std::string, std::uint64_t, std::less<>> counts;
  std::uint64_t looked_at = 0;
  std::uint64_t api_writes = 0;
  std::uint64_t writes = 0;  // records that would be written, made or deleted on either side
};

bool is_write(FieldAction action) {
  return action == FieldAction::write_app || action == FieldAction::write_crm ||
         action == FieldAction::write_both;
}

std::string_view count_name(Pair const& pair) {
  switch (pair.plan.presence) {
    case PresenceAction::create_app:
      return "create_app";
    case PresenceAction::create_crm:
      return "create_crm";
    case PresenceAction::restore_app:
      return "restore_app";
    case PresenceAction::restore_crm:
      return "restore_crm";
    case PresenceAction::delete_app:
      return "delete_app";
    case PresenceAction::delete_crm:
      return "delete_crm";
    case PresenceAction::unlink:
      return "unlink";
    case PresenceAction::park:
      return "ask";
    case PresenceAction::wait:
      return "wait";
    case PresenceAction::link:
      return "link";
    case PresenceAction::merge:
      return "check";
    case PresenceAction::bury:
    case PresenceAction::ignore:
      break;
  }
  return "leave";
}

void add(PlanSum& sum, MappingRun const& run, Pair const& pair, Json& diffs, std::size_t& left) {
  ++sum.looked_at;
  ++sum.counts[std::string(count_name(pair))];
  if (pair.plan.writes_crm() || pair.plan.presence == PresenceAction::delete_crm) ++sum.api_writes;
  bool const deletes = pair.plan.presence == PresenceAction::delete_app ||
                       pair.plan.presence == PresenceAction::delete_crm;
  if (pair.plan.writes_app() || pair.plan.writes_crm() || deletes) ++sum.writes;
  bool const two =
      pair.plan.presence == PresenceAction::link || pair.plan.presence == PresenceAction::merge;
  for (std::size_t i = 0; i < pair.plan.fields.size(); ++i) {
    auto const& field = pair.plan.fields[i];
    if (field.action == FieldAction::park) ++sum.counts["fields_asking"];
    if (!is_write(field.action)) continue;
    ++sum.counts[field.action == FieldAction::write_app ? "fields_to_app" : "fields_to_crm"];
    if (!two || left == 0) continue;
    --left;
    diffs.begin_object();
    diffs.member("app_key", pair.app_key);
    diffs.member("crm_id", pair.crm_id);
    diffs.member("field", run.mapping.fields[i].name);
    diffs.member("to", field.action == FieldAction::write_app   ? "app"
                       : field.action == FieldAction::write_crm ? "crm"
                                                                : "both");
    diffs.value_member("app", pair.input.fields[i].app);
    diffs.value_member("crm", pair.input.fields[i].crm);
    diffs.value_member("result", field.value);
    diffs.end_object();
  }
  if (two || left == 0 || pair.plan.presence == PresenceAction::ignore) return;
  --left;
  diffs.begin_object();
  if (!pair.app_key.empty()) diffs.member("app_key", pair.app_key);
  if (!pair.crm_id.empty()) diffs.member("crm_id", pair.crm_id);
  diffs.member("record", count_name(pair));
  diffs.end_object();
}

engine::Error not_ready(MappingRun const& run) {
  auto const& trouble = run.crm.trouble ? run.crm.trouble : run.app.trouble;
  return engine::make_error(engine::Errc::locked, "plan " + run.mapping.name,
                            trouble ? trouble->message() : "both sides are still being read",
                            "try again in a moment; crmsync status shows how far it is");
}

}  // namespace

Task<ActionResult> make_mapping_plan(Service& service, std::string mapping, std::size_t shown_max) {
  auto* run = service.find_run(mapping);
  if (run == nullptr) co_return no_mapping(service, mapping);
  if (!run->app.ready || !run->crm.ready || !run->snapshots_complete()) co_return not_ready(*run);
  PlanSum sum;
  Json json;
  json.begin_object();
  json.member("schema_version", 1u);
  json.member("mapping", mapping);
  json.key("diffs");
  json.begin_array();
  std::size_t left = shown_max;
  std::size_t tickets = 0;
  PlanSink const sink = [&](Pair const& pair) {
    tickets += pair.tickets.size();
    add(sum, *run, pair, json, left);
  };
  // A record that was looked at goes back to the end of the queue: one turn of it is the plan.
  auto const total = std::min(run->dirty.size() - run->dirty.taken(), kPlannedMax);
  auto const due = service.runtime().steady_now() + std::chrono::hours(24);
  while (tickets < total) {
    auto const rest = std::min(total - tickets, service.tuning().batch_records_max);
    auto const before = tickets;
    auto taken = run->dirty.take(rest, due);
    if (taken.empty()) break;
    Round round(
        {*run, service.store(), service.runtime(), service.tuning(), service.options().probe},
        std::move(taken));
    co_await round.look(sink);
    if (tickets == before) break;  // nothing could be read: the trouble stands in the status
  }
  json.end_array();
  json.key("counts");
  json.begin_object();
  for (auto const& [name, n] : sum.counts) json.member(name, n);
  json.end_object();
  json.member("records", sum.looked_at);
  auto const per_call = std::max<std::size_t>(1, run->crm.capabilities.apply_batch_max);
  json.member("api_calls_estimate", (sum.api_writes + per_call - 1) / per_call * 3);
  json.member("changes", sum.writes > 0);
  json.member("needs_apply", !run->may_write());
  json.end_object();
  run->wake.notify();
  co_return json.str();
}

}  // namespace crmsync::daemon
