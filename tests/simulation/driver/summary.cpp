// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/driver/summary.hpp"

#include "daemon/json.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace crmsync::simulation {

namespace {

constexpr double kMicrosPerDay = 24.0 * 3'600 * 1'000'000;

double share(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0 : 100.0 * static_cast<double>(part) / static_cast<double>(whole);
}

double per(double amount, double by) {
  return by > 0 ? amount / by : 0;
}

std::string plain_duration(SimTime time) {
  auto const seconds = time / kSecond;
  return seconds < 60 ? fmt::format("{}s", seconds)
                      : fmt::format("{}m{:02}s", seconds / 60, seconds % 60);
}

// What every write of a user became, in the order of the summary.
auto outcomes(Explained const& of) {
  return std::array{std::pair{"present", of.present},
                    std::pair{"superseded", of.superseded},
                    std::pair{"conflict-loser", of.conflict_loser},
                    std::pair{"waiting", of.waiting},
                    std::pair{"window-recorded", of.window_recorded},
                    std::pair{"unobservable", of.unobservable}};
}

std::string seeds_text(Summary const& of) {
  auto const& sum = of.seeds.sum();
  double const wall = of.wall.count();
  double const days = static_cast<double>(sum.simulated) / kMicrosPerDay;
  auto text = fmt::format("sim  seeds {}..{}  runs {}  faults-off {:.1f}%\n", of.first, of.last,
                          of.seeds.runs(), share(of.seeds.calm_runs(), of.seeds.runs()));
  text += fmt::format(
      "time  simulated {:.0f} d ({:.1f} y)  wall {:.1f}s  speed {:.1e}x  events {}  "
      "{:.0f} ev/s/core ({})\n",
      days, days / 365.25, wall, per(days * 86'400, wall), sum.events,
      per(static_cast<double>(sum.events), wall * static_cast<double>(of.workers)), of.workers);
  text += fmt::format(
      "work  user writes {}  mutations {}  creates {}  deletes {}  conflicts {}  crashes {}\n",
      sum.user_writes, sum.mutations, sum.creates, sum.deletes, sum.conflicts, sum.crashes);
  auto const how = outcomes(sum.explained);
  std::uint64_t explained = 0;
  for (auto const& [name, count] : how) explained += count;
  text += "explained ";
  for (auto const& [name, count] : how)
    text += fmt::format(" {} {:.1f}%", name, share(count, explained));
  auto const& found = of.seeds.by_invariant();
  auto const count_of = [&](std::string const& name) {
    auto const at = found.find(name);
    return at == found.end() ? std::uint64_t{0} : at->second;
  };
  text += fmt::format("  UNEXPLAINED {}\nduplicates  {} seeds with more than one counterpart\n",
                      count_of("I2"), count_of("I10"));
  text +=
      fmt::format("quiet  converged {}/{}  p50 {}  p99 {} virtual  echo writes {}\n",
                  of.seeds.converged(), of.seeds.runs(), plain_duration(of.seeds.quiet_after(0.5)),
                  plain_duration(of.seeds.quiet_after(0.99)), count_of("I7"));
  std::size_t kinds = 0;
  text += "faults ";
  for (std::size_t i = 0; i < kFaults; ++i) {
    text += fmt::format(" {} {}", to_string(static_cast<Fault>(i)), sum.faults[i]);
    kinds += sum.faults[i] > 0 ? 1 : 0;
  }
  text += fmt::format("  kinds hit {}/{}\n", kinds, kFaults);
  auto const never = of.seeds.faults_never_met();
  if (of.needs_every_fault && !never.empty())
    text += fmt::format("NEVER HIT  {}\n", fmt::join(never, " "));
  text += fmt::format("invariants  checks {}  violations {}", sum.checks, of.seeds.violations());
  for (auto const& [name, count] : found) text += fmt::format("  {} {}", name, count);
  return text + "\n";
}

std::string crash_text(CrashReport const& of, bool twice) {
  auto text = fmt::format(
      "crash  scenarios {}  points {} (all of them)  runs {}{}  repeated requests {}  violations "
      "{}\n",
      of.scenarios, of.points, of.runs, twice ? " (single and double)" : "", of.repeated,
      of.tally.violations());
  for (auto const& [name, count] : of.tally.by_invariant())
    text += fmt::format("  {} {}\n", name, count);
  return text;
}

std::string mutants_text(MutantReport const& of) {
  std::string text;
  for (auto const& one : of.found)
    text += fmt::format("  {:<24}{:<6}{:<10}{}\n", one.name, one.attacks,
                        one.by.empty() ? "SURVIVED" : one.by, one.seeds);
  return text + fmt::format("mutants  found {}/{}  median {} seeds  worst {}  canary {}\n",
                            of.found.size() - of.survivors(), of.found.size(), of.seeds_at(0.5),
                            of.seeds_at(1),
                            of.canary ? "FAILED as required" : "DID NOT FAIL: nothing is checked");
}

void seeds_json(Summary const& of, daemon::Json& json) {
  auto const& sum = of.seeds.sum();
  json.member("first_seed", of.first);
  json.member("last_seed", of.last);
  json.member("runs", of.seeds.runs());
  json.member("runs_without_faults", of.seeds.calm_runs());
  json.member("simulated_days", static_cast<double>(sum.simulated) / kMicrosPerDay);
  json.member("wall_s", of.wall.count());
  json.member("events", sum.events);
  json.member("events_per_s_per_core", per(static_cast<double>(sum.events),
                                           of.wall.count() * static_cast<double>(of.workers)));
  json.member("user_writes", sum.user_writes);
  json.member("mutations", sum.mutations);
  json.member("creates", sum.creates);
  json.member("deletes", sum.deletes);
  json.member("conflicts", sum.conflicts);
  json.member("crashes", sum.crashes);
  json.member("checks", sum.checks);
  json.member("converged", of.seeds.converged());
  json.member("quiet_p50_s", static_cast<std::uint64_t>(of.seeds.quiet_after(0.5) / kSecond));
  json.member("quiet_p99_s", static_cast<std::uint64_t>(of.seeds.quiet_after(0.99) / kSecond));
  json.key("explained");
  json.begin_object();
  for (auto const& [name, count] : outcomes(sum.explained)) json.member(name, count);
  json.end_object();
  json.key("faults");
  json.begin_object();
  for (std::size_t i = 0; i < kFaults; ++i)
    json.member(to_string(static_cast<Fault>(i)), sum.faults[i]);
  json.end_object();
  json.key("violations");
  json.begin_object();
  for (auto const& [name, count] : of.seeds.by_invariant()) json.member(name, count);
  json.end_object();
}

void mutants_json(MutantReport const& of, daemon::Json& json) {
  json.key("mutants");
  json.begin_array();
  for (auto const& one : of.found) {
    json.begin_object();
    json.member("name", one.name);
    json.member("attacks", one.attacks);
    json.member("found_by", one.by);
    json.member("seeds", one.seeds);
    json.end_object();
  }
  json.end_array();
  json.member("canary_failed", of.canary);
}

}  // namespace

bool Summary::passed() const {
  if (seeds.violations() > 0) return false;
  if (needs_every_fault && !seeds.faults_never_met().empty()) return false;
  if (reruns && reruns->identical != reruns->runs) return false;
  if (crash && crash->tally.violations() > 0) return false;
  return !mutants || (mutants->survivors() == 0 && mutants->canary);
}

std::string Summary::text() const {
  std::string text;
  if (seeds.runs() > 0) text += seeds_text(*this);
  if (reruns)
    text += fmt::format("determinism  {}/{} runs identical when run again\n", reruns->identical,
                        reruns->runs);
  if (crash) text += crash_text(*crash, crash_twice);
  if (mutants) text += mutants_text(*mutants);
  text +=
      "not covered  HTTP, JSON, TLS, SQLite, LMDB and fsync (tested where they live), the kernel, "
      "a real vendor\n";
  return text + (passed() ? "RESULT PASS\n" : "RESULT FAIL\n");
}

std::string Summary::json() const {
  daemon::Json json;
  json.begin_object();
  json.member("passed", passed());
  if (seeds.runs() > 0) seeds_json(*this, json);
  if (reruns) {
    json.member("reruns", reruns->runs);
    json.member("reruns_identical", reruns->identical);
  }
  if (crash) {
    json.member("crash_scenarios", crash->scenarios);
    json.member("crash_points", crash->points);
    json.member("crash_runs", crash->runs);
    json.member("crash_repeated_requests", crash->repeated);
    json.member("crash_violations", crash->tally.violations());
  }
  if (mutants) mutants_json(*mutants, json);
  json.end_object();
  return json.str() + "\n";
}

}  // namespace crmsync::simulation
