// Intents, sending, receipts.
// SPDX-License-Identifier: Apache-2.0
#include "daemon/round.hpp"

#include "daemon/store_access.hpp"
#include "engine/mutant.hpp"
#include "engine/retry.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace crmsync::daemon {

using connectors::Lane;
using connectors::OperationKind;
using connectors::Task;
using engine::FieldAction;
using engine::mutant;
using engine::Mutant;
using engine::Side;

namespace {

std::optional<PlannedWrite>& work_of(PairResult& result, Side side) {
  return side == Side::app ? result.work.app : result.work.crm;
}

std::optional<connectors::Receipt>& receipt_of(PairResult& result, Side side) {
  return side == Side::app ? result.app_receipt : result.crm_receipt;
}

// The destructive part stays undone; what else the plan holds goes on.
void hold_back(PairResult& result, bool count_updates) {
  result.held = true;
  auto& plan = result.pair.plan;
  if (is_destructive(plan.presence)) return;
  for (auto& field : plan.fields) {
    if (!is_counted(field, count_updates)) continue;
    field.action = FieldAction::none;
    // Something is left to do. A first match that was asked about stays asked.
    if (field.merge != engine::MergeKind::unadopted) field.merge = engine::MergeKind::collision;
    field.reason = "held by the guard";
  }
}

}  // namespace

// No intent, no send: what is about to be written is durable first.
Task<bool> Round::commit_intents() {
  auto const now = context_.runtime.now();
  auto const counts = context_.store.counts(run_.id);
  std::int64_t const kept = mutant(Mutant::guard_forgets) ? 60'000'000 : 3'600'000'000;
  auto& events = run_.row.guard_events;
  std::erase_if(events, [&](engine::Timestamp at) { return now.micros - at.micros > kept; });
  GuardInput guard;
  guard.linked = counts ? counts->linked : 0;
  guard.done_last_hour = events.size();
  bool const updates = run_.mapping.deletes.guard_updates;
  for (auto const& result : results_) {
    if (is_approved(result.pair)) continue;
    guard.planned += destructive_count(result.pair.plan, updates);
    guard.leaving += is_destructive(result.pair.plan.presence) ? 1 : 0;
  }
  bool const trips = guard_trips(run_.mapping.deletes, guard);
  bool counted = false;  // what was let through counts after a restart as well

  state::Commit changes;
  WorkContext const work{run_.mapping, run_.id, run_.generation, now,
                         [this] { return context_.store.next_id(); }};
  for (auto& result : results_) {
    bool const destructive = destructive_count(result.pair.plan, updates) > 0;
    // Once something is held, what follows is held as well until the person has looked.
    bool const waiting = !result.pair.held.empty() && !is_approved(result.pair);
    if (destructive && !is_approved(result.pair) && (trips || waiting)) {
      hold_back(result, updates);
      if (is_destructive(result.pair.plan.presence)) continue;
    } else if (destructive && !is_approved(result.pair)) {
      events.push_back(now);
      counted = true;
    }
    result.work = build_work(work, result.pair);
    bool owed = false;
    for (auto const& field : result.pair.plan.fields)
      owed = owed || field.action == FieldAction::write_both;
    if (owed && result.pair.base && result.pair.link) {
      result.pair.base->link = result.pair.link->id;
      changes.bases.push_back(*result.pair.base);
    }
    for (auto const side : {Side::app, Side::crm})
      if (auto const& write = work_of(result, side)) changes.intents.push_back(write->intent);
  }
  if (counted) changes.mappings.emplace_back(run_.id, run_.row);
  if (changes.empty()) co_return true;
  auto const intents = changes.intents;
  if (mutant(Mutant::intent_after_send)) changes.intents.clear();
  if (context_.probe) context_.probe("before_intents");
  auto status = co_await commit(context_.store, std::move(changes));
  if (context_.probe) context_.probe("after_intents");
  if (status) {
    for (auto const& intent : intents) run_.open_intents[intent.op_id] = intent;
    co_return true;
  }
  // Without room for an intent nothing may leave; the records stay dirty.
  fail_side(Side::app, status.error());
  for (auto& result : results_) {
    for (auto& ticket : result.pair.tickets)
      run_.dirty.release(std::move(ticket), later(context_.tuning.wait_retry));
  }
  results_.clear();
  co_return false;
}

Task<void> Round::apply_side(Side side) {
  auto const chunk_max = std::max<std::size_t>(1, run_.side(side).capabilities.apply_batch_max);
  for (auto const kind : {OperationKind::create, OperationKind::update, OperationKind::archive,
                          OperationKind::erase}) {
    std::vector<PairResult*> waiting;
    for (auto& result : results_) {
      auto const& write = work_of(result, side);
      if (!write || write->operation.kind != kind) continue;
      // A CRM write rests on a read at most read_age_max old; else it is observed again.
      auto const* seen = result.pair.seen(side);
      bool const blind = side == Side::crm && kind != OperationKind::create &&
                         !run_.crm.capabilities.compare_and_set;
      if (blind && seen != nullptr &&
          std::chrono::microseconds(context_.runtime.now().micros - seen->observed_at.micros) >
              context_.tuning.read_age_max)
        continue;
      waiting.push_back(&result);
    }
    for (std::size_t begin = 0; begin < waiting.size(); begin += chunk_max) {
      auto const end = std::min(waiting.size(), begin + chunk_max);
      std::vector<PairResult*> chunk(waiting.begin() + static_cast<std::ptrdiff_t>(begin),
                                     waiting.begin() + static_cast<std::ptrdiff_t>(end));
      co_await apply_chunk(side, std::move(chunk));
    }
  }
}

