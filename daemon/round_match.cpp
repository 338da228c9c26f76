// Which unlinked records belong together.
// SPDX-License-Identifier: Apache-2.0
#include "daemon/round.hpp"
#include "daemon/store_access.hpp"

#include <algorithm>
#include <utility>

namespace crmsync::daemon {

using connectors::Task;
using engine::Presence;
using engine::Side;

namespace {

constexpr std::size_t kCandidatesShown = 5;
constexpr std::string_view kByCrm = "the CRM's own duplicate check";
constexpr std::string_view kByPerson = "a person's choice";
constexpr std::string_view kMergedAway =
    "the contact made for it was merged into one that another record is linked to";

}  // namespace

// Every unlinked record of this round goes into the index before anybody is looked up, so that two
// records which arrive together find each other.
Task<bool> Round::index_unlinked() {
  state::Commit index;
  for (auto& pair : pairs_) {
    if (!pair.link && is_active(pair)) note_match_values(pair, index);
  }
  if (index.match.empty()) co_return true;
  auto status = co_await commit(context_.store, std::move(index));
  if (status) co_return true;
  fail_side(Side::app, status.error());
  for (auto& pair : pairs_)
    if (!pair.link && is_active(pair)) drop(pair, later(context_.tuning.wait_retry));
  co_return false;
}

void Round::note_match_values(Pair const& pair, state::Commit& index) const {
  for (auto const side : {Side::app, Side::crm}) {
    auto const* seen = pair.seen(side);
    if (seen == nullptr || seen->presence == Presence::unknown) continue;
    state::MatchUpdate update{run_.id, side, seen->key, {}};
    if (seen->presence == Presence::present && seen->current_key == seen->key)
      update.values = run_.match_values(side, *seen, pair.external_id);
    index.match.push_back(std::move(update));
  }
}

Task<void> Round::identify() {
  if (!co_await index_unlinked()) co_return;
  for (auto const side : {Side::app, Side::crm}) {
    for (auto& pair : pairs_) {
      if (pair.link || !is_active(pair) || !pair.app_key.empty() == (side == Side::crm)) continue;
      if (!pair.app_key.empty() && !pair.crm_id.empty()) continue;  // already has both
      auto const presence = pair.presence(side);
      if (side == Side::crm && presence == Presence::present && was_absorbed(pair)) {
        leave_absorbed_key(pair);
      } else if (presence == Presence::deleted || presence == Presence::none) {
        close_question(pair, side);
        settle_quietly(pair);
      } else if (presence == Presence::unknown) {
        drop(pair, later(context_.tuning.wait_retry));
      } else if (!is_linked_by_now(pair, side)) {
        find_counterpart(pair, side);
      }
    }
  }
}

// Another round may have made this very record a moment ago and committed its link since this round
// looked: taken for a newcomer it would be created a second time on the other side.
bool Round::is_linked_by_now(Pair& pair, Side side) {
  auto const& key = key_of(pair, side);
  auto const link = side == Side::app ? context_.store.link_by_app(run_.id, key)
                                      : context_.store.link_by_crm(run_.id, key);
  if (link && !*link) return false;
  if (link) extra_.match.push_back({run_.id, side, key, {}});  // index_unlinked() put it back
  postpone(pair);
  return true;
}

// The same before that link is committed. A contact that we make bears our name for it; nothing in
// a row names the contact that it was made for.
bool Round::may_be_made_by_us(Side side, std::string const& external_id) const {
  bool const named = side == Side::crm && !run_.mapping.crm.external_id.empty();
  return std::ranges::any_of(run_.open_intents, [&](auto const& item) {
    auto const& intent = item.second;
    return intent.kind == state::IntentKind::create && intent.side == side &&
           (!named || intent.external_id == external_id);
  });
}

// A create would find that contact again by our name for the row, and write into it.
void Round::park_merged_away(Pair& pair, engine::RecordKey const& contact) {
  if (!is_merged_away(pair)) {
    state::ParkedRow row;
    row.id = context_.store.next_id();
    row.mapping = run_.id;
    row.key = pair.app_key;
    row.reason = kMergedAway;
    row.rule = run_.mapping.file;
    row.candidates = {contact};
    row.at = context_.runtime.now();
    extra_.parked.push_back(std::move(row));
    ++run_.counters.parked;
  }
  settle_quietly(pair);
}

bool Round::is_merged_away(Pair const& pair) const {
  return std::ranges::any_of(pair.parked, [&](state::ParkedRow const& row) {
    if (row.reason != kMergedAway || row.candidates.empty()) return false;
    auto const link = context_.store.link_by_crm(run_.id, row.candidates.front());
    return !link || (*link && (*link)->state != engine::LinkState::tombstone);
  });
}

// Who is linked is nobody's candidate, whatever the index still says: it may have been put back by
// a round that looked before.
void Round::leave_out_linked(Side side, std::vector<engine::RecordKey>& keys) {
  std::erase_if(keys, [&](engine::RecordKey const& key) {
    auto const link = side == Side::app ? context_.store.link_by_app(run_.id, key)
                                        : context_.store.link_by_crm(run_.id, key);
    bool const linked = link && *link;
    if (linked) extra_.match.push_back({run_.id, side, key, {}});
    return linked;
  });
}

void Round::find_counterpart(Pair& pair, Side side) {
  auto const other = engine::other(side);
  auto const& seen = *pair.seen(side);
  if (side == Side::app) {
    auto const named = run_.named_match.find(seen.key);
    if (named != run_.named_match.end()) {
      auto const [candidate, by_person] = named->second;
      run_.named_match.erase(named);
      adopt_candidate(pair, side, candidate, std::string(by_person ? kByPerson : kByCrm));
      return;
    }
  }
  if (is_merged_away(pair)) return settle_quietly(pair);
  auto const values = run_.match_values(side, seen, pair.external_id);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i].empty()) continue;
    auto found = context_.store.match(run_.id, other, i, values[i], kCandidatesShown);
    auto same = context_.store.match(run_.id, side, i, values[i], kCandidatesShown);
    if (!found || !same) return drop(pair, later(context_.tuning.wait_retry));
    leave_out_linked(other, *found);
    leave_out_linked(side, *same);
    if (found->empty()) continue;
    std::string const how = i == 0 ? "external id" : run_.mapping.match[i - 1].app;
    if (found->size() == 1 && same->size() <= 1) {
      adopt_candidate(pair, side, found->front(), how);
    } else {
      park_ambiguous(pair, side, std::move(*found), how);
    }
    return;
  }
  // Asked after the index: who left it because of a new link is found here.
  if (may_be_made_by_us(side, values.front())) return stand_back(pair);
  if (is_linked_by_now(pair, side)) return;
  // Absence of a candidate is evidence only once both sides were read completely.
  bool const complete = run_.snapshots_complete();
  (side == Side::app ? pair.crm_none : pair.app_none) = complete;
  close_question(pair, side);
  if (!complete) drop(pair, later(context_.tuning.wait_retry));
}

