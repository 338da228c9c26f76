// SPDX-License-Identifier: Apache-2.0
#include "tests/property/naive_parts.hpp"

namespace crmsync::naive {
namespace {

// -1: nothing known of edits, 0: untouched, 1: edited
int edits_of(PairInput const& p, MappingRules const& r, int survivor) {
  int state = 0;
  for (std::size_t i = 0; i < r.fields.size(); ++i) {
    auto const f = field_of(p, r, i, false);
    auto const against_us = survivor == 0 ? Direction::to_app : Direction::to_crm;
    if (f.rule->direction == against_us) continue;
    if (!f.based()) {
      bool const alone = f.in->asked || f.in->first_match;
      if (alone && f.v[survivor] && !is_blank(*f.v[survivor])) state = 1;
      continue;
    }
    if (f.plain(survivor))
      state = state == 1 ? 1 : -1;
    else if (f.moved(survivor))
      state = 1;
  }
  return state;
}

}  // namespace

PresenceAction presence_of(PairInput const& p, MappingRules const& r) {
  using A = PresenceAction;
  using P = Presence;
  auto const gone = [](P x) { return x == P::deleted; };
  auto const no = [](P x) { return x == P::deleted || x == P::none; };
  auto const mode = r.presence.create;
  bool const to_crm = mode == CreateMode::both || mode == CreateMode::app_to_crm;
  bool const to_app = mode == CreateMode::both || mode == CreateMode::crm_to_app;
  bool const unsure = p.app == P::unknown || p.crm == P::unknown;
  if (p.link == LinkState::dormant && gone(p.app) && gone(p.crm)) return A::bury;
  if (p.link != LinkState::none && p.link != LinkState::linked) return A::ignore;
  if (unsure) return A::wait;
  if (p.link == LinkState::none) {
    if (no(p.app) && no(p.crm)) return A::ignore;
    if (no(p.crm)) return to_crm ? A::create_crm : A::ignore;
    if (no(p.app)) return to_app ? A::create_app : A::ignore;
    return A::link;
  }
  if (p.app == P::none || p.crm == P::none) return A::wait;
  if (gone(p.app) && gone(p.crm)) return A::bury;
  if (!gone(p.app) && !gone(p.crm)) return A::merge;
  int const survivor = gone(p.app) ? 1 : 0;
  auto const rule = survivor == 1 ? r.presence.app_deleted : r.presence.crm_deleted;
  if (rule != DeleteRule::propagate) return rule == DeleteRule::ignore ? A::ignore : A::unlink;
  int const edits = edits_of(p, r, survivor);
  auto const versus = r.presence.versus_edit;
  auto const erase = survivor == 1 ? A::delete_crm : A::delete_app;
  if (edits == 0 || versus == VersusEdit::delete_wins) return erase;
  if (edits < 0) return A::wait;
  return versus == VersusEdit::ask ? A::park : survivor == 1 ? A::restore_app : A::restore_crm;
}

}  // namespace crmsync::naive