Task<void> Round::apply_chunk(Side side, std::vector<PairResult*> chunk) {
  std::vector<connectors::Operation> operations;
  bool first_time = true;
  for (auto* result : chunk) {
    operations.push_back(work_of(*result, side)->operation);
    first_time =
        first_time && (result->pair.tickets.empty() || result->pair.tickets.front().attempts == 0);
  }
  bool const creates = operations.front().kind == OperationKind::create;
  auto const lane = !first_time ? Lane::retry : creates ? Lane::backfill : Lane::interactive;
  if (context_.probe) context_.probe(side == Side::app ? "before_send_app" : "before_send_crm");
  auto answer = co_await run_.side(side).endpoint->apply(std::move(operations), lane);
  if (context_.probe) context_.probe(side == Side::app ? "after_send_app" : "after_send_crm");
  if (answer && answer->size() != chunk.size()) {
    auto wrong = engine::make_error(engine::Errc::internal, "write", "the answer has another size");
    wrong.maybe_applied = true;
    answer = std::move(wrong);
  }
  if (!answer) fail_side(side, answer.error());
  for (std::size_t i = 0; i < chunk.size(); ++i) {
    connectors::Receipt receipt;
    if (answer)
      receipt = std::move((*answer)[i]);
    else
      receipt.error = answer.error();
    receipt.op_id = work_of(*chunk[i], side)->intent.op_id;
    receipt_of(*chunk[i], side) = std::move(receipt);
  }
}

// Where the CRM keeps a history, it shows what came between our read and our write. Until it was
// looked at, a write counts as one of unknown outcome: its intent stays and the next round looks.
Task<void> Round::check_overwritten() {
  if (!run_.crm.capabilities.history || run_.crm.capabilities.compare_and_set) co_return;
  if (mutant(Mutant::window_unchecked)) co_return;
  std::vector<PairResult*> written, deleted;
  for (auto& result : results_) {
    if (!result.work.crm || !result.crm_receipt || result.crm_receipt->error) continue;
    auto const kind = result.work.crm->operation.kind;
    // A create that made the record replaced nothing; an erased record has no history left.
    if (kind == OperationKind::archive)
      deleted.push_back(&result);
    else if (kind == OperationKind::update ||
             (kind == OperationKind::create && !result.crm_receipt->created))
      written.push_back(&result);
  }
  std::size_t const chunk = std::max<std::size_t>(1, run_.crm.capabilities.fetch_batch_max);
  for (auto* group : {&written, &deleted})
    for (std::size_t begin = 0; begin < group->size(); begin += chunk)
      co_await check_overwritten(
          std::span(*group).subspan(begin, std::min(chunk, group->size() - begin)),
          group == &deleted);
}

Task<void> Round::check_overwritten(std::span<PairResult*> written, bool deleted) {
  connectors::FetchRequest request;
  request.with_history = true;
  request.deleted = deleted;
  auto& fields = request.history_fields;
  for (auto const* result : written) {
    request.keys.push_back(result->crm_receipt->key);
    auto const& intent = result->work.crm->intent;
    for (auto const& [name, value] : deleted ? intent.consumed : intent.sent)
      fields.push_back(name);
  }
  std::ranges::sort(fields);
  fields.erase(std::unique(fields.begin(), fields.end()), fields.end());
  auto answer = co_await run_.crm.endpoint->fetch(std::move(request));
  if (answer && answer->size() != written.size())
    answer = engine::make_error(engine::Errc::internal, "read", "the answer has another size");
  for (std::size_t i = 0; i < written.size(); ++i) {
    auto& result = *written[i];
    // A record that could not be read just now is looked at again. Of a deleted one that means that
    // nothing was kept.
    bool const silent = answer && !deleted && (*answer)[i].presence == engine::Presence::unknown;
    if (!answer || silent) {
      result.crm_receipt->error =
          answer ? engine::make_error(engine::Errc::transient, "read after write",
                                      "the CRM did not show the record")
                 : answer.error();
      result.crm_receipt->error->maybe_applied = true;
      continue;
    }
    auto const& work = *result.work.crm;
    auto const* before = result.pair.seen(Side::crm);
    auto const read_stamp = before == nullptr ? std::nullopt : before->changed_at;
    CrmWrite const write{work.fields, work.intent.sent, work.intent.consumed,
                         result.crm_receipt->stored, read_stamp};
    std::ranges::move(
        deleted ? find_deleted_edits(run_.mapping, work.intent.consumed, read_stamp, (*answer)[i])
                : find_overwritten(run_.mapping, write, (*answer)[i]),
        std::back_inserter(result.overwritten));
  }
}

void Round::learn_from_refusal(PairResult& result) {
  if (!result.crm_receipt || !result.crm_receipt->error || !result.work.crm) return;
  auto& error = *result.crm_receipt->error;
  if (error.code != engine::Errc::already_exists || error.other_key.empty()) return;
  if (result.work.crm->operation.kind != OperationKind::create) return;
  auto other = context_.store.link_by_crm(run_.id, error.other_key);
  if (other && *other) {
    error.hint = "CRM record " + error.other_key +
                 " holds that value and is linked to app record " + (*other)->app_key +
                 "; change one of the two";
    return;
  }
  run_.named_match[result.pair.app_key] = {error.other_key};
  error.code = engine::Errc::precondition_failed;  // not an error yet: observe and link
}

}  // namespace crmsync::daemon
