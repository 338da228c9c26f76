// SPDX-License-Identifier: Apache-2.0
#include "daemon/outcome_errors.hpp"

#include "engine/retry.hpp"

#include <algorithm>
#include <utility>

namespace crmsync::daemon {

using engine::Side;

namespace {

// The inbox entry of the same trouble. Several fields may be refused alike; each keeps its own.
state::ErrorRow const* earlier_entry(Pair const& pair, state::ErrorRow const& row,
                                     std::vector<state::ErrorRow> const& fresh) {
  state::ErrorRow const* found = nullptr;
  for (auto const& old : pair.errors) {
    if (old.side != row.side || old.code != row.code) continue;
    if (std::ranges::find(fresh, old.id, &state::ErrorRow::id) != fresh.end()) continue;
    if (old.op == row.op) return &old;
    if (found == nullptr) found = &old;
  }
  return found;
}

state::ErrorRow error_row(OutcomeContext const& context, Pair const& pair,
                          engine::Error const& error, Side refused_by,
                          std::vector<state::ErrorRow> const& fresh) {
  bool const by_app = !pair.app_key.empty();
  state::ErrorRow row;
  row.mapping = context.work.mapping_id;
  row.side = refused_by;
  row.record_side = by_app ? Side::app : Side::crm;
  row.key = by_app ? pair.app_key : pair.crm_id;
  row.link = pair.link ? pair.link->id : 0;
  row.code = error.code;
  row.op = error.op;
  row.detail = error.detail;
  row.hint = error.hint;
  row.fields = error.fields;
  row.first_at = row.at = context.work.now;
  if (auto const* old = earlier_entry(pair, row, fresh)) {
    row.id = old->id;
    row.first_at = old->first_at;
    row.attempts = old->attempts + 1;
  } else {
    row.id = context.work.next_id();
  }
  return row;
}

}  // namespace

bool gives_up(OutcomeContext const& context, engine::Error const& error) {
  return error.code == engine::Errc::already_exists && !error.maybe_applied &&
         context.attempts + 1 >= 2 * context.attempts_before_inbox;
}

bool gives_up_asking(OutcomeContext const& context) {
  return context.attempts + 1 >= context.attempts_before_inbox;
}

std::vector<engine::Error> left_out(mappings::Mapping const& mapping, PairResult const& result) {
  std::vector<engine::Error> missing;
  auto const& pair = result.pair;
  if (pair.plan.presence != engine::PresenceAction::merge &&
      pair.plan.presence != engine::PresenceAction::link)
    return missing;
  for (std::size_t i = 0; i < pair.plan.fields.size() && i < pair.input.fields.size(); ++i) {
    if (pair.plan.fields[i].merge != engine::MergeKind::unknown) continue;
    auto const& in = pair.input.fields[i];
    if (in.crm || !in.crm_problem.empty() || pair.seen(Side::crm) == nullptr) continue;
    missing.push_back(engine::make_error(
        engine::Errc::transient, "read " + mapping.fields[i].name, "the answer leaves it out",
        "see that the account may read it; it is asked for again when the record changes"));
  }
  return missing;
}

void record_errors(OutcomeContext const& context, PairResult const& result,
                   PairEnding const& ending, state::Commit& out) {
  std::vector<state::ErrorRow> fresh;
  for (auto const& one : result.work.refused)
    fresh.push_back(error_row(context, result.pair, one.error, one.side, fresh));
  for (auto const side : {Side::app, Side::crm}) {
    auto const& receipt = side == Side::app ? result.app_receipt : result.crm_receipt;
    if (!receipt || !receipt->error || !ending.error) continue;
    bool const final = engine::retry_kind(receipt->error->code) == engine::RetryKind::inbox;
    if (final || context.attempts + 1 >= context.attempts_before_inbox)
      fresh.push_back(error_row(context, result.pair, *receipt->error, side, fresh));
  }
  if (gives_up_asking(context))
    for (auto const& error : left_out(context.work.mapping, result))
      fresh.push_back(error_row(context, result.pair, error, Side::crm, fresh));
  // A record that got through clears its old entries; one that is still failing keeps its own.
  bool const waiting = ending.ending != Ending::settled;
  for (auto const& old : result.pair.errors) {
    bool const kept = waiting || std::ranges::any_of(fresh, [&](state::ErrorRow const& row) {
                        return row.id == old.id;
                      });
    if (!kept) out.errors_done.push_back(old.id);
  }
  std::ranges::move(fresh, std::back_inserter(out.errors));
}

}  // namespace crmsync::daemon
