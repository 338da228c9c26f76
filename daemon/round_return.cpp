// Records that come back, and keys that are used again: never taken for the old record without
// evidence.
// SPDX-License-Identifier: Apache-2.0
#include "daemon/reused_key.hpp"
#include "daemon/round.hpp"
#include "daemon/store_access.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace crmsync::daemon {

using connectors::Task;
using engine::LinkState;
using engine::Presence;
using engine::PresenceAction;
using engine::Side;

// An app row under a deleted row's key leaves the old pair before anything is planned for it.
Task<void> Round::part_reused_keys() {
  bool const undelete_visible = !run_.mapping.app.deleted_field.empty();
  for (auto& pair : pairs_) {
    if (!is_active(pair)) continue;
    switch (judge_reuse(run_.mapping, pair, undelete_visible)) {
      case Reuse::none:
        break;
      case Reuse::same:
        close_reused_key(pair);
        break;
      case Reuse::other:
        close_reused_key(pair);
        co_await retire_link(pair);
        break;
      case Reuse::unsure:
        park_reused_key(pair);
        break;
    }
  }
}

void Round::close_reused_key(Pair& pair) {
  std::erase_if(pair.parked, [&](state::ParkedRow const& row) {
    if (!row.field.empty() || row.reason != kReusedKeyReason) return false;
    extra_.parked_done.push_back(row.id);
    return true;
  });
}

void Round::park_reused_key(Pair& pair) {
  bool const known = std::ranges::any_of(
      pair.parked, [](state::ParkedRow const& row) { return row.field.empty(); });
  if (!known) {
    state::ParkedRow row;
    row.id = context_.store.next_id();
    row.mapping = run_.id;
    row.link = pair.link->id;
    row.key = pair.app_key;
    row.reason = kReusedKeyReason;
    row.rule = run_.mapping.file;
    row.at = context_.runtime.now();
    extra_.parked.push_back(std::move(row));
    ++run_.counters.parked;
  }
  settle_quietly(pair);
}

// The old link keeps its CRM record, its history and its tombstone under a retired key; the row is
// nobody's yet and goes on as such in this round.
Task<void> Round::retire_link(Pair& pair) {
  auto link = *pair.link;
  auto const key = link.app_key;
  auto const use = next_use(context_.store, run_.id, key);
  if (!use || !lock(record_lock(Side::app, key)))
    co_return drop(pair, later(context_.tuning.wait_retry));
  link.app_key = retired_key(key, *use);
  link.changed_at = context_.runtime.now();
  state::Commit changes;
  if (find_mark(*pair.base, "") != nullptr) {  // the answer was given and is carried out
    std::erase_if(pair.base->marks,
                  [](state::FieldMark const& mark) { return mark.field.empty(); });
    pair.base->link = link.id;
    changes.bases.push_back(*pair.base);
  }
  state::HistoryRow row;
  row.sequence = context_.store.next_sequence();
  row.mapping = run_.id;
  row.link = link.id;
  row.at = link.changed_at;
  row.kind = state::HistoryKind::rekeyed;
  row.generation = run_.generation;
  row.note = "another record has app key " + key + " now; this one is kept as " + link.app_key;
  changes.history.push_back(std::move(row));
  if (link.state == LinkState::linked) {  // the rule for deleted app records is still to come
    state::IntakeRow gone;
    gone.sequence = context_.store.next_sequence();
    gone.mapping = run_.id;
    gone.side = Side::app;
    gone.key = link.app_key;
    gone.kind = engine::ChangeKind::deleted;
    gone.at = link.changed_at;
    changes.intake.push_back(std::move(gone));
  }
  changes.links.push_back(std::move(link));
  auto status = co_await commit(context_.store, std::move(changes));
  if (!status) {
    fail_side(Side::app, status.error());
    co_return drop(pair, later(context_.tuning.wait_retry));
  }
  leave_old_pair(pair);
  pair.external_id = external_id_of(key, *use + 1);
}

bool Round::row_was_replaced(Pair const& pair, state::IntentRow const& create) const {
  return !pair.link && is_replaced(run_.mapping, pair, create.source, create.at);
}

// The contact was made for a row that is gone; another one has its key. It gets the link that it
// would have had, under a retired key, and the rule for deleted app records decides about it.
Task<void> Round::retire_created(Pair& pair, state::IntentRow create, engine::Observation made) {
  auto const key = pair.app_key;
  auto const use = next_use(context_.store, run_.id, key);
  auto const holder = context_.store.link_by_crm(run_.id, made.current_key);
  if (!use || !holder || !lock(record_lock(Side::crm, made.current_key))) co_return postpone(pair);
  bool const taken = holder->has_value();  // merged into somebody's contact: only the name is kept
  Pair old;
  old.app_key = retired_key(key, *use);
  old.app_keys_before = {key};
  old.crm_id = made.current_key;
  old.open_intents = {create};
  old.creates_made[create.op_id] = made.current_key;
  old.crm = std::move(made);
  static_cast<void>(resolve_intents(run_.mapping, old));
  state::LinkRow link;
  link.id = context_.store.next_link_id();
  link.mapping = run_.id;
  link.app_key = old.app_key;
  if (!taken) link.crm_id = old.crm_id;
  if (taken) link.state = LinkState::tombstone;
  link.external_id = create.external_id;
  link.created_at = link.changed_at = context_.runtime.now();
  state::Commit changes;
  if (old.base && !taken) {
    old.base->link = link.id;
    changes.bases.push_back(std::move(*old.base));
  }
  state::IntakeRow gone;
  gone.sequence = context_.store.next_sequence();
  gone.mapping = run_.id;
  gone.key = link.app_key;
  gone.kind = engine::ChangeKind::deleted;
  gone.at = link.changed_at;
  if (!taken) {
    changes.intake.push_back(std::move(gone));
    changes.match.push_back({run_.id, Side::crm, link.crm_id, {}});
  }
  changes.intents_done.push_back(create.op_id);
  changes.links.push_back(std::move(link));
  auto status = co_await commit(context_.store, std::move(changes));
  if (!status) {
    fail_side(Side::app, status.error());
    co_return drop(pair, later(context_.tuning.wait_retry));
  }
  run_.open_intents.erase(create.op_id);
  linked_by_.erase(&pair);
  pair.link_is_new = false;
  leave_old_pair(pair);  // the index may have matched the two by our name for the row
  pair.external_id = external_id_of(key, *use + 1);
}

