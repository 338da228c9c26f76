// From receipts to what is stored, and to when a record is looked at again.
// SPDX-License-Identifier: Apache-2.0
#include "daemon/round.hpp"
#include "daemon/store_access.hpp"
#include "engine/mutant.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace crmsync::daemon {

using connectors::Task;
using engine::FieldAction;
using engine::mutant;
using engine::Mutant;
using engine::PresenceAction;
using engine::Side;

namespace {

template <class Row>
void add_rows(std::vector<Row>& to, std::vector<Row> const& from) {
  to.insert(to.end(), from.begin(), from.end());
}

void append(state::Commit& to, state::Commit const& from) {
  add_rows(to.intake, from.intake);
  add_rows(to.webhooks, from.webhooks);
  add_rows(to.match, from.match);
  add_rows(to.cursors, from.cursors);
  add_rows(to.mappings, from.mappings);
  add_rows(to.intents, from.intents);
  add_rows(to.intents_done, from.intents_done);
  add_rows(to.links, from.links);
  add_rows(to.bases, from.bases);
  add_rows(to.links_gone, from.links_gone);
  add_rows(to.parked, from.parked);
  add_rows(to.parked_done, from.parked_done);
  add_rows(to.errors, from.errors);
  add_rows(to.errors_done, from.errors_done);
  add_rows(to.held, from.held);
  add_rows(to.held_done, from.held_done);
  add_rows(to.history, from.history);
  add_rows(to.settled, from.settled);
}

}  // namespace

// All parts in one transaction; when that is refused for what a part says, each by itself, so that
// one record never holds its neighbours.
Task<std::vector<engine::Status>> Round::commit_parts(std::vector<state::Commit> parts) {
  engine::Status const fine{boost::system::in_place_value};
  std::vector<engine::Status> out(parts.size(), fine);
  auto const number = [this](state::Commit& part) {
    for (auto& row : part.intake) row.sequence = context_.store.next_sequence();
  };
  state::Commit together;
  for (auto& part : parts) {
    number(part);
    append(together, part);
  }
  if (together.empty()) co_return out;
  auto status = co_await commit(context_.store, std::move(together));
  if (status) co_return out;
  bool const room = status.error().code != engine::Errc::storage_full;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    out[i] = status;
    if (!room || parts[i].empty()) continue;
    number(parts[i]);
    out[i] = co_await commit(context_.store, std::move(parts[i]));
  }
  co_return out;
}

Task<void> Round::commit_outcomes() {
  struct Closing {
    std::vector<Dirty> tickets;
    PairEnding ending;
    std::vector<std::uint64_t> intents;
  };
  std::vector<Closing> closings;
  std::vector<state::Commit> parts;
  for (auto& result : results_) {
    learn_from_refusal(result);
    OutcomeContext context{{run_.mapping, run_.id, run_.generation, context_.runtime.now(),
                            [this] { return context_.store.next_id(); }},
                           [this] { return context_.store.next_link_id(); },
                           [this] { return context_.store.next_sequence(); },
                           [this](engine::RecordKey const& key) {
                             auto const link = context_.store.link_by_app(run_.id, key);
                             return !link || link->has_value();
                           },
                           [this](engine::RecordKey const& key) {
                             auto const link = context_.store.link_by_crm(run_.id, key);
                             return !link || link->has_value();
                           },
                           result.pair.tickets.empty() ? 0 : result.pair.tickets.front().attempts,
                           context_.tuning.attempts_before_inbox};
    state::Commit changes;
    auto ending = record_outcome(context, result, changes);
    note_held(result, ending, changes);
    count(result, ending);
    if (ending.ending == Ending::settled || mutant(Mutant::marks_dropped_early))
      for (auto const& ticket : result.pair.tickets)
        std::ranges::copy(ticket.sequences, std::back_inserter(changes.settled));
    closings.push_back({std::move(result.pair.tickets), std::move(ending), changes.intents_done});
    parts.push_back(std::move(changes));
  }
  parts.push_back(std::move(extra_));
  if (context_.probe) context_.probe("before_outcomes");
  auto const statuses = co_await commit_parts(std::move(parts));
  if (context_.probe) context_.probe("after_outcomes");
  for (std::size_t i = 0; i < closings.size(); ++i) {
    auto& closing = closings[i];
    if (!statuses[i]) {
      // What was sent stays an open intent and is looked up before the next try.
      fail_side(Side::app, statuses[i].error());
      closing.ending.ending = Ending::hold;
    } else {
      for (auto const op : closing.intents) run_.open_intents.erase(op);
    }
    for (auto& ticket : closing.tickets) finish_ticket(std::move(ticket), closing.ending);
  }
}