bool Round::adopt_candidate(Pair& pair, Side side, engine::RecordKey const& candidate,
                            std::string how) {
  auto const other = engine::other(side);
  for (auto& one : pairs_) {  // its own dirty mark may be in this round
    if (&one == &pair || one.link || !is_active(one) || key_of(one, other) != candidate) continue;
    if (!key_of(one, side).empty()) {  // it belongs to somebody else by now
      postpone(pair);
      return false;
    }
    std::ranges::move(one.tickets, std::back_inserter(pair.tickets));
    std::ranges::move(one.errors, std::back_inserter(pair.errors));
    close_question(one, other);
    one.tickets.clear();
    closed_.insert(&one);
    (other == Side::app ? pair.app : pair.crm) = std::move(other == Side::app ? one.app : one.crm);
    key_of(pair, other) = candidate;
    load_intents(pair);
    if (other == Side::app) pair.external_id = one.external_id;
    linked_by_[&pair] = std::move(how);
    pair.link_is_new = true;
    close_question(pair, side);
    return true;
  }
  if (!lock(record_lock(other, candidate))) {
    postpone(pair);
    return false;
  }
  key_of(pair, other) = candidate;
  if (other == Side::app && !name_in_crm(pair)) {
    drop(pair, later(context_.tuning.wait_retry));
    return false;
  }
  absorb_counterpart(pair, other, candidate);
  load_intents(pair);
  linked_by_[&pair] = std::move(how);
  pair.link_is_new = true;
  close_question(pair, side);
  // What stood open about the candidate alone is this pair's by now.
  auto asked = context_.store.parked_of(run_.id, 0, other, candidate);
  auto failed = context_.store.errors_of(run_.id, other, candidate);
  if (asked) close_rows(*asked, other);
  if (failed) std::ranges::move(*failed, std::back_inserter(pair.errors));
  return true;
}

// An unlinked record is no longer ambiguous: it found its counterpart, has none, or is gone.
void Round::close_question(Pair& pair, Side side) {
  close_rows(pair.parked, side);
}

void Round::close_rows(std::vector<state::ParkedRow> const& rows, Side side) {
  for (auto const& parked : rows) {
    extra_.parked_done.push_back(parked.id);
    // Whoever was a candidate may have one fewer to choose from.
    for (auto const& candidate : parked.candidates) mark_again(engine::other(side), candidate);
  }
}

// Never guess: the record waits for a person, with the candidates shown.
void Round::park_ambiguous(Pair& pair, Side side, std::vector<engine::RecordKey> candidates,
                           std::string const& by) {
  auto const known = std::ranges::any_of(
      pair.parked, [&](state::ParkedRow const& row) { return row.candidates == candidates; });
  if (!known) {
    state::ParkedRow row;
    row.id = pair.parked.empty() ? context_.store.next_id() : pair.parked.front().id;
    row.mapping = run_.id;
    row.side = side;
    row.key = key_of(pair, side);
    row.reason = "more than one record matches by " + by;
    row.rule = run_.mapping.file;
    row.candidates = std::move(candidates);
    row.at = context_.runtime.now();
    extra_.parked.push_back(std::move(row));
    ++run_.counters.parked;
  }
  settle_quietly(pair);
}

// The index said they match; what was read decides.
bool Round::verify_match(Pair& pair) {
  auto const* app = pair.seen(Side::app);
  auto const* crm = pair.seen(Side::crm);
  if (app == nullptr || crm == nullptr || app->presence != Presence::present ||
      crm->presence != Presence::present)
    return false;
  if (was_absorbed(pair)) {  // the candidate is somebody else by now: that one is looked at
    mark_again(Side::crm, crm->current_key);
    return false;
  }
  if (linked_by_[&pair] == kByCrm || linked_by_[&pair] == kByPerson) return true;
  auto const a = run_.match_values(Side::app, *app, pair.external_id);
  auto const c = run_.match_values(Side::crm, *crm, {});
  for (std::size_t i = 0; i < a.size(); ++i)
    if (!a[i].empty() && a[i] == c[i]) return true;
  return false;
}

}  // namespace crmsync::daemon