// A pair that moved to a key which a departed record had: that one keeps its history without it.
void Round::claim_keys(Pair& pair) {
  pair.yielding.clear();
  if (!pair.link) return;
  for (auto const side : {Side::app, Side::crm})
    if (!claim_key(pair, side)) return;
}

// False: the pair was closed.
bool Round::claim_key(Pair& pair, Side side) {
  auto const& key = key_of(pair, side);
  if (key.empty() || key == (side == Side::app ? pair.link->app_key : pair.link->crm_id))
    return true;
  auto holder = side == Side::app ? context_.store.link_by_app(run_.id, key)
                                  : context_.store.link_by_crm(run_.id, key);
  if (!holder) {
    drop(pair, later(context_.tuning.wait_retry));
    return false;
  }
  if (!*holder || (*holder)->id == pair.link->id) return true;
  auto& link = **holder;
  if (link.state == LinkState::linked) {
    if (side == Side::app) return true;  // who is there leaves by itself: keys may be swapped
    park_taken(pair, side, link, "another record is linked to its CRM record");
    return false;
  }
  if (!lock(link_lock(link.id))) {
    postpone(pair);
    return false;
  }
  if (side == Side::crm) {
    std::erase(link.crm_aliases, key);
    if (link.crm_id == key) link.crm_id.clear();
  } else {
    auto const use = next_use(context_.store, run_.id, key);
    if (!use) {
      drop(pair, later(context_.tuning.wait_retry));
      return false;
    }
    link.app_key = retired_key(key, *use);
  }
  link.changed_at = context_.runtime.now();
  pair.yielding.push_back(std::move(link));
  return true;
}

void Round::leave_old_pair(Pair& pair) {
  std::vector<Dirty> tickets;
  std::swap(tickets, pair.tickets);
  for (auto& ticket : tickets) {
    if (ticket.id.side == Side::app)
      pair.tickets.push_back(std::move(ticket));
    else
      run_.dirty.release(std::move(ticket), later(context_.tuning.locked_retry));
  }
  pair.link.reset();
  pair.base.reset();
  pair.crm_id.clear();
  pair.crm.reset();
  pair.parked.clear();
  pair.held.clear();
  load_intents(pair);
}

// Presence again although the pair was buried: the old app row, or the CRM record, whose id is
// never given twice.
void Round::revive(Pair& pair) {
  auto const app = pair.presence(Side::app);
  auto const crm = pair.presence(Side::crm);
  bool const app_back = app == Presence::present;
  bool const crm_back = crm == Presence::present;
  pair.plan = {};
  pair.plan.presence = PresenceAction::ignore;
  if ((!app_back && !crm_back) || !pair.base) return;
  bool const undelete_visible = !run_.mapping.app.deleted_field.empty();
  if (app_back && judge_reuse(run_.mapping, pair, undelete_visible) != Reuse::same) return;
  if (app == Presence::unknown || crm == Presence::unknown) {
    pair.plan.presence = PresenceAction::wait;
    return;
  }
  if (app_back != crm_back) return plan_restore(pair, app_back ? Side::app : Side::crm);
  pair.base->app = {};
  pair.base->crm = {};
  pair.base->marks.clear();
  pair.link_is_new = true;
  pair.input = build_input(run_.mapping, pair);
  pair.input.link = LinkState::linked;  // the stored state follows with the outcome
  pair.plan = engine::make_plan(pair.input, rules_);
}

// The record that is gone on one side is made there again from the other.
void Round::plan_restore(Pair& pair, Side present) {
  pair.input = build_input(run_.mapping, pair);
  for (auto& field : pair.input.fields) {
    field.status = engine::BaseStatus::unadopted;
    field.owed.reset();
  }
  auto alone = pair.input;
  alone.link = LinkState::none;
  (present == Side::app ? alone.crm : alone.app) = Presence::none;
  auto rules = run_.mapping.rules;
  rules.presence.create = engine::CreateMode::both;  // it is the old record, not a new one
  pair.plan = engine::make_plan(alone, rules);
  if (pair.plan.presence == PresenceAction::create_crm)
    pair.plan.presence = PresenceAction::restore_crm;
  if (pair.plan.presence == PresenceAction::create_app)
    pair.plan.presence = PresenceAction::restore_app;
}

// A person's word on a record that was deleted on one side and edited on the other.
void Round::answer_record(Pair& pair) {
  if (pair.plan.presence != PresenceAction::park || !pair.base) return;
  auto const* mark = find_mark(*pair.base, "");
  if (mark == nullptr || !mark->answer) return;
  auto const* word = std::get_if<std::string>(&*mark->answer);
  auto const present = pair.presence(Side::app) == Presence::present ? Side::app : Side::crm;
  if (word != nullptr && *word == "delete")
    pair.plan.presence =
        present == Side::app ? PresenceAction::delete_app : PresenceAction::delete_crm;
  else
    plan_restore(pair, present);
}

}  // namespace crmsync::daemon
