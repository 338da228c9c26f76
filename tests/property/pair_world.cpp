// SPDX-License-Identifier: Apache-2.0
#include "tests/property/pair_world.hpp"

#include <utility>

namespace crmsync::property {

using namespace engine;

namespace {

// Both bases move together, and with them everything that was open about the field ends.
void settle(FieldInput& in) {
  in.base = {in.app, in.crm};
  in.status = BaseStatus::settled;
  in.owed.reset();
  in.answer.reset();
  in.after_crash = false;
  in.app_lost_data = in.crm_lost_data = false;
}

void apply_field(FieldInput& in, FieldPlan const& plan) {
  bool const to_app =
      plan.action == FieldAction::write_app || plan.action == FieldAction::write_both;
  bool const to_crm =
      plan.action == FieldAction::write_crm || plan.action == FieldAction::write_both;
  if (to_app) in.app = plan.value;
  if (to_crm) in.crm = plan.value;
  if (to_app) in.app_problem.clear();
  if (to_crm) in.crm_problem.clear();
  if (to_app || to_crm || plan.action == FieldAction::settle) settle(in);
}

// A record that was just made holds what it was given and nothing else; what the base knew of an
// earlier one is void.
void fill_new_record(Case& one, PairPlan const& plan, Side side) {
  for (std::size_t i = 0; i < plan.fields.size(); ++i) {
    auto& in = one.input.fields[i];
    (side == Side::app ? in.app : in.crm) = Value(Null{});
    (side == Side::app ? in.app_problem : in.crm_problem).clear();
    in.base = {};
    in.status = BaseStatus::unadopted;
    in.owed.reset();
    in.answer.reset();
    apply_field(in, plan.fields[i]);
    if (in.app && in.crm) settle(in);
  }
  (side == Side::app ? one.input.app : one.input.crm) = Presence::present;
  one.input.link = LinkState::linked;
  one.input.link_is_new = true;
}

template <class T>
void swap_sides(T& app, T& crm) {
  std::swap(app, crm);
}

void swap_kind(PolicyKind& kind) {
  switch (kind) {
    case PolicyKind::app:
      kind = PolicyKind::crm;
      return;
    case PolicyKind::crm:
      kind = PolicyKind::app;
      return;
    case PolicyKind::app_unless_blank:
      kind = PolicyKind::crm_unless_blank;
      return;
    case PolicyKind::crm_unless_blank:
      kind = PolicyKind::app_unless_blank;
      return;
    case PolicyKind::fill_blank:
    case PolicyKind::newest:
    case PolicyKind::oldest:
    case PolicyKind::max:
    case PolicyKind::min:
    case PolicyKind::sum_deltas:
    case PolicyKind::union_:
    case PolicyKind::intersection:
    case PolicyKind::merge_set:
    case PolicyKind::furthest:
    case PolicyKind::longest:
    case PolicyKind::ask:
      return;
  }
}

void swap_field(FieldInput& in) {
  swap_sides(in.app, in.crm);
  swap_sides(in.base.app, in.base.crm);
  swap_sides(in.app_problem, in.crm_problem);
  swap_sides(in.app_changed, in.crm_changed);
  swap_sides(in.app_lost_data, in.crm_lost_data);
  if (!in.owed) return;
  swap_sides(in.owed->base.app, in.owed->base.crm);
  swap_sides(in.owed->consumed_app, in.owed->consumed_crm);
  swap_sides(in.owed->owed_app, in.owed->owed_crm);
}

void swap_rule(FieldRule& rule) {
  if (rule.direction != Direction::both)
    rule.direction = rule.direction == Direction::to_crm ? Direction::to_app : Direction::to_crm;
  for (auto& policy : rule.chain) swap_kind(policy.kind);
}

PresenceAction swapped_action(PresenceAction action) {
  static constexpr std::pair<PresenceAction, PresenceAction> kPairs[] = {
      {PresenceAction::create_app, PresenceAction::create_crm},
      {PresenceAction::delete_app, PresenceAction::delete_crm},
      {PresenceAction::restore_app, PresenceAction::restore_crm}};
  for (auto const& [app, crm] : kPairs) {
    if (action == app) return crm;
    if (action == crm) return app;
  }
  return action;
}

}  // namespace

Case after(Case const& one, PairPlan const& plan) {
  auto next = one;
  switch (plan.presence) {
    case PresenceAction::link:
      next.input.link = LinkState::linked;
      next.input.link_is_new = true;
      [[fallthrough]];
    case PresenceAction::merge:
      for (std::size_t i = 0; i < plan.fields.size(); ++i)
        apply_field(next.input.fields[i], plan.fields[i]);
      break;
    case PresenceAction::create_app:
    case PresenceAction::restore_app:
      fill_new_record(next, plan, Side::app);
      break;
    case PresenceAction::create_crm:
    case PresenceAction::restore_crm:
      fill_new_record(next, plan, Side::crm);
      break;
    case PresenceAction::delete_app:
      next.input.app = Presence::deleted;
      break;
    case PresenceAction::delete_crm:
      next.input.crm = Presence::deleted;
      break;
    case PresenceAction::bury:
      next.input.link = LinkState::tombstone;
      break;
    case PresenceAction::unlink:
      next.input.link = LinkState::detached;
      break;
    case PresenceAction::wait:
    case PresenceAction::ignore:
    case PresenceAction::park:
      break;
  }
  return next;
}

Case swapped(Case const& one) {
  auto out = one;
  swap_sides(out.input.app, out.input.crm);
  for (auto& in : out.input.fields) swap_field(in);
  for (auto& rule : out.rules.fields) swap_rule(rule);
  auto& presence = out.rules.presence;
  swap_sides(presence.app_deleted, presence.crm_deleted);
  if (presence.create == CreateMode::app_to_crm)
    presence.create = CreateMode::crm_to_app;
  else if (presence.create == CreateMode::crm_to_app)
    presence.create = CreateMode::app_to_crm;
  if (out.rules.initial == InitialPrefer::app)
    out.rules.initial = InitialPrefer::crm;
  else if (out.rules.initial == InitialPrefer::crm)
    out.rules.initial = InitialPrefer::app;
  return out;
}

PairPlan swapped(PairPlan const& plan) {
  auto out = plan;
  out.presence = swapped_action(plan.presence);
  for (auto& field : out.fields) {
    if (field.action == FieldAction::write_app)
      field.action = FieldAction::write_crm;
    else if (field.action == FieldAction::write_crm)
      field.action = FieldAction::write_app;
    if (field.merge == MergeKind::app_changed)
      field.merge = MergeKind::crm_changed;
    else if (field.merge == MergeKind::crm_changed)
      field.merge = MergeKind::app_changed;
  }
  return out;
}

}  // namespace crmsync::property