void Round::finish_ticket(Dirty ticket, PairEnding const& ending) {
  auto const now = context_.runtime.steady_now();
  auto const attempts = ticket.attempts;
  switch (ending.ending) {
    case Ending::settled:
      run_.dirty.finish(ticket.id, now);
      return;
    case Ending::observe_again:
      ++ticket.attempts;
      run_.dirty.release(std::move(ticket), attempts < context_.tuning.observe_again_max
                                                ? now
                                                : backoff(attempts, std::nullopt));
      return;
    case Ending::retry:
      ++ticket.attempts;
      run_.dirty.release(std::move(ticket), mutant(Mutant::retry_starves)
                                                ? later(std::chrono::hours(24))
                                                : backoff(attempts, ending.retry_after_ms));
      return;
    case Ending::hold:
      ++ticket.attempts;
      run_.dirty.release(std::move(ticket), later(context_.tuning.wait_retry));
      return;
  }
}

void Round::note_held(PairResult const& result, PairEnding const& ending, state::Commit& changes) {
  auto const& pair = result.pair;
  bool const updates = run_.mapping.deletes.guard_updates;
  if (!result.held) {
    // An approval stands until what was approved is done, also over failures.
    bool const approved = is_approved(pair) && ending.ending == Ending::settled;
    if (destructive_count(pair.plan, updates) == 0 || approved)
      for (auto const& row : pair.held) changes.held_done.push_back(row.id);
    return;
  }
  if (!pair.held.empty() || !pair.link) return;
  state::HeldRow row;
  row.id = context_.store.next_id();
  row.mapping = run_.id;
  row.link = pair.link->id;
  row.side = pair.plan.presence == PresenceAction::delete_app ? Side::app : Side::crm;
  row.what = pair.plan.presence == PresenceAction::unlink ? "unlink"
             : is_destructive(pair.plan.presence)         ? "delete"
             : updates                                    ? "update"
                                                          : "clear";
  row.at = context_.runtime.now();
  changes.held.push_back(std::move(row));
}

void Round::count(PairResult const& result, PairEnding const& ending) {
  auto& counters = run_.counters;
  auto const& plan = result.pair.plan;
  auto applied = [](std::optional<connectors::Receipt> const& receipt) {
    return receipt && !receipt->error;
  };
  bool const app = applied(result.app_receipt);
  bool const crm = applied(result.crm_receipt);
  if (plan.presence == PresenceAction::create_app)
    counters.created_app += app;
  else if (plan.presence == PresenceAction::create_crm)
    counters.created_crm += crm;
  else if (plan.presence == PresenceAction::delete_app)
    counters.deleted_app += app;
  else if (plan.presence == PresenceAction::delete_crm)
    counters.deleted_crm += crm;
  else {
    counters.updated_app += app;
    counters.updated_crm += crm;
  }
  if (plan.presence == PresenceAction::link) ++counters.linked;
  if (!ending.changed) ++counters.unchanged;
  counters.overwritten += result.overwritten.size();
  for (auto const& field : plan.fields) {
    if (field.merge == engine::MergeKind::collision) ++counters.collisions;
    if (field.merge == engine::MergeKind::agreed) ++counters.agreed;
    if (field.action == FieldAction::park) ++counters.parked;
  }
  if (ending.error) ++counters.refused;
}

}  // namespace crmsync::daemon
