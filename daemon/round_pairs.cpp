// What is dirty becomes pairs: links, keys that moved, records that were merged.
// SPDX-License-Identifier: Apache-2.0
#include "daemon/round.hpp"
#include "daemon/store_access.hpp"
#include "engine/mutant.hpp"

#include <algorithm>
#include <utility>

namespace crmsync::daemon {

using engine::LinkState;
using engine::Side;

namespace {

Side owner_of(state::IntentRow const& intent) {
  return intent.kind == state::IntentKind::create ? engine::other(intent.side) : intent.side;
}

engine::RecordKey const& owner_key(state::IntentRow const& intent) {
  return owner_of(intent) == Side::app ? intent.app_key : intent.crm_id;
}

}  // namespace

std::string Round::record_lock(Side side, std::string_view key) {
  return (side == Side::app ? "a:" : "c:") + std::string(key);
}

bool Round::lock(std::string name) {
  if (std::ranges::find(locks_, name) != locks_.end()) return true;  // ours already
  bool const free = run_.locks.insert(name).second;
  if (!free && !engine::mutant(engine::Mutant::two_in_flight)) return false;
  locks_.push_back(std::move(name));
  return true;
}

void Round::form_pairs() {
  std::vector<Dirty> unlinked;
  for (auto& dirty : taken_) {
    auto const& id = dirty.id;
    auto found = id.side == Side::app ? context_.store.link_by_app(run_.id, id.key)
                                      : context_.store.link_by_crm(run_.id, id.key);
    if (!found) {
      fail_side(id.side, found.error());
      run_.dirty.release(std::move(dirty), later(context_.tuning.wait_retry));
      continue;
    }
    if (*found)
      form_linked(std::move(dirty), std::move(**found));
    else
      unlinked.push_back(std::move(dirty));
  }
  taken_.clear();
  // Known records first: one of them may have come here under the key that looks new.
  for (auto& dirty : unlinked)
    if (!join_rekeyed(dirty)) form_unlinked(std::move(dirty));
  // Not before every mark of this round has found its pair: one that comes to a pair which is
  // closed already would stay taken for ever.
  for (auto const& [pair, error] : damaged_) set_aside(*pair, error);
  damaged_.clear();
}

// The app keys that a row had and will have had once all news are known, oldest first.
std::vector<engine::RecordKey> Round::way_of(DirtyKey const& id) const {
  auto way = run_.dirty.former_keys(id);
  std::ranges::reverse(way);
  auto const now = run_.dirty.current_key(id);
  // Whoever has the new key may be on the way to another one itself.
  if (now == id.key || run_.dirty.current_key({id.side, now}) != now) return way;
  auto later = run_.dirty.former_keys({id.side, now});
  later.erase(std::ranges::find(later, id.key), later.end());
  way.insert(way.end(), later.rbegin(), later.rend());
  way.push_back(now);
  return way;
}

// A row whose key was changed keeps its link, whichever of its keys is looked at first and
// whichever of them the link knows. True: the mark found its place.
bool Round::join_rekeyed(Dirty& dirty) {
  if (dirty.id.side != Side::app) return false;
  auto const now = run_.dirty.current_key(dirty.id);
  state::Result<std::optional<state::LinkRow>> link(std::nullopt);
  engine::RecordKey known;
  for (auto const& key : way_of(dirty.id)) {
    link = context_.store.link_by_app(run_.id, known = key);
    if (!link || *link) break;
  }
  if (!link) {
    fail_side(Side::app, link.error());
    run_.dirty.release(std::move(dirty), later(context_.tuning.wait_retry));
    return true;
  }
  if (!*link) return false;
  if (known == now) {
    form_linked(std::move(dirty), std::move(**link));
    return true;
  }
  auto const find_mine = [&, id = (*link)->id] {
    return std::ranges::find_if(pairs_,
                                [&](Pair const& pair) { return pair.link && pair.link->id == id; });
  };
  auto mine = find_mine();
  if (mine == pairs_.end()) {
    // Another round may hold the link; then nothing is formed, and both marks wait for it.
    if (auto claimed = run_.dirty.claim({Side::app, known}))
      form_linked(std::move(*claimed), std::move(**link));
    mine = find_mine();
  }
  if (mine == pairs_.end() || mine->app_key != now)
    run_.dirty.release(std::move(dirty), later(context_.tuning.locked_retry));
  else
    mine->tickets.push_back(std::move(dirty));
  return true;
}

void Round::form_linked(Dirty dirty, state::LinkRow link) {
  for (auto& pair : pairs_) {  // both sides of one pair were dirty
    if (!pair.link || pair.link->id != link.id) continue;
    pair.tickets.push_back(std::move(dirty));
    return;
  }
  Pair pair;
  pair.app_key = run_.dirty.current_key({Side::app, link.app_key});
  bool const moved = pair.app_key != link.app_key;
  if (!lock(link_lock(link.id)) || (moved && !lock(record_lock(Side::app, pair.app_key)))) {
    run_.dirty.release(std::move(dirty), later(context_.tuning.locked_retry));
    return;
  }
  // What was begun under another key before there was a link is this row's all the same.
  pair.app_keys_before = run_.dirty.former_keys({Side::app, pair.app_key});
  pair.crm_id = link.crm_id;
  pair.external_id = link.external_id.empty() ? link.app_key : link.external_id;
  pair.link = std::move(link);
  pair.tickets.push_back(std::move(dirty));
  auto const stored = load_stored(pair);
  absorb_counterpart(pair, Side::app, pair.link->app_key);
  if (moved) absorb_counterpart(pair, Side::app, pair.app_key);
  absorb_counterpart(pair, Side::crm, pair.crm_id);
  pairs_.push_back(std::move(pair));
  if (!stored) damaged_.emplace_back(&pairs_.back(), stored.error());
}

void Round::form_unlinked(Dirty dirty) {
  Pair pair;
  auto const side = dirty.id.side;
  if (!lock(record_lock(side, dirty.id.key))) {
    run_.dirty.release(std::move(dirty), later(context_.tuning.locked_retry));
    return;
  }
  key_of(pair, side) = dirty.id.key;
  if (side == Side::app && !follow_unlinked_key(pair)) {
    run_.dirty.release(std::move(dirty), later(context_.tuning.locked_retry));
    return;
  }
  for (auto& one : pairs_) {  // the same row under its other key
    if (one.link || !is_active(one) || key_of(one, side) != key_of(pair, side)) continue;
    one.tickets.push_back(std::move(dirty));
    return;
  }
  pair.tickets.push_back(std::move(dirty));
  for (auto const& key : pair.app_keys_before) absorb_counterpart(pair, side, key);
  if (!pair.app_keys_before.empty()) absorb_counterpart(pair, side, pair.app_key);
  auto stored = load_stored(pair);
  if (stored && side == Side::app) stored = name_in_crm(pair);
  pairs_.push_back(std::move(pair));
  if (!stored) damaged_.emplace_back(&pairs_.back(), stored.error());
}

// A row may change its key before its link, or the outcome of its create, is known. False: another
// round has one of its keys.
bool Round::follow_unlinked_key(Pair& pair) {
  auto const here = pair.app_key;
  pair.app_key = run_.dirty.current_key({Side::app, here});
  pair.app_keys_before = run_.dirty.former_keys({Side::app, pair.app_key});
  auto const take = [this](engine::RecordKey const& key) {
    return lock(record_lock(Side::app, key));
  };
  return take(pair.app_key) && std::ranges::all_of(pair.app_keys_before, take);
}

void Round::absorb_counterpart(Pair& pair, Side side, engine::RecordKey const& key) {
  if (key.empty()) return;
  if (auto ticket = run_.dirty.claim({side, key})) pair.tickets.push_back(std::move(*ticket));
}

// What the app record is called in the CRM.
engine::Status Round::name_in_crm(Pair& pair) {
  auto named = next_external_id(context_.store, run_.id, pair.app_key);
  if (!named) return named.error();
  pair.external_id = std::move(*named);
  return engine::Status{boost::system::in_place_value};
}

// The record's own dirty mark, in this round or waiting, joins the pair it belongs to.
void Round::take_over(Pair& pair, Side side, engine::RecordKey const& key) {
  absorb_counterpart(pair, side, key);
  for (auto& one : pairs_) {
    if (&one == &pair || one.link || !is_active(one) || key_of(one, side) != key) continue;
    if (!key_of(one, engine::other(side)).empty()) continue;
    std::ranges::move(one.tickets, std::back_inserter(pair.tickets));
    one.tickets.clear();
    closed_.insert(&one);
  }
}

engine::Status Round::load_stored(Pair& pair) {
  load_intents(pair);
  if (pair.link) {
    auto base = context_.store.base(pair.link->id);
    if (!base) return base.error();
    pair.base = std::move(*base);
    auto held = context_.store.held_of(pair.link->id);
    if (!held) return held.error();
    pair.held = std::move(*held);
  }
  auto const side = pair.app_key.empty() ? Side::crm : Side::app;
  auto const& key = side == Side::app ? pair.app_key : pair.crm_id;
  auto parked = context_.store.parked_of(run_.id, pair.link ? pair.link->id : 0, side, key);
  if (!parked) return parked.error();
  pair.parked = std::move(*parked);
  for (auto const one : {Side::app, Side::crm}) {
    auto const& one_key = key_of(pair, one);
    if (one_key.empty()) continue;
    auto rows = context_.store.errors_of(run_.id, one, one_key);
    if (!rows) return rows.error();
    std::ranges::move(*rows, std::back_inserter(pair.errors));
  }
  return {};
}

// Damage to what is stored of a record: nobody knows any more what was confirmed, and a guess would
// take an edit for the old value. The record waits in the inbox; its neighbours go on.
void Round::set_aside(Pair& pair, engine::Error const& error) {
  if (error.code != engine::Errc::corrupt) {
    fail_side(Side::app, error);
    return drop(pair, later(context_.tuning.wait_retry));
  }
  state::ErrorRow row;
  row.mapping = run_.id;
  row.record_side = pair.app_key.empty() ? Side::crm : Side::app;
  row.side = row.record_side;
  row.key = key_of(pair, row.record_side);
  row.link = pair.link ? pair.link->id : 0;
  row.code = error.code;
  row.op = error.op;
  row.detail = error.detail;
  row.hint = error.hint;
  row.first_at = row.at = context_.runtime.now();
  auto known = context_.store.errors_of(run_.id, row.record_side, row.key);
  if (known)
    for (auto const& old : *known)
      if (old.code == row.code) row.id = old.id, row.first_at = old.first_at;
  if (row.id == 0) row.id = context_.store.next_id();
  extra_.errors.push_back(std::move(row));
  pair.errors.clear();
  settle_quietly(pair);
}

// Operations of unknown fate that this pair can tell about. From before there was a link: an update
// belongs to the record that it writes, a create to the record that it copies; the other one may be
// somebody else's counterpart by now.
void Round::load_intents(Pair& pair) {
  pair.open_intents.clear();
  for (auto const& [op, intent] : run_.open_intents) {
    bool const by_link = pair.link && intent.link == pair.link->id;
    auto const owner = owner_of(intent);
    auto const& key = owner_key(intent);
    bool const moved_here = owner == Side::app && std::ranges::find(pair.app_keys_before, key) !=
                                                      pair.app_keys_before.end();
    // Its record is gone and the link went on to another one: nobody else can close it.
    bool const left_behind =
        pair.link && owner == Side::crm &&
        std::ranges::find(pair.link->crm_aliases, key) != pair.link->crm_aliases.end();
    bool const by_key = key_of(pair, owner) == key || moved_here || left_behind;
    if (by_link || (intent.link == 0 && by_key)) pair.open_intents.push_back(intent);
  }
}

bool Round::was_absorbed(Pair const& pair) {
  return pair.crm && pair.crm->presence == engine::Presence::present &&
         pair.crm->current_key != pair.crm_id;
}

// What was to be written to the counterpart before there was a link: it is known once that one is
// looked at.
void Round::look_at_intended(Pair const& pair) {
  for (auto const& [op, intent] : run_.open_intents) {
    auto const owner = owner_of(intent);
    auto const& other = owner == Side::app ? pair.crm_id : pair.app_key;
    auto const& named = owner == Side::app ? intent.crm_id : intent.app_key;
    auto const& own = owner == Side::app ? pair.app_key : pair.crm_id;
    if (intent.link != 0 || other.empty() || named != other || owner_key(intent) == own) continue;
    mark_again(owner, owner_key(intent));
  }
}

// A CRM record that was merged away before anybody was linked to it is nobody by itself: whoever
// absorbed it is looked at instead.
void Round::leave_absorbed_key(Pair& pair) {
  mark_again(Side::crm, pair.crm->current_key);
  extra_.match.push_back({run_.id, Side::crm, pair.crm_id, {}});
  settle_quietly(pair);
}

// A record that a CRM merge made continues the link of a record it absorbed: it is nobody new.
void Round::continue_absorbed() {
  for (auto& pair : pairs_) {
    if (!is_active(pair) || !pair.crm) continue;
    if (pair.link) look_at_absorbed(pair);
    if (pair.link || !pair.app_key.empty()) continue;
    if (was_absorbed(pair)) continue;
    for (auto const& former : pair.crm->former_keys) {
      auto link = context_.store.link_by_crm(run_.id, former);
      if (!link) {
        drop(pair, later(context_.tuning.wait_retry));
        break;
      }
      if (!*link || (*link)->state != LinkState::linked) continue;
      // Of a survivor that is gone as well only the one it took last is left: a link that went on
      // from there knows the others by its aliases.
      bool const gone = pair.crm->presence != engine::Presence::present;
      if (gone && (*link)->crm_id != former) continue;
      if (pair.link) {
        // A second linked record was absorbed as well: it is looked at by itself and parks.
        mark_again(Side::app, (*link)->app_key);
        continue;
      }
      continue_link(pair, std::move(**link));
      if (!is_active(pair)) break;
    }
  }
}

// What a search had shown of it did not say so: the next round follows the link.
bool Round::absorbed_a_linked_one(Pair const& pair) const {
  if (pair.link || !pair.app_key.empty() || !pair.crm ||
      pair.crm->presence != engine::Presence::present)
    return false;
  return std::ranges::any_of(pair.crm->former_keys, [&](engine::RecordKey const& former) {
    auto const link = context_.store.link_by_crm(run_.id, former);
    return !link || (*link && (*link)->state == LinkState::linked);
  });
}

// The pairs of records that this one absorbed: nothing else tells of them when no webhook came.
void Round::look_at_absorbed(Pair const& pair) {
  for (auto const& former : pair.crm->former_keys) {
    auto const link = context_.store.link_by_crm(run_.id, former);
    if (!link || !*link || (*link)->id == pair.link->id || (*link)->state != LinkState::linked)
      continue;
    auto const asked = context_.store.parked_of(run_.id, (*link)->id, Side::app, (*link)->app_key);
    bool const known = asked && std::ranges::any_of(*asked, [](state::ParkedRow const& row) {
                         return row.field.empty();
                       });
    if (!known) mark_again(Side::app, (*link)->app_key);
  }
}

void Round::mark_again(Side side, engine::RecordKey key) {
  state::IntakeRow row;
  row.mapping = run_.id;
  row.side = side;
  row.key = std::move(key);
  row.at = context_.runtime.now();
  extra_.intake.push_back(std::move(row));
}

void Round::continue_link(Pair& pair, state::LinkRow link) {
  for (auto& one : pairs_) {
    if (!one.link || one.link->id != link.id || !is_active(one)) continue;
    std::ranges::move(pair.tickets, std::back_inserter(one.tickets));
    pair.tickets.clear();
    closed_.insert(&pair);
    one.crm_id = pair.crm_id;
    one.crm = std::move(pair.crm);
    return;
  }
  if (!lock(link_lock(link.id))) return postpone(pair);
  pair.app_key = link.app_key;
  pair.external_id = link.external_id.empty() ? link.app_key : link.external_id;
  pair.link = std::move(link);
  auto const stored = load_stored(pair);
  absorb_counterpart(pair, Side::app, pair.app_key);
  if (!stored) set_aside(pair, stored.error());
}

}  // namespace crmsync::daemon
