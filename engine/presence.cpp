// SPDX-License-Identifier: Apache-2.0
#include "engine/presence.hpp"

namespace crmsync::engine {

namespace {

struct Row {
  PresenceAction action;
  std::string_view name;
};
constexpr Row kActions[] = {
    {PresenceAction::wait, "wait"},
    {PresenceAction::ignore, "ignore"},
    {PresenceAction::link, "link"},
    {PresenceAction::merge, "merge"},
    {PresenceAction::create_app, "create_app"},
    {PresenceAction::create_crm, "create_crm"},
    {PresenceAction::delete_app, "delete_app"},
    {PresenceAction::delete_crm, "delete_crm"},
    {PresenceAction::restore_app, "restore_app"},
    {PresenceAction::restore_crm, "restore_crm"},
    {PresenceAction::bury, "bury"},
    {PresenceAction::unlink, "unlink"},
    {PresenceAction::park, "park"},
};

// A deleted candidate is no candidate: it was never linked to anything here.
bool is_absent(Presence presence) {
  return presence == Presence::none || presence == Presence::deleted;
}

PresenceAction decide_unlinked(PresenceInput const& input, CreateMode create) {
  if (input.app == Presence::unknown || input.crm == Presence::unknown) return PresenceAction::wait;
  if (is_absent(input.app) && is_absent(input.crm)) return PresenceAction::ignore;
  if (is_absent(input.crm)) {
    bool const allowed = create == CreateMode::app_to_crm || create == CreateMode::both;
    return allowed ? PresenceAction::create_crm : PresenceAction::ignore;
  }
  if (is_absent(input.app)) {
    bool const allowed = create == CreateMode::crm_to_app || create == CreateMode::both;
    return allowed ? PresenceAction::create_app : PresenceAction::ignore;
  }
  return PresenceAction::link;
}

PresenceAction decide_survivor(Side survivor, bool edited, DeleteRule rule, VersusEdit versus) {
  bool const app_survives = survivor == Side::app;
  auto const erase = app_survives ? PresenceAction::delete_app : PresenceAction::delete_crm;
  auto const restore = app_survives ? PresenceAction::restore_crm : PresenceAction::restore_app;
  switch (rule) {
    case DeleteRule::ignore:
      return PresenceAction::ignore;
    case DeleteRule::unlink:
      return PresenceAction::unlink;
    case DeleteRule::propagate:
      break;
  }
  if (!edited) return erase;
  switch (versus) {
    case VersusEdit::edit_wins:
      return restore;
    case VersusEdit::delete_wins:
      return erase;
    case VersusEdit::ask:
      return PresenceAction::park;
  }
  return PresenceAction::park;
}

PresenceAction decide_linked(PresenceInput const& input, PresenceRules const& rules) {
  bool const app_known = input.app == Presence::present || input.app == Presence::deleted;
  bool const crm_known = input.crm == Presence::present || input.crm == Presence::deleted;
  if (!app_known || !crm_known) return PresenceAction::wait;
  bool const app_gone = input.app == Presence::deleted;
  bool const crm_gone = input.crm == Presence::deleted;
  if (app_gone && crm_gone) return PresenceAction::bury;
  if (app_gone)
    return decide_survivor(Side::crm, input.crm_edited, rules.app_deleted, rules.versus_edit);
  if (crm_gone)
    return decide_survivor(Side::app, input.app_edited, rules.crm_deleted, rules.versus_edit);
  return PresenceAction::merge;
}

}  // namespace

std::string_view to_string(PresenceAction action) noexcept {
  for (auto const& row : kActions)
    if (row.action == action) return row.name;
  return "wait";
}

PresenceAction decide_presence(PresenceInput const& input, PresenceRules const& rules) {
  switch (input.link) {
    case LinkState::none:
      return decide_unlinked(input, rules.create);
    case LinkState::linked:
      return decide_linked(input, rules);
    case LinkState::dormant:
      // Nothing flows while the record is out of scope, but an end is an end.
      return input.app == Presence::deleted && input.crm == Presence::deleted
                 ? PresenceAction::bury
                 : PresenceAction::ignore;
    case LinkState::detached:
    case LinkState::tombstone:
      return PresenceAction::ignore;
  }
  return PresenceAction::wait;
}

}  // namespace crmsync::engine
