// The order of one round, and its decisions.
// SPDX-License-Identifier: Apache-2.0
#include "daemon/round.hpp"

#include "daemon/reused_key.hpp"

#include "engine/mutant.hpp"
#include "engine/retry.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include <xxhash.h>

namespace crmsync::daemon {

using connectors::Task;
using engine::FieldAction;
using engine::LinkState;
using engine::Presence;
using engine::PresenceAction;
using engine::Side;

namespace {

constexpr std::string_view kFightReason =
    "both systems keep changing it back (3 returns within 24 h)";
constexpr std::chrono::milliseconds kCapturePause{200};
constexpr std::chrono::seconds kHeardLately{60};

// In reconcile mode every pair counts as just matched.
void distrust_base(engine::PairInput& input) {
  input.link_is_new = true;
  for (auto& field : input.fields) {
    field.status = engine::BaseStatus::unadopted;
    field.owed.reset();
  }
}

// Known bug: in company, the first policy of a chain is not tried.
engine::MappingRules rules_among(engine::MappingRules rules, std::size_t pairs) {
  if (engine::mutant(engine::Mutant::plan_by_batch) && pairs > 1)
    for (auto& field : rules.fields)
      if (!field.chain.empty()) field.chain.erase(field.chain.begin());
  return rules;
}

}  // namespace

Round::Round(RoundContext context, std::vector<Dirty> taken)
    : context_(context), run_(context.run), rules_(run_.rules()), taken_(std::move(taken)) {}

Round::~Round() {
  for (auto const& name : locks_) run_.locks.erase(name);
}

SteadyTime Round::later(std::chrono::milliseconds delay) const {
  return context_.runtime.steady_now() + delay;
}

SteadyTime Round::backoff(int attempts, std::optional<std::int64_t> retry_after_ms) const {
  auto const delay =
      engine::backoff_delay_ms({}, attempts, context_.runtime.random01(), retry_after_ms);
  return later(std::chrono::milliseconds(delay));
}

bool Round::is_active(Pair const& pair) const {
  return !closed_.contains(&pair);
}

void Round::drop(Pair& pair, SteadyTime due) {
  if (!closed_.insert(&pair).second) return;
  for (auto& ticket : pair.tickets) {
    ++ticket.attempts;
    run_.dirty.release(std::move(ticket), due);
  }
  pair.tickets.clear();
}

void Round::postpone(Pair& pair) {
  if (!closed_.insert(&pair).second) return;
  for (auto& ticket : pair.tickets)
    run_.dirty.release(std::move(ticket), later(context_.tuning.locked_retry));
  pair.tickets.clear();
}

// Longer each time: who asks for a record again and again keeps its lock from the round that waits
// for it.
void Round::stand_back(Pair& pair) {
  auto const tries = pair.tickets.empty() ? 0 : std::min(pair.tickets.front().attempts, 10);
  drop(pair,
       later(std::min(context_.tuning.wait_retry, context_.tuning.locked_retry * (1 << tries))));
}

void Round::settle_quietly(Pair& pair) {
  if (!closed_.insert(&pair).second) return;
  PairResult result;
  result.pair = pair;
  result.pair.plan.presence = PresenceAction::ignore;
  result.recovery = resolve_intents(run_.mapping, result.pair);
  result.overwritten = std::move(result.recovery.overwritten);
  look_at_intended(pair);
  pair.tickets.clear();
  results_.push_back(std::move(result));
}

void Round::fail_side(Side side, engine::Error const& error) {
  auto& one = run_.side(side);
  if (!one.trouble) one.trouble_since = context_.runtime.steady_now();
  one.trouble = error;
}

bool Round::needs_strong_read(Pair const& pair) const {
  auto const* crm = pair.seen(Side::crm);
  if (crm == nullptr) return true;
  if (crm->source == engine::ReadSource::by_id) {
    auto const age =
        std::chrono::microseconds(context_.runtime.now().micros - crm->observed_at.micros);
    if (age <= context_.tuning.read_age_max) return false;
  }
  auto const& plan = pair.plan;
  if (plan.presence != PresenceAction::merge && plan.presence != PresenceAction::link)
    return plan.presence != PresenceAction::ignore && plan.presence != PresenceAction::wait;
  if (plan.writes_crm()) return true;
  // A collision may hang on stamps that only a read by id brings; and whoever is asked should see
  // what is true now.
  return std::ranges::any_of(plan.fields, [](engine::FieldPlan const& field) {
    return field.merge == engine::MergeKind::collision || field.action == FieldAction::park;
  });
}

void Round::plan(Pair& pair) {
  pair.input = build_input(run_.mapping, pair);
  if (run_.reconcile) distrust_base(pair.input);
  if (pair.link && pair.link->state == LinkState::tombstone && !run_.reconcile) return revive(pair);
  pair.plan = engine::make_plan(pair.input, rules_among(rules_, pairs_.size()));
  answer_record(pair);
  wait_for_merge(pair);
  wait_for_capture(pair);
  stop_fights(pair);
}

// The row is not where it was, and the app has not said that it was deleted: its key may have been
// changed since the news that made us look, which only the app's own changes tell. A poll that
// begins from now on brings either that or the delete. The same for a row that lost all match
// values: perhaps the one that we know was deleted, and this one has got its key.
void Round::wait_for_capture(Pair& pair) {
  auto const* app = pair.seen(Side::app);
  bool const linked = pair.link && pair.link->state == LinkState::linked;
  bool const made_for = !pair.link && !pair.open_intents.empty();  // its create may have happened
  bool const gone = app != nullptr && app->presence == Presence::deleted && (linked || made_for);
  // What an earlier create made just now is compared with nothing that was ever confirmed.
  bool const another = linked && !pair.link_is_new && looks_like_another(run_.mapping, pair);
  if (!gone && !another) {
    run_.app_gone_until.erase(pair.app_key);
    return;
  }
  bool const app_said_so = std::ranges::any_of(pair.tickets, [](Dirty const& ticket) {
    return ticket.id.side == Side::app && ticket.kind == engine::ChangeKind::deleted;
  });
  if (app_said_so || !is_active(pair)) return;
  if (!gone && heard_lately(pair)) return;
  // The poll under way may have begun before the change: the one after it counts.
  auto const [until, first] = run_.app_gone_until.try_emplace(pair.app_key, run_.app.polls + 2);
  static_cast<void>(first);
  if (run_.app.polls >= until->second) return;
  run_.poll_app.notify();
  drop(pair, later(kCapturePause));
}

// The app told of the row a moment ago, as it does of every edit, and would have told of a delete
// before that; or it was asked often enough: a full intake, which stops the polls, ends only when
// records are settled.
bool Round::heard_lately(Pair const& pair) const {
  auto const since =
      context_.runtime.now().micros - std::chrono::microseconds(kHeardLately).count();
  return std::ranges::any_of(pair.tickets, [&](Dirty const& ticket) {
    bool const news = ticket.id.side == Side::app && ticket.marked_at.micros > since;
    return news || ticket.attempts >= context_.tuning.attempts_before_inbox;
  });
}

// An answer that leaves out what we wrote is asked for again, some times.
bool Round::wait_for_written(Pair& pair) {
  if (!leaves_out_written(run_.mapping, pair)) return false;
  bool const often = std::ranges::any_of(pair.tickets, [&](Dirty const& ticket) {
    return ticket.attempts >= context_.tuning.attempts_before_inbox;
  });
  if (often) return false;
  drop(pair, later(context_.tuning.wait_retry));
  return true;
}

// The link goes on to what an earlier create made only with a read of it: until then the link names
// the old record, and a base that holds the new one's values would be false.
bool Round::wait_for_created(Pair& pair) {
  if (!pair.link || linked_by_[&pair] != kByEarlierCreate) return false;
  if (pair.presence(Side::app) != Presence::unknown &&
      pair.presence(Side::crm) != Presence::unknown)
    return false;
  drop(pair, later(context_.tuning.wait_retry));
  return true;
}

// CRM deletes wait: a merge looks like a delete until the survivor shows.
void Round::wait_for_merge(Pair& pair) {
  auto const* crm = pair.seen(Side::crm);
  bool const gone = crm != nullptr && crm->presence == Presence::deleted;
  if (!gone) {
    run_.crm_gone_since.erase(pair.crm_id);
    return;
  }
  if (pair.plan.presence != PresenceAction::delete_app &&
      pair.plan.presence != PresenceAction::unlink &&
      pair.plan.presence != PresenceAction::restore_crm)
    return;
  auto const now = context_.runtime.steady_now();
  auto const [since, first] = run_.crm_gone_since.try_emplace(pair.crm_id, now);
  static_cast<void>(first);
  auto const due = since->second + run_.mapping.deletes.merge_window;
  if (now < due) return drop(pair, due);
}

// Two systems fighting through us: every step succeeds, so only the trail can tell.
void Round::stop_fights(Pair& pair) {
  if (!pair.base || pair.plan.presence != PresenceAction::merge) return;
  for (std::size_t i = 0; i < pair.plan.fields.size(); ++i) {
    auto& field = pair.plan.fields[i];
    auto const* mark = find_mark(*pair.base, run_.mapping.fields[i].name);
    if (mark == nullptr || mark->trail.empty() || !field.value) continue;
    if (field.action != FieldAction::write_app && field.action != FieldAction::write_crm) continue;
    if (field.decided_by == "person") continue;
    auto const side = field.action == FieldAction::write_app ? Side::app : Side::crm;
    auto const text = engine::display(*field.value);
    engine::TrailEntry const next{context_.runtime.now(), side,
                                  XXH3_64bits(text.data(), text.size())};
    // A person who was asked is not spared the answer by waiting a day.
    bool const asked = std::ranges::any_of(pair.parked, [&](state::ParkedRow const& row) {
      return row.field == run_.mapping.fields[i].name && row.reason == kFightReason;
    });
    engine::LoopRule rule;
    if (asked) rule.window_micros = std::numeric_limits<std::int64_t>::max();
    if (!engine::is_fighting(mark->trail, next, rule)) continue;
    field.action = FieldAction::park;
    field.reason = kFightReason;
  }
}

void Round::plan_all() {
  for (auto& pair : pairs_)
    if (is_active(pair)) plan(pair);
}

Task<void> Round::run() {
  form_pairs();
  take_payloads();
  co_await observe(false);
  continue_absorbed();
  for (auto& pair : pairs_)
    if (is_active(pair) && !pair.link) wait_for_capture(pair);
  co_await look_up_creates();
  co_await part_reused_keys();
  co_await look_up_creates();  // of a row that left its old pair
  co_await identify();
  take_payloads();
  co_await observe(false);
  co_await look_up_creates();  // of the counterparts that were found
  for (auto& pair : pairs_) {
    if (!is_active(pair)) continue;
    follow_keys(pair);
    if (!pair.link && pair.link_is_new && linked_by_[&pair] != kByEarlierCreate &&
        !verify_match(pair)) {
      note_match_values(pair, extra_);  // else the same candidate would be found for ever
      drop(pair, later(context_.tuning.wait_retry));
    }
  }
  plan_all();
  co_await observe(true);
  for (auto& pair : pairs_) {
    if (!is_active(pair)) continue;
    // A page of a search that lags showed it as it was: no row is made from that.
    if (!pair.link && !pair.link_is_new && was_absorbed(pair)) leave_absorbed_key(pair);
    if (is_active(pair) && absorbed_a_linked_one(pair))
      drop(pair, later(context_.tuning.wait_retry));
    if (is_active(pair)) follow_keys(pair);
    if (is_active(pair)) claim_keys(pair);
  }
  for (auto& pair : pairs_) {
    if (!is_active(pair)) continue;
    look_at_intended(pair);
    if (wait_for_written(pair) || wait_for_created(pair)) continue;
    PairResult result;
    result.recovery = resolve_intents(run_.mapping, pair);
    result.overwritten = std::move(result.recovery.overwritten);
    plan(pair);
    if (!is_active(pair)) continue;
    result.linked_by = linked_by_[&pair];
    result.pair = pair;
    closed_.insert(&pair);
    pair.tickets.clear();
    results_.push_back(std::move(result));
  }
  if (!co_await commit_intents()) co_return;
  co_await apply_side(Side::app);
  co_await apply_side(Side::crm);
  co_await check_overwritten();
  co_await commit_outcomes();
}

Task<void> Round::look(PlanSink const& sink) {
  form_pairs();
  take_payloads();
  co_await observe(false);
  co_await identify();
  co_await observe(false);
  plan_all();
  // Every record goes back as it came.
  auto const now = context_.runtime.steady_now();
  auto hand_back = [&](Pair& pair) {
    sink(pair);
    for (auto& ticket : pair.tickets) run_.dirty.release(std::move(ticket), now);
    pair.tickets.clear();
  };
  for (auto& pair : pairs_) {
    if (!is_active(pair)) continue;
    closed_.insert(&pair);
    hand_back(pair);
  }
  for (auto& result : results_) hand_back(result.pair);
}

}  // namespace crmsync::daemon
