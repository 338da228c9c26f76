// When is everything in step? For --until-idle and for the one-line summary.
// SPDX-License-Identifier: Apache-2.0
#include "daemon/counts.hpp"
#include "daemon/log.hpp"
#include "daemon/service.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace crmsync::daemon {

using engine::Side;

namespace {

// A connection that does not come up within this time fails an --until-idle run.
constexpr std::chrono::seconds kBringUpMax{60};

bool cannot_work(MappingRun const& run, SteadyTime now) {
  for (auto const side : {Side::app, Side::crm}) {
    auto const& one = run.side(side);
    if (!one.trouble) continue;
    auto const code = one.trouble->code;
    bool const needs_person =
        code == engine::Errc::unauthorized || code == engine::Errc::forbidden ||
        code == engine::Errc::invalid_schema || code == engine::Errc::read_only ||
        code == engine::Errc::config_invalid || code == engine::Errc::storage_full;
    if (needs_person || now - one.trouble_since > kBringUpMax) return true;
  }
  return false;
}

}  // namespace

// Idle: one full poll of each side begun after start, nothing dirty, no open intent.
std::optional<ExitCode> Service::idle_code() const {
  bool waits_for_apply = false;
  bool unfinished = false;
  MappingCountsSum sum;
  for (auto const& run : generation_->runs) {
    if (cannot_work(*run, runtime_.steady_now())) return ExitCode::failed;
    if (!run->app.ready || !run->crm.ready) return std::nullopt;
    if (!run->app.polled_since_start || !run->crm.polled_since_start) return std::nullopt;
    auto counts = store_->counts(run->id);
    if (!counts) return ExitCode::failed;
    sum.add(*counts);
    if (run->row.paused) continue;
    if (!run->may_write() && run->dirty.size() > 0) {
      waits_for_apply = true;
      continue;
    }
    if (run->rounds_in_flight > 0 || run->dirty.taken() > 0) return std::nullopt;
    // What keeps being refused for a passing reason is in the inbox by now and does not hold us.
    bool const only_failing = run->dirty.all_attempted(options_.tuning.attempts_before_inbox + 1);
    if (run->dirty.size() > 0 && !only_failing) return std::nullopt;
    unfinished = unfinished || run->dirty.size() > 0;
    // With nothing dirty, what is open waits with its record for a person.
    unfinished = unfinished || !run->open_intents.empty();
  }
  if (sum.held > 0 || waits_for_apply) return ExitCode::guard;
  if (sum.errors > 0 || sum.parked > 0 || unfinished) return ExitCode::record_errors;
  return ExitCode::ok;
}

void Service::report_idle(ExitCode code) const {
  for (auto const& run : generation_->runs) {
    auto const counts = store_->counts(run->id);
    auto const& n = run->counters;
    log::say(fmt::format(
        "{}: {} linked, {} matched now, created {} in the CRM and {} in the app, updated {} and "
        "{}, "
        "deleted {} and {}; {} asking, {} failing, {} held",
        run->mapping.name, counts ? counts->linked : 0, n.linked, n.created_crm, n.created_app,
        n.updated_crm, n.updated_app, n.deleted_crm, n.deleted_app, counts ? counts->parked : 0,
        counts ? counts->errors : 0, counts ? counts->held : 0));
    for (auto const side : {Side::app, Side::crm})
      if (auto const& trouble = run->side(side).trouble)
        log::say(fmt::format("{}: {}: {}", run->mapping.name, to_string(side), trouble->message()));
    if (!run->may_write())
      log::say(run->mapping.name + ": waits for `crmsync plan " + run->mapping.name +
               "` and `crmsync apply " + run->mapping.name + "`");
  }
  if (code == ExitCode::ok) log::say("in step");
}

std::string Service::summary() const {
  if (!generation_) return "starting";
  MappingCountsSum sum;
  std::size_t waiting = 0;
  std::string trouble;
  for (auto const& run : generation_->runs) {
    if (auto counts = store_->counts(run->id)) sum.add(*counts);
    waiting += run->dirty.size();
    for (auto const side : {Side::app, Side::crm})
      if (trouble.empty() && run->side(side).trouble)
        trouble = run->mapping.name + ": " + run->side(side).trouble->message();
  }
  auto text = fmt::format("{} linked, {} waiting, {} asking, {} failing, {} held", sum.linked,
                          waiting, sum.parked, sum.errors, sum.held);
  if (bad_config_)
    text += fmt::format("; running generation {}, disk is newer and invalid: {}",
                        generation_->number, *bad_config_);
  if (!trouble.empty()) text += "; " + trouble;
  return text;
}

}  // namespace crmsync::daemon
