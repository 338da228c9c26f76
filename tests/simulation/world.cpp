// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/world.hpp"

#include "daemon/config_bridge.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <stdexcept>
#include <utility>

namespace crmsync::simulation {

namespace {

constexpr SimTime kQuietMax = 3 * kHour;
constexpr SimTime kQuietStep = kMinute;
constexpr std::size_t kLinesShown = 40;

Tape tape_for(Scenario const& scenario, Purpose purpose) {
  return {scenario.seed, purpose};
}

Tape schedule_for(Scenario const& scenario, RunOptions const& options) {
  auto tape = tape_for(scenario, Purpose::schedule);
  if (options.even_schedule) tape.end_after(0);
  return tape;
}

}  // namespace

World::World(Scenario scenario, RunOptions options)
    : scenario_(std::move(scenario)),
      options_(std::move(options)),
      runtime_(scenario_.begins, schedule_for(scenario_, options_),
               tape_for(scenario_, Purpose::daemon)),
      ledger_(runtime_),
      weather_(runtime_, tape_for(scenario_, Purpose::faults)),
      timeline_(runtime_, options_.keep_lines),
      stage_{runtime_, ledger_, weather_, timeline_, *this, 0},
      app_(stage_, scenario_.app),
      crm_(stage_, scenario_.crm),
      people_(scenario_, stage_, app_, crm_, tape_for(scenario_, Purpose::workload)),
      hooks_(tape_for(scenario_, Purpose::people).branch(1)),
      admin_(tape_for(scenario_, Purpose::people).branch(2)),
      checkers_(options_.restored ? checkers_of_restored_state() : all_checkers()) {
  for (auto const& [fault, rate] : scenario_.faults)
    if (!options_.faults_left_out.contains(fault)) weather_.enable(fault, rate);
  disk_->state_id = fmt::format("{:032x}", scenario_.seed);
  crm_.on_event([this](CrmEvent const& event) { on_crm_event(event); });
  load();
}

World::~World() = default;

void World::load() {
  auto loaded = load_scenario(scenario_);
  if (!loaded.config) {
    std::string why;
    for (auto const& one : loaded.diagnostics) why += mappings::render(one) + "\n";
    throw std::logic_error(why + scenario_.mapping_yaml());
  }
  config_ = std::move(*loaded.config);
  mapping_ = *config_.mappings.front();
  auto const defects =
      mapping_.bind(daemon::schema_view(customers_schema()), daemon::schema_view(crm_.schema()));
  if (!defects.empty()) throw std::logic_error(defects.front().text + scenario_.mapping_yaml());
}

Court World::court() {
  return {scenario_,
          mapping_,
          runtime_,
          ledger_,
          app_,
          crm_,
          *disk_,
          kinship_,
          violation_,
          report_.figures.explained,
          report_.figures.checks};
}

MemoryStoreOptions World::store_options() {
  MemoryStoreOptions options;
  options.after_sync = [this](std::function<void()> ended) {
    auto const takes = runtime_.latency(scenario_.sync_min, scenario_.sync_max);
    runtime_.after(takes.count() * kMilli, std::move(ended));
  };
  options.refuse = [this](state::Commit const& commit) -> state::Status {
    if (commit.empty() || !weather_.strikes(Fault::disk_full)) return {};
    return engine::make_error(engine::Errc::storage_full, "state: commit", "the disk is full");
  };
  options.on_durable = [this](state::Commit const& commit) {
    for (auto const& row : commit.intents)
      timeline_.note("crmsync", "intends", row.app_key.empty() ? row.crm_id : row.app_key, [&] {
        return fmt::format("op {} kind {} on {} {} link {}: {}", row.op_id,
                           static_cast<int>(row.kind), to_string(row.side), row.crm_id, row.link,
                           fmt::join(row.fields, " "));
      });
    for (auto const& row : commit.parked)
      timeline_.note("crmsync", "asks", row.key, [&] {
        return fmt::format("{} link {} {}: {}", row.id, row.link, row.field, row.reason);
      });
    for (auto const& row : commit.errors)
      timeline_.note("crmsync", "lists error", row.key,
                     [&] { return fmt::format("{} link {} {}", row.id, row.link, row.detail); });
    for (auto const id : commit.parked_done)
      if (auto const row = disk_->parked.find(id); row != disk_->parked.end())
        timeline_.note("crmsync", "asks no more", row->second.key);
    note_marks(commit);
    for (auto const& link : commit.links) {
      kinship_.note(ledger_, link);
      timeline_.note("crmsync", "keeps link", link.app_key, [&] {
        return fmt::format("{} {} to {}", link.id, engine::to_string(link.state), link.crm_id);
      });
    }
    for (auto const& base : commit.bases)  // a row may have come to the key of one that is gone
      if (auto const at = disk_->links.find(base.link); at != disk_->links.end())
        kinship_.note(ledger_, at->second);
    for (auto const& row : commit.history) {
      if (row.kind == state::HistoryKind::collision) ++report_.figures.conflicts;
      auto const link = disk_->links.find(row.link);
      timeline_.note("crmsync", state::to_string(row.kind),
                     link == disk_->links.end() ? std::string() : link->second.app_key, [&] {
                       return fmt::format(
                           "{} app={} crm={} result={} {} {}", row.field,
                           shortened(engine::display(row.app)), shortened(engine::display(row.crm)),
                           shortened(engine::display(row.result)), row.policy, row.note);
                     });
    }
    each_checker([&](Checker& one, Court const& bench) { one.durable(bench, commit); });
  };
  options.power_fails = [this](std::string_view point) { return power_fails(point); };
  return options;
}

void World::sent(Side side, std::vector<connectors::Operation> const& operations) {
  report_.figures.mutations += operations.size();
  for (auto const& operation : operations)
    timeline_.note(
        "crmsync", side == Side::app ? "sends to app" : "sends to crm", operation.key, [&] {
          return fmt::format("op {} kind {}", operation.op_id, static_cast<int>(operation.kind));
        });
  // What a side refuses may be tried again: it stands in the inbox.
  auto const listed = [&](connectors::Operation const& operation) {
    auto const intent = disk_->intents.find(operation.op_id);
    bool const create = operation.key.empty() && intent != disk_->intents.end();
    return std::ranges::any_of(disk_->errors, [&](auto const& entry) {
      auto const link = disk_->links.find(entry.second.link);
      if (create)
        return entry.second.key ==
               (side == Side::crm ? intent->second.app_key : intent->second.crm_id);
      return entry.second.key == operation.key ||
             (link != disk_->links.end() &&
              (link->second.app_key == operation.key || link->second.crm_id == operation.key));
    });
  };
  if (judging_ && !violation_ && !std::ranges::all_of(operations, listed))
    violation_ = Violation{"I7",
                           "crmsync writes although nobody did anything",
                           {operations.front().key},
                           runtime_.time()};
  each_checker([&](Checker& one, Court const& bench) { one.sent(bench, side, operations); });
}

void World::carried_out(Side side, connectors::Operation const& operation, std::uint64_t uid) {
  using connectors::OperationKind;
  if (operation.kind == OperationKind::create) ++report_.figures.creates;
  if (operation.kind == OperationKind::archive || operation.kind == OperationKind::erase)
    ++report_.figures.deletes;
  each_checker(
      [&](Checker& one, Court const& bench) { one.carried_out(bench, side, operation, uid); });
}

void World::answered(Side side, std::vector<connectors::Operation> const& operations) {
  each_checker([&](Checker& one, Court const& bench) { one.answered(bench, side, operations); });
}

void World::asked(Side side, std::string_view what) {
  timeline_.note(side == Side::app ? "to app" : "to crm", what);
  each_checker([&](Checker& one, Court const& bench) { one.asked(bench, side, what); });
}

void World::told_to_wait(Side side, std::string_view what, milliseconds wait) {
  each_checker([&](Checker& one, Court const& bench) {
    one.told_to_wait(bench, side, what, wait.count() * kMilli);
  });
}

bool World::power_fails(std::string_view point) {
  ++report_.figures.boundaries;
  bool const here = options_.crash_at.empty()
                        ? weather_.strikes(Fault::crash_at_boundary)
                        : options_.crash_at.contains(report_.figures.boundaries);
  if (!here) return false;
  timeline_.note("world", "power fails", {}, [&] { return std::string(point); });
  crash_requested_ = true;
  runtime_.request_stop();
  return true;
}

void World::in_window(Side side, std::vector<engine::RecordKey> const& keys) {
  each_checker([&](Checker& one, Court const& bench) { one.was_read(bench, side, keys); });
  people_.edit_soon(side, keys);
}

void World::crash(std::string_view why) {
  timeline_.note("world", why);
  ++report_.figures.crashes;
  ++stage_.power_cuts;
  crash_requested_ = false;
  daemon_->crash();
  runtime_.forget_stop();
  each_checker([](Checker& one, Court const& bench) { one.crashed(bench); });
  auto const down = runtime_.latency(milliseconds(3'000), milliseconds(180'000));
  runtime_.after(down.count() * kMilli, [this] {
    if (daemon_->running()) return;  // two crashes, the second while it was down
    timeline_.note("world", "daemon starts");
    daemon_->start();
  });
}

bool World::live_until(SimTime until) {
  while (!violation_) {
    while (runtime_.step(until)) {
    }
    if (violation_) return false;
    if (crash_requested_) {
      crash("crash");
      continue;
    }
    if (daemon_->ended()) {
      violation_ = Violation{"service", "the daemon ended by itself", {}, runtime_.time()};
      return false;
    }
    runtime_.run_until(until);
    return true;
  }
  return false;
}

void World::plan_crashes(SimTime from, SimTime until) {
  if (!weather_.enabled(Fault::crash)) return;
  auto tape = tape_for(scenario_, Purpose::faults).branch(1);
  for (auto left = tape.between(1, 6); left > 0; --left)
    runtime_.at(tape.between(from, until), [this] {
      if (!daemon_->running()) return;
      weather_.count(Fault::crash);
      crash_requested_ = true;
      runtime_.request_stop();
    });
}

void World::plan_clock_steps(SimTime from, SimTime until) {
  if (!weather_.enabled(Fault::wall_clock)) return;
  auto tape = tape_for(scenario_, Purpose::faults).branch(2);
  for (auto left = tape.between(1, 5); left > 0; --left) {
    auto const skew = tape.between(-120, 120) * kSecond;
    runtime_.at(tape.between(from, until), [this, skew] {
      weather_.count(Fault::wall_clock);
      timeline_.note("world", "the daemon's clock is set", {},
                     [&] { return std::to_string(skew / kSecond) + " s"; });
      runtime_.set_wall_skew(skew);
    });
  }
}

void World::on_crm_event(CrmEvent const& event) {
  if (!scenario_.webhooks) return;
  if (weather_.strikes(Fault::hook_lost)) return;
  auto const body = fmt::format("{} {} {}", static_cast<int>(event.kind), event.key, event.new_key);
  auto delay = hooks_.between(200, 4'000) * kMilli;
  if (weather_.strikes(Fault::hook_shuffled)) delay = hooks_.between(0, 90'000) * kMilli;
  if (weather_.strikes(Fault::hook_late))  // not after the end of the day, when all is quiet
    delay = std::min(hooks_.between(1, 20 * 60) * kMinute, scenario_.chaos - runtime_.time());
  runtime_.after(delay, [this, body] { deliver(body, 0); });
  if (weather_.strikes(Fault::hook_twice))
    runtime_.after(delay + hooks_.between(0, 60'000) * kMilli, [this, body] { deliver(body, 0); });
}

// As the vendor does: again until a 2xx, ten times.
void World::deliver(std::string body, int attempt) {
  constexpr int kAttempts = 10;
  auto again = [this, body, attempt] {
    if (attempt < kAttempts)
      runtime_.after((attempt + 1) * kMinute,
                     [this, body, attempt] { deliver(body, attempt + 1); });
  };
  if (!daemon_->running() || crash_requested_) return again();
  auto answered = std::make_shared<bool>(false);
  daemon_->post_webhook(body, [this, body, answered](int status) {
    *answered = status / 100 == 2;
    each_checker([&](Checker& one, Court const& bench) { one.hook_answered(bench, body, status); });
  });
  runtime_.after(5 * kSecond, [answered, again] {
    if (!*answered) again();
  });
}

RunReport World::run() {
  try {
    people_.settle_in();
    // The index has seen them long ago.
    daemon_.emplace(DaemonHost::Ground{scenario_, config_, runtime_, app_, crm_, disk_,
                                       store_options(),
                                       [this](std::string_view point) { power_fails(point); }});
    daemon_->start();
    day();
    if (!violation_ && !options_.restored) quiet();
  } catch (std::exception const& error) {
    violation_ = Violation{"exception", error.what(), {}, runtime_.time()};
  }
  report_.violation = violation_;
  if (violation_) {
    auto keys = violation_->keys;
    report_.lines = timeline_.about(keys, kLinesShown);
    for (auto const& [op, row] : disk_->intents)
      report_.lines += fmt::format("  open: op {} kind {} on {} link {} app {} crm {}\n", op,
                                   static_cast<int>(row.kind), to_string(row.side), row.link,
                                   row.app_key, row.crm_id);
    for (auto const& [sequence, row] : disk_->intake)
      report_.lines += fmt::format("  dirty: {} {} since {}\n", to_string(row.side), row.key,
                                   clock_text(row.at.micros - scenario_.begins.micros));
  }
  if (options_.every_line) report_.lines = timeline_.all() + report_.lines;
  report_.figures.hash = timeline_.hash();
  report_.figures.events = runtime_.events();
  report_.figures.simulated = runtime_.time();
  report_.figures.user_writes = ledger_.user_writes();
  for (std::size_t i = 0; i < kFaults; ++i)
    report_.figures.faults[i] = weather_.struck(static_cast<Fault>(i));
  return std::move(report_);
}

void World::day() {
  auto const from = kMinute;
  auto const until = scenario_.chaos;
  people_.plan_day(from, until, options_.actions_left_out);
  plan_crashes(from, until);
  plan_clock_steps(from, until);
  plan_reloads(from, until);
  if (options_.restored) plan_restore();
  weather_.calm_after(until);
  for (SimTime at = from; at < until; at += 10 * kSecond)
    runtime_.at(at, [this] { crm_.advance(); });
  for (SimTime at = kHour; at < until; at += kHour)
    runtime_.at(at + admin_.between(0, 30) * kMinute, [this] { admin_at_work(); });
  live_until(until);
}

void World::quiet() {
  auto const began = runtime_.time();
  runtime_.set_wall_skew(0);
  for (SimTime at = began; at < began + kQuietMax; at += 10 * kSecond)
    runtime_.at(at, [this] { crm_.advance(); });
  // What happened in the last minute is known after a poll, at the latest after the second.
  auto const polled = 2 * std::max(scenario_.app_poll_s, scenario_.crm_poll_s) * kSecond;
  while (runtime_.time() < began + kQuietMax) {
    if (!live_until(runtime_.time() + kQuietStep)) return;
    if (!daemon_->running() || runtime_.time() < began + polled) continue;
    if (find_discord(court()) || !disk_->intake.empty()) continue;
    report_.figures.quiet_after = runtime_.time() - began;
    break;
  }
  judge();
  if (!violation_) silence();
  if (violation_) return;
  crash("the last crash");
  if (!live_until(runtime_.time() + kHour)) return;
  judge();
  if (!violation_) silence();
}

void World::judge() {
  report_.figures.explained = {};
  each_checker([](Checker& one, Court const& bench) { one.quiet(bench); });
}

// I7: two more full polls of each side, and nothing is written.
void World::silence() {
  auto const poll = std::max(scenario_.app_poll_s, scenario_.crm_poll_s) * kSecond;
  live_until(runtime_.time() + 10 * kMinute);
  judging_ = true;
  live_until(runtime_.time() + 2 * poll + kMinute);
  judging_ = false;
}

RunReport run_scenario(Scenario const& scenario, RunOptions const& options) {
  World world(scenario, options);
  return world.run();
}

RunReport run_seed(std::uint64_t seed, RunOptions const& options) {
  return run_scenario(scenario_of(seed), options);
}

}  // namespace crmsync::simulation
