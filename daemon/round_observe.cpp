// What both sides hold now.
// SPDX-License-Identifier: Apache-2.0
#include "daemon/round.hpp"
#include "engine/mutant.hpp"

#include <algorithm>
#include <utility>

namespace crmsync::daemon {

using connectors::FetchRequest;
using connectors::Task;
using engine::mutant;
using engine::Mutant;
using engine::Observation;
using engine::Presence;
using engine::Side;

namespace {

bool is_fresh(Observation const& seen, engine::Timestamp now, std::chrono::milliseconds age_max) {
  auto const age = std::chrono::microseconds(now.micros - seen.observed_at.micros);
  return age <= age_max;
}

// Known bugs of whoever reads.
void misread(Observation& seen) {
  bool const unread = seen.presence == Presence::unknown && mutant(Mutant::unread_is_deleted);
  bool const merged = seen.current_key != seen.key && mutant(Mutant::merge_is_delete);
  if (unread || merged) seen.presence = Presence::deleted;
  if (mutant(Mutant::merge_is_delete)) seen.former_keys.clear();
}

}  // namespace

// Poll pages carried some of the CRM records already; they serve until a write needs more.
void Round::take_payloads() {
  auto const now = context_.runtime.now();
  for (auto& pair : pairs_) {
    if (!is_active(pair) || pair.crm_id.empty() || pair.crm || !pair.open_intents.empty()) continue;
    // Whether a record came back is never decided by a source that lags.
    if (pair.link && pair.link->state != engine::LinkState::linked) continue;
    auto payload = run_.payloads.take({Side::crm, pair.crm_id});
    if (!payload) continue;
    if (payload->presence != Presence::present && !mutant(Mutant::hook_trusted)) continue;
    if (!is_fresh(*payload, now, context_.tuning.payload_age_max)) continue;
    // Older than what is confirmed: a lagging source; the record is read by id instead.
    bool const stale = pair.base && payload->version < pair.base->crm_version;
    if (stale && !mutant(Mutant::stale_read)) continue;
    pair.crm = std::move(*payload);
  }
}

// strong_only: read the CRM again by id where the plan needs it; otherwise whatever is missing.
Task<void> Round::observe(bool strong_only) {
  std::vector<Pair*> app, crm;
  for (auto& pair : pairs_) {
    if (!is_active(pair)) continue;
    if (!pair.app_key.empty() && !pair.app && !strong_only) app.push_back(&pair);
    if (pair.crm_id.empty()) continue;
    bool const again = strong_only && needs_strong_read(pair);
    if (!pair.crm || again) crm.push_back(&pair);
  }
  co_await fetch_side(Side::app, std::move(app));
  co_await fetch_side(Side::crm, std::move(crm));
}

Task<void> Round::fetch_side(Side side, std::vector<Pair*> pairs) {
  auto& one = run_.side(side);
  auto const stamped = run_.mapping.stamped_fields(side);
  std::size_t const chunk = std::max<std::size_t>(1, one.capabilities.fetch_batch_max);
  for (std::size_t begin = 0; begin < pairs.size(); begin += chunk) {
    auto const end = std::min(pairs.size(), begin + chunk);
    FetchRequest request;
    request.history_fields = stamped;
    for (auto i = begin; i < end; ++i) {
      request.keys.push_back(side == Side::app ? pairs[i]->app_key : pairs[i]->crm_id);
      // Recovery tells our own write from others by the field's history.
      for (auto const& intent : pairs[i]->open_intents) {
        if (intent.side != side) continue;
        auto const& names = intent.sent.empty() ? intent.consumed : intent.sent;
        for (auto const& [name, value] : names) request.history_fields.push_back(name);
      }
    }
    std::ranges::sort(request.history_fields);
    auto const twice = std::unique(request.history_fields.begin(), request.history_fields.end());
    request.history_fields.erase(twice, request.history_fields.end());
    request.with_history = one.capabilities.history && !request.history_fields.empty();
    auto const asked = request.keys;
    auto answer = co_await one.endpoint->fetch(std::move(request));
    if (answer && answer->size() != asked.size()) {
      answer = engine::make_error(engine::Errc::internal, "read", "the answer has another size");
    }
    if (!answer) {
      fail_side(side, answer.error());
      for (auto i = begin; i < end; ++i) {
        auto const& error = answer.error();
        drop(*pairs[i], backoff(pairs[i]->tickets.empty() ? 0 : pairs[i]->tickets.front().attempts,
                                error.retry_after_ms));
      }
      continue;
    }
    one.trouble.reset();
    for (auto i = begin; i < end; ++i) {
      auto& slot = side == Side::app ? pairs[i]->app : pairs[i]->crm;
      slot = std::move((*answer)[i - begin]);
      misread(*slot);
    }
  }
}

// Before a create is sent, every earlier one under the same name was found not to have happened:
// what bears the name now was made by the last.
bool Round::came_to_nothing(Pair const& pair, state::IntentRow const& create) {
  auto const name = [](state::IntentRow const& one) {
    return one.side == Side::crm ? one.external_id : one.crm_id;
  };
  return std::ranges::any_of(pair.open_intents, [&](state::IntentRow const& later) {
    return later.kind == state::IntentKind::create && later.op_id > create.op_id &&
           later.side == create.side && name(later) == name(create);
  });
}

// A create whose answer never came is looked up by its unique key, never by search.
Task<void> Round::look_up_creates() {
  for (auto& pair : pairs_)
    for (std::size_t i = 0; i < pair.open_intents.size() && is_active(pair); ++i) {
      auto const intent = pair.open_intents[i];
      if (intent.kind != state::IntentKind::create || pair.creates_made.contains(intent.op_id))
        continue;
      if (came_to_nothing(pair, intent))
        pair.creates_made[intent.op_id] = {};
      else if (co_await look_up_create(pair, intent))
        break;
    }
}

// True: the pair has its record now, or leaves the round.
Task<bool> Round::look_up_create(Pair& pair, state::IntentRow intent) {
  auto const side = intent.side;
  connectors::Operation operation;
  operation.op_id = intent.op_id;
  operation.kind = connectors::OperationKind::create;
  operation.external_id = intent.external_id;
  operation.counterpart = intent.crm_id;
  operation.fields = intent.sent;
  auto found = co_await run_.side(side).endpoint->lookup_created(std::move(operation));
  if (!found) fail_side(side, found.error());
  if (!found || found->presence == Presence::unknown) {
    drop(pair, later(context_.tuning.wait_retry));
    co_return true;
  }
  if (mutant(Mutant::create_searched) && side == Side::crm &&
      context_.store.match(run_.id, side, 0, intent.external_id, 1)->empty())
    found->presence = Presence::none;
  bool const made = found->presence == Presence::present;
  pair.creates_made[intent.op_id] = made ? found->current_key : engine::RecordKey();
  if (!made) co_return false;
  // Matched or linked in another way by now: the record it has stays its own, unless that one is
  // gone and this create brought it back.
  bool const same_key =
      side == Side::crm ? intent.crm_id == pair.crm_id : intent.app_key == pair.app_key;
  bool const back = pair.link ? intent.link == pair.link->id : same_key;
  bool const has_one = !key_of(pair, side).empty() && !back;
  bool const matched = side == Side::crm && pair.crm_id == found->current_key;
  if (side == Side::crm && (!has_one || matched) && row_was_replaced(pair, intent)) {
    co_await retire_created(pair, std::move(intent), std::move(*found));
    co_return true;
  }
  if (has_one) co_return false;
  if (side == Side::crm) pair.external_id = intent.external_id;
  co_return take_created(pair, side, std::move(*found));
}

// What an earlier create made is the pair's record on that side. False: somebody works on it, or
// it is known already.
bool Round::take_created(Pair& pair, Side side, Observation found) {
  if (pair.link && found.current_key == (side == Side::app ? pair.app_key : pair.crm_id))
    return false;
  // It may have been linked since, for instance by a merge into somebody's record.
  auto const holder = side == Side::app ? context_.store.link_by_app(run_.id, found.current_key)
                                        : context_.store.link_by_crm(run_.id, found.current_key);
  if (!holder) {
    drop(pair, later(context_.tuning.wait_retry));
    return false;
  }
  if (*holder && !(pair.link && (*holder)->id == pair.link->id)) {
    if (side != Side::crm) return false;
    if (pair.link)  // a create that brought its record back; the next one would find it again
      park_taken(pair, side, **holder, "the contact made for it was merged into another's");
    else
      park_merged_away(pair, found.current_key);
    return !is_active(pair);
  }
  // Or it found its counterpart in this round, from its own end.
  bool const claimed = std::ranges::any_of(pairs_, [&](Pair& one) {
    return &one != &pair && is_active(one) && key_of(one, side) == found.current_key &&
           !key_of(one, engine::other(side)).empty();
  });
  if (claimed) {
    postpone(pair);
    return false;
  }
  // Its own dirty mark may be under way in another round, as a record that nobody knows.
  if (!lock(record_lock(side, found.current_key))) {
    postpone(pair);
    return false;
  }
  auto const key = found.current_key;
  if (side == Side::crm) {
    pair.crm_id = key;
    pair.crm.reset();  // read with its history, which tells what the create wrote
  } else {
    auto const left = std::exchange(pair.app_key, key);
    if (!pair.link && left.empty())
      static_cast<void>(name_in_crm(pair));  // unnamed: the next restore names it
    else if (!pair.link)
      pair.app_keys_before.push_back(left);  // the contact keeps its name for the row that went
    pair.app = std::move(found);
  }
  if (pair.link) {  // the create brought a record back: what was confirmed was the old one's
    pair.link->state = engine::LinkState::linked;
    if (side == Side::app) pair.link->app_gone_at.reset();
    pair.base.emplace();
  }
  pair.link_is_new = true;
  linked_by_[&pair] = kByEarlierCreate;
  take_over(pair, side, key);
  load_intents(pair);  // what was begun from its other end is looked up next
  return true;
}

// Two pairs cannot have the same record: a person says whose it is.
void Round::park_taken(Pair& pair, Side side, state::LinkRow const& holder, std::string reason) {
  bool const known = std::ranges::any_of(
      pair.parked, [](state::ParkedRow const& row) { return row.field.empty(); });
  if (!known) {
    state::ParkedRow row;
    row.id = context_.store.next_id();
    row.mapping = run_.id;
    row.link = pair.link->id;
    row.side = side;
    row.key = pair.app_key;
    row.reason = std::move(reason);
    row.candidates = {side == Side::crm ? holder.app_key : holder.crm_id};
    row.at = context_.runtime.now();
    extra_.parked.push_back(std::move(row));
  }
  settle_quietly(pair);
}

// A merged or re-keyed record answers under its new key; the link follows unless that key is
// somebody else's already.
void Round::follow_keys(Pair& pair) {
  if (!pair.link && !pair.link_is_new) return;
  auto const own = pair.link ? pair.link->id : 0;
  for (auto const side : {Side::app, Side::crm}) {
    auto const* seen = pair.seen(side);
    if (seen == nullptr || seen->presence != Presence::present) continue;
    auto& key = side == Side::app ? pair.app_key : pair.crm_id;
    if (seen->current_key.empty() || seen->current_key == key) continue;
    auto other = side == Side::app ? context_.store.link_by_app(run_.id, seen->current_key)
                                   : context_.store.link_by_crm(run_.id, seen->current_key);
    if (!other) return drop(pair, later(context_.tuning.wait_retry));
    if (*other && (*other)->id != own && (*other)->state == engine::LinkState::linked &&
        !mutant(Mutant::survivor_shared)) {
      if (!pair.link) return park_merged_away(pair, seen->current_key);
      return park_taken(pair, side, **other,
                        "its record was merged into one that another record is linked to");
    }
    // Two pairs of one round may be led to the same record: the second waits, and then meets the
    // first one's link.
    bool const claimed = std::ranges::any_of(pairs_, [&](Pair const& one) {
      return &one != &pair && (side == Side::app ? one.app_key : one.crm_id) == seen->current_key;
    });
    if (claimed || !lock(record_lock(side, seen->current_key))) return postpone(pair);
    key = seen->current_key;
  }
}

}  // namespace crmsync::daemon
