// SPDX-License-Identifier: Apache-2.0
#include "daemon/outcome_links.hpp"

#include "daemon/outcome_fields.hpp"
#include "daemon/reused_key.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace crmsync::daemon {

using engine::LinkState;
using engine::Presence;
using engine::Side;
using state::HistoryKind;

namespace {

void look_again_at(OutcomeContext const& context, engine::RecordKey const& app_key,
                   state::Commit& out) {
  state::IntakeRow row;
  row.sequence = context.next_sequence();
  row.mapping = context.work.mapping_id;
  row.side = Side::app;
  row.key = app_key;
  row.at = context.work.now;
  out.intake.push_back(std::move(row));
}

}  // namespace

void reserve_name(OutcomeContext const& context, engine::RecordKey const& left,
                  std::string const& external_id, state::Commit& out) {
  auto key = left;
  if (!is_retired(left)) {
    auto const n = use_of(left, external_id);
    if (!n) return;
    key = retired_key(left, *n);
    if (context.has_app_key(key)) return;
  }
  state::LinkRow taken;
  taken.id = context.next_link_id();
  taken.mapping = context.work.mapping_id;
  taken.state = LinkState::tombstone;
  taken.app_key = std::move(key);
  taken.external_id = external_id;
  taken.created_at = taken.changed_at = context.work.now;
  out.links.push_back(std::move(taken));
}

void ensure_link(OutcomeContext const& context, Pair& pair) {
  if (pair.link) return;
  state::LinkRow link;
  link.id = context.next_link_id();
  link.mapping = context.work.mapping_id;
  link.app_key = pair.app_key;
  link.crm_id = pair.crm_id;
  link.external_id = pair.external_id;
  link.created_at = context.work.now;
  pair.link = std::move(link);
}

void put_link(OutcomeContext const& context, Pair& pair, state::Commit& out) {
  pair.link->changed_at = context.work.now;
  std::ranges::move(pair.yielding, std::back_inserter(out.links));
  pair.yielding.clear();
  out.links.push_back(*pair.link);
  for (auto const side : {Side::app, Side::crm}) {
    auto const& key = side == Side::app ? pair.link->app_key : pair.link->crm_id;
    if (!key.empty()) out.match.push_back({context.work.mapping_id, side, key, {}});
  }
}

void rekey(OutcomeContext const& context, Pair& pair, state::Commit& out) {
  auto& link = *pair.link;
  auto row = history_row(context, pair, HistoryKind::rekeyed);
  if (link.crm_id != pair.crm_id) {
    row.kind = HistoryKind::merged;
    row.note = "CRM record " + link.crm_id + " is now " + pair.crm_id;
    if (!link.crm_id.empty()) link.crm_aliases.push_back(link.crm_id);
    link.crm_id = pair.crm_id;
  }
  if (link.app_key != pair.app_key) {
    row.note = "app row " + link.app_key + " is now " + pair.app_key;
    look_again_at(context, link.app_key, out);  // another record may have got the old key
    auto const left = std::exchange(link.app_key, pair.app_key);
    out.links.push_back(link);  // gone from there before anybody else takes the key
    reserve_name(context, left, link.external_id, out);
  }
  out.history.push_back(std::move(row));
}

// The marks that told of the new key go; the link has to know it also when nothing else happens. A
// detached one too: under its new key the row would be somebody new.
bool follow_moved_key(OutcomeContext const& context, Pair& pair, state::Commit& out) {
  if (!pair.link || pair.link->state == LinkState::tombstone || pair.app_key.empty()) return false;
  if (pair.link->app_key == pair.app_key && pair.link->crm_id == pair.crm_id) return false;
  rekey(context, pair, out);
  put_link(context, pair, out);
  return true;
}

void note_app_gone(OutcomeContext const& context, Pair const& pair, state::Commit& out) {
  if (!pair.link || pair.link->state != LinkState::linked) return;
  auto const presence = pair.presence(Side::app);
  bool const restored = pair.plan.presence == engine::PresenceAction::restore_app;
  bool const gone = presence == Presence::deleted && !restored;
  bool const back =
      presence == Presence::present && pair.plan.presence == engine::PresenceAction::merge;
  if ((!gone && !back) || gone == pair.link->app_gone_at.has_value()) return;
  auto link = *pair.link;
  if (gone)
    link.app_gone_at = context.work.now;
  else
    link.app_gone_at.reset();
  std::erase_if(out.links, [&](state::LinkRow const& row) { return row.id == link.id; });
  out.links.push_back(std::move(link));
}

}  // namespace crmsync::daemon
