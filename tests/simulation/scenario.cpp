// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/scenario.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace crmsync::simulation {

namespace {

struct FaultRow {
  Fault fault;
  std::uint64_t low, high;  // per mille of its occasions
};

// The rate of a fault is drawn between `low` and `high`.
constexpr std::array kFaultRows{
    FaultRow{Fault::crm_limited, 5, 100},        FaultRow{Fault::crm_limited_silent, 5, 100},
    FaultRow{Fault::crm_server_error, 5, 300},   FaultRow{Fault::crm_reset_before, 5, 200},
    FaultRow{Fault::crm_reset_after, 5, 200},    FaultRow{Fault::crm_truncated, 5, 150},
    FaultRow{Fault::crm_partial, 20, 300},       FaultRow{Fault::crm_slow, 5, 150},
    FaultRow{Fault::crm_outage, 1, 4},           FaultRow{Fault::crm_unauthorized, 1, 3},
    FaultRow{Fault::crm_read_gap, 5, 80},        FaultRow{Fault::search_late, 1, 20},
    FaultRow{Fault::hook_lost, 50, 1'000},       FaultRow{Fault::hook_twice, 50, 500},
    FaultRow{Fault::hook_shuffled, 50, 500},     FaultRow{Fault::hook_late, 5, 200},
    FaultRow{Fault::crm_rewrites, 1'000, 1'000}, FaultRow{Fault::crm_workflow, 1'000, 1'000},
    FaultRow{Fault::crm_merge, 5, 30},           FaultRow{Fault::crm_restore, 5, 40},
    FaultRow{Fault::crm_erase, 2, 15},           FaultRow{Fault::crm_clock, 1'000, 1'000},
    FaultRow{Fault::app_busy, 5, 200},           FaultRow{Fault::app_lost_answer, 5, 150},
    FaultRow{Fault::app_outage, 1, 3},           FaultRow{Fault::app_late_commit, 20, 300},
    FaultRow{Fault::app_key_reused, 5, 40},      FaultRow{Fault::app_rekey, 5, 30},
    FaultRow{Fault::app_clock, 1'000, 1'000},    FaultRow{Fault::wall_clock, 1'000, 1'000},
    FaultRow{Fault::disk_full, 1, 10},           FaultRow{Fault::crash, 1'000, 1'000},
    FaultRow{Fault::crash_at_boundary, 1, 12},   FaultRow{Fault::edit_in_window, 5, 150},
    FaultRow{Fault::crm_quota, 1'000, 1'000},    FaultRow{Fault::app_deadlock, 5, 200},
};

template <class T>
T one_of(Tape& tape, std::initializer_list<T> choices) {
  return *(choices.begin() + tape.below(choices.size()));
}

std::string draw_chain(Tape& tape) {
  return one_of<std::string>(tape, {"[app]", "[app]", "[crm]", "[crm]", "[ask]", "[newest, app]",
                                    "[newest, ask]", "[app_unless_blank, crm]", "[fill_blank, crm]",
                                    "[crm_unless_blank, app]", "[oldest, crm]"});
}

void draw_fields(Scenario& scenario, Tape& tape) {
  scenario.fields.push_back({"email", "email", ", transform: email"});
  auto const maybe = [&](std::string app, std::string crm, std::string rest) {
    if (tape.below(3) == 0) return;
    bool const number = crm.starts_with("sim_");
    if (tape.below(3) == 0)
      rest +=
          ", conflict: " + (!number && tape.below(4) == 0 ? "[longest, app]" : draw_chain(tape));
    scenario.fields.push_back({std::move(app), std::move(crm), std::move(rest)});
  };
  scenario.fields.push_back({"first_name", "firstname", ""});
  maybe("last_name", "lastname", ", transform: trim");
  bool const address = tape.below(2) == 0;
  if (address) {
    scenario.fields.push_back({"city", "city", ", group: address"});
    scenario.fields.push_back({"zip", "zip", ", group: address"});
  } else {
    maybe("city", "city", "");
    maybe("zip", "zip", "");
  }
  maybe("phone", "phone", ", compare: digits");
  maybe("notes", "about", tape.below(2) == 0 ? ", blank: value" : "");
  maybe("amount", "sim_amount", "");
  if (tape.below(2) == 0)
    scenario.fields.push_back(
        {"score", "sim_score",
         one_of<std::string>(tape, {", conflict: max", ", conflict: sum_deltas",
                                    ", direction: to_crm", ", direction: to_app, drift: overwrite",
                                    ", direction: to_app, drift: report"})});
}

void draw_sizes(Scenario& scenario, Tape& tape) {
  auto const size = tape.below(100);
  scenario.people = static_cast<std::size_t>(size < 70   ? tape.between(2, 15)
                                             : size < 95 ? tape.between(15, 60)
                                                         : tape.between(60, 200));
  scenario.actions = static_cast<std::size_t>(tape.between(50, 400));
  // Any day of four years: month ends, a leap day, both changes of the clocks.
  scenario.begins = {1'767'225'600'000'000 + tape.between(0, 1'460) * 24 * kHour};
  auto& tuning = scenario.tuning;
  tuning.batch_records_max = one_of<std::size_t>(tape, {100, 100, 10, 3, 1});
  tuning.rounds_in_flight_max = one_of<std::size_t>(tape, {4, 4, 2, 1});
  tuning.payloads_max = one_of<std::size_t>(tape, {20'000, 20'000, 5, 1});
  tuning.dirty_in_memory_max = one_of<std::size_t>(tape, {50'000, 50'000, 20, 5});
  look_around_rarely(tuning);
  tuning.commit_watch = std::chrono::seconds(tape.between(1, 30));
  scenario.app.page_rows = one_of<std::size_t>(tape, {50, 50, 5, 2});
  scenario.crm.page_records = one_of<std::size_t>(tape, {100, 100, 5, 2});
  scenario.crm.fetch_batch_max = one_of<std::size_t>(tape, {100, 100, 7, 1});
  scenario.crm.apply_batch_max = one_of<std::size_t>(tape, {100, 100, 7, 1});
}

void draw_rules(Scenario& scenario, Tape& tape) {
  scenario.chain = draw_chain(tape);
  scenario.initial = one_of<std::string>(tape, {"app", "crm", "newest", "ask"});
  scenario.triggers = tape.below(3) != 0;
  // Polling by stamp sees no row that is gone.
  scenario.app.soft_deletes = !scenario.triggers || tape.below(3) == 0;
  scenario.webhooks = tape.below(4) != 0;
  scenario.app_poll_s = scenario.triggers ? 30 : one_of<std::int64_t>(tape, {10, 30, 60, 300});
  scenario.crm_poll_s = one_of<std::int64_t>(tape, {20, 60, 60, 300, 900});
  scenario.settle_ms = one_of<std::int64_t>(tape, {0, 500, 2'000, 10'000});
  scenario.merge_window_s = one_of<std::int64_t>(tape, {0, 60, 300});
  scenario.app_deleted = one_of<std::string>(
      tape, {"archive_crm", "archive_crm", "archive_crm", "delete_crm", "unlink", "ignore"});
  scenario.crm_deleted = one_of<std::string>(
      tape, {"delete_row", "delete_row", "{set: {deleted_at: now}}", "unlink", "ignore"});
  if (scenario.crm_deleted.starts_with("{set") && !scenario.app.soft_deletes)
    scenario.crm_deleted = "delete_row";
  if (scenario.crm_deleted == "delete_row" && !scenario.triggers)
    scenario.crm_deleted = "{set: {deleted_at: now}}";
  scenario.versus_edit =
      one_of<std::string>(tape, {"edit_wins", "edit_wins", "delete_wins", "ask"});
  scenario.guard_per_hour = one_of<std::uint64_t>(tape, {50, 50, 5});
  scenario.guard_percent = one_of<int>(tape, {2, 50, 100});
}

void draw_faults(Scenario& scenario, Tape& tape) {
  scenario.calm = tape.below(10) == 0;
  // Some seeds know nearly every fault, some only two or three.
  auto const share = one_of<std::uint64_t>(tape, {100, 250, 500, 800});
  for (auto const& row : kFaultRows) {
    bool const in = tape.happens(share);
    auto const rate = static_cast<std::uint64_t>(
        tape.between(static_cast<std::int64_t>(row.low), static_cast<std::int64_t>(row.high)));
    if (in && !scenario.calm) scenario.faults.emplace_back(row.fault, rate);
  }
  auto const has = [&](Fault fault) {
    return std::ranges::any_of(scenario.faults,
                               [&](auto const& one) { return one.first == fault; });
  };
  if (has(Fault::crm_clock)) scenario.crm.clock_skew = tape.between(-120, 120) * kSecond;
  if (has(Fault::app_clock)) scenario.app.clock_skew = tape.between(-120, 120) * kSecond;
  if (has(Fault::crm_quota))
    scenario.crm.requests_per_10s = static_cast<std::size_t>(tape.between(10, 100));
  scenario.crm.rewrites_phones = has(Fault::crm_rewrites);
  scenario.crm.search_lag_ms = one_of<std::int64_t>(tape, {500, 3'000, 60'000});
  scenario.crm.history = tape.below(10) != 0;
  if (has(Fault::crm_workflow)) {
    auto const& field = scenario.fields[tape.below(scenario.fields.size() - 1) + 1];
    bool const number = field.crm.starts_with("sim_");
    scenario.crm.workflows.push_back({.object = "contacts",
                                      .when_property = "firstname",
                                      .set_property = field.crm,
                                      .value = number ? "7" : "Automatic",
                                      .delay_min_ms = 1'000,
                                      .delay_max_ms = 30'000});
  }
}

}  // namespace

void look_around_rarely(daemon::Tuning& tuning) {
  tuning.idle_pause = std::chrono::minutes(10);
  tuning.service_tick = std::chrono::minutes(10);
  tuning.housekeeping_every = std::chrono::minutes(1);
}

std::string Scenario::mapping_yaml() const {
  std::string yaml = "version: 1\nmapping: customers\n";
  yaml += "app: {connection: shop-db, object: customers, key: id, changed_at: updated_at";
  if (app.soft_deletes) yaml += ", deleted_when: {field: deleted_at, is: present}";
  yaml += "}\ncrm: {connection: hubspot, object: contacts, external_id: shop_customer_id}\n";
  yaml += "create: both\nschedule:\n";
  yaml += triggers ? "  app: {capture: triggers}\n"
                   : fmt::format("  app: {{capture: poll, every: {}s}}\n", app_poll_s);
  yaml += fmt::format("  crm: {{webhooks: {}, poll: {}s}}\n  settle: {}ms\n", webhooks, crm_poll_s,
                      settle_ms);
  yaml += "match: {keys: [{app: email, crm: email, compare: email}]}\n";
  yaml += "conflict: {default: " + chain + "}\nfields:\n";
  for (auto const& field : fields)
    yaml += "  - {app: " + field.app + ", crm: " + field.crm + field.rest + "}\n";
  yaml += fmt::format(
      "delete: {{app_deleted: {}, crm_deleted: {}, versus_edit: {}, merge_window: {}s, guard: "
      "{{per_hour: {}, percent: {}}}}}\n",
      app_deleted, crm_deleted, versus_edit, merge_window_s, guard_per_hour, guard_percent);
  yaml += "initial: {prefer: " + initial + ", require_plan: false}\n";
  return yaml;
}

std::string Scenario::summary() const {
  std::string text = fmt::format(
      "seed {}: {} people, {} actions, {} fields, {} {}, chain {}, app_deleted {}, crm_deleted {}, "
      "{}; faults:",
      seed, people, actions, fields.size(), triggers ? "triggers" : "polling",
      webhooks ? "webhooks" : "no webhooks", chain, app_deleted, crm_deleted, versus_edit);
  for (auto const& [fault, rate] : faults) text += fmt::format(" {}({})", to_string(fault), rate);
  if (faults.empty()) text += " none";
  return text;
}

Scenario scenario_of(std::uint64_t seed) {
  Scenario scenario;
  scenario.seed = seed;
  Tape const swarm(seed, Purpose::swarm);
  auto sizes = swarm.branch(1), rules = swarm.branch(2), fields = swarm.branch(3),
       faults = swarm.branch(4);
  scenario.crm.seed = seed;
  draw_sizes(scenario, sizes);
  draw_rules(scenario, rules);
  draw_fields(scenario, fields);
  draw_faults(scenario, faults);
  auto rest = swarm.branch(5);
  scenario.bulks = rest.below(4) == 0 ? 1 + rest.below(3) : 0;
  scenario.reloads = rest.below(4) == 0 ? 1 + rest.below(4) : 0;
  return scenario;
}

}  // namespace crmsync::simulation
