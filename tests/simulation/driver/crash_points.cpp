// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/driver/crash_points.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace crmsync::simulation {

namespace {

constexpr std::uint64_t kFirstSeed = 70'001;
// Of those after the first crash: starting, recovery, the first round, and somewhere later.
constexpr std::array<std::uint64_t, 6> kSecondAfter{1, 2, 3, 5, 8, 13};

void fault(Scenario& day, Fault which, std::uint64_t per_mille) {
  day.faults.emplace_back(which, per_mille);
}

void polled(Scenario& day) {
  day.triggers = false;
  day.webhooks = false;
  day.app.soft_deletes = true;
  day.crm_deleted = "{set: {deleted_at: now}}";
}

constexpr std::array kRows{
    CrashRow{"edits", [](Scenario&) {}},
    CrashRow{"edits_polled", polled},
    CrashRow{"first_sync_crm", [](Scenario& day) { day.initial = day.chain = "crm"; }},
    CrashRow{"first_sync_ask", [](Scenario& day) { day.initial = "ask"; }},
    CrashRow{"first_sync_newest", [](Scenario& day) { day.initial = "newest"; }},
    CrashRow{"many_first_records",
             [](Scenario& day) {
               day.people = 12;
               day.actions = 4;
             }},
    CrashRow{"collisions_newest", [](Scenario& day) { day.chain = "newest, app"; }},
    CrashRow{"collisions_ask", [](Scenario& day) { day.chain = "ask"; }},
    CrashRow{"one_by_one",
             [](Scenario& day) {
               day.tuning.batch_records_max = day.tuning.rounds_in_flight_max = 1;
               day.crm.apply_batch_max = day.crm.fetch_batch_max = 1;
             }},
    CrashRow{"edits_in_the_window", [](Scenario& day) { fault(day, Fault::edit_in_window, 300); }},
    CrashRow{"delete_wins",
             [](Scenario& day) {
               day.versus_edit = "delete_wins";
               day.actions = 30;
             }},
    CrashRow{"deletes_unlink", [](Scenario& day) { day.app_deleted = day.crm_deleted = "unlink"; }},
    CrashRow{"merges",
             [](Scenario& day) {
               fault(day, Fault::crm_merge, 30);
               day.actions = 30;
             }},
    CrashRow{"restores",
             [](Scenario& day) {
               fault(day, Fault::crm_restore, 30);
               day.actions = 30;
             }},
    CrashRow{"keys_change",
             [](Scenario& day) {
               fault(day, Fault::app_rekey, 30);
               fault(day, Fault::app_key_reused, 30);
               day.actions = 30;
             }},
    CrashRow{"answers_lost",
             [](Scenario& day) {
               fault(day, Fault::crm_reset_after, 300);
               fault(day, Fault::app_lost_answer, 300);
             }},
    CrashRow{"requests_lost", [](Scenario& day) { fault(day, Fault::crm_reset_before, 300); }},
    CrashRow{"partial_failures", [](Scenario& day) { fault(day, Fault::crm_partial, 300); }},
    CrashRow{"late_search",
             [](Scenario& day) {
               day.webhooks = false;
               day.crm.search_lag_ms = 60'000;
             }},
    CrashRow{"values_rewritten",
             [](Scenario& day) {
               fault(day, Fault::crm_rewrites, 1'000);
               day.crm.rewrites_phones = true;
             }},
};

Crew::Job job_of(Scenario day, std::set<std::uint64_t> crash_at) {
  return [day = std::move(day), crash_at = std::move(crash_at)] {
    RunOptions options;
    options.crash_at = crash_at;
    return result_text(run_scenario(day, options));
  };
}

class Explorer {
 public:
  using Violated = std::function<void(CrashRun const&, Result const&)>;

  Explorer(Crew& crew, bool twice, Violated const& violated)
      : crew_(crew), twice_(twice), violated_(violated) {}

  CrashReport run() {
    for (std::size_t row = 0; row < kRows.size(); ++row) explore(row);
    crew_.finish();
    return std::move(report_);
  }

 private:
  void explore(std::size_t row) {
    auto const day = crash_scenario(row);
    // No boundary has this number: the same run without any crash.
    auto const plain = result_of(run_apart(kRunMax, job_of(day, {0})));
    keep(day, {row, {}}, plain);
    ++report_.scenarios;
    report_.points += plain.figures.boundaries;
    auto const sent = plain.figures.mutations;
    for (std::uint64_t first = 1; first <= plain.figures.boundaries; ++first) {
      start(day, {row, {first}}, sent);
      if (!twice_) continue;
      for (auto const later : kSecondAfter) start(day, {row, {first, first + later}}, sent);
    }
  }

  void start(Scenario const& day, CrashRun run, std::uint64_t sent) {
    auto job = job_of(day, run.crash_at);
    crew_.start(job, [this, day, run = std::move(run), sent](Ending const& ending) {
      auto const result = result_of(ending);
      ++report_.runs;
      if (result.figures.mutations > sent) report_.repeated += result.figures.mutations - sent;
      keep(day, run, result);
    });
  }

  void keep(Scenario const& day, CrashRun const& run, Result const& result) {
    report_.tally.add(day, result);
    if (result.violated()) violated_(run, result);
  }

  Crew& crew_;
  bool twice_;
  Violated const& violated_;
  CrashReport report_;
};

}  // namespace

std::span<CrashRow const> crash_rows() {
  return kRows;
}

Scenario crash_scenario(std::size_t row) {
  Scenario day;
  day.seed = kFirstSeed + row;
  day.crm.seed = day.seed;
  day.people = 5;
  day.actions = 14;
  day.chaos = 20 * kMinute;
  day.app_poll_s = day.crm_poll_s = 300;
  day.begins = {1'767'225'600'000'000};
  day.fields = {{"email", "email", ", transform: email"},
                {"first_name", "firstname", ""},
                {"phone", "phone", ", compare: digits"},
                {"city", "city", ""}};
  day.chain = "app";
  day.initial = "app";
  day.app_deleted = "archive_crm";
  day.crm_deleted = "delete_row";
  day.versus_edit = "edit_wins";
  day.guard_percent = 100;
  look_around_rarely(day.tuning);
  day.tuning.housekeeping_every = std::chrono::minutes(30);  // its commits are all alike
  kRows[row].shape(day);
  day.chain = "[" + day.chain + "]";
  return day;
}

CrashReport run_crash_points(Crew& crew, bool twice,
                             std::function<void(CrashRun const&, Result const&)> const& violated) {
  return Explorer(crew, twice, violated).run();
}

}  // namespace crmsync::simulation
