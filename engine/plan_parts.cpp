// SPDX-License-Identifier: Apache-2.0
#include "engine/plan_parts.hpp"

#include "engine/mutant.hpp"

#include <utility>

namespace crmsync::engine::planning {

namespace {

// A written blank that takes a value away. What cannot be read counts as a value.
bool clears(FieldInput const& in, Side written, Value const& value) {
  if (!is_blank(value)) return false;
  auto const& held = value_of(in, written);
  return !held || !is_blank(*held);
}

}  // namespace

FieldValue const& value_of(FieldInput const& in, Side side) {
  return side == Side::app ? in.app : in.crm;
}

FieldValue const& base_of(FieldBase const& base, Side side) {
  return side == Side::app ? base.app : base.crm;
}

std::string const& problem_of(FieldInput const& in, Side side) {
  return side == Side::app ? in.app_problem : in.crm_problem;
}

bool lost_data(FieldInput const& in, Side side) {
  return side == Side::app ? in.app_lost_data : in.crm_lost_data;
}

bool is_plainly_unknown(FieldInput const& in, Side side) {
  return !value_of(in, side) && problem_of(in, side).empty();
}

bool is_adopted(FieldInput const& in) {
  return in.status != BaseStatus::unadopted && in.base.app && in.base.crm;
}

bool is_owed(FieldInput const& in) {
  return in.status == BaseStatus::owed && in.owed;
}

bool flows_from(FieldRule const& rule, Side side) {
  switch (rule.direction) {
    case Direction::both:
      return true;
    case Direction::to_crm:
      return side == Side::app;
    case Direction::to_app:
      return side == Side::crm;
  }
  return false;
}

bool is_same(FieldRule const& rule, Value const& a, Value const& b) {
  return a == b || (rule.blank == BlankMode::absence && is_blank(a) && is_blank(b));
}

MergeKind judge(FieldCase const& field, FieldBase const& base) {
  auto const kind = merge_field(base, field.in.app, field.in.crm);
  bool const moved = kind == MergeKind::app_changed || kind == MergeKind::crm_changed ||
                     kind == MergeKind::collision;
  if (mutant(Mutant::equal_is_conflict)) return kind;
  if (moved && is_same(field.rule, *field.in.app, *field.in.crm)) return MergeKind::agreed;
  return kind;
}

FieldPlan plan_nothing(MergeKind kind, std::string reason) {
  FieldPlan plan;
  plan.merge = kind;
  plan.reason = std::move(reason);
  return plan;
}

FieldPlan plan_settle(MergeKind kind, std::string_view decided_by) {
  FieldPlan plan;
  plan.action = FieldAction::settle;
  plan.merge = kind;
  plan.decided_by = decided_by;
  return plan;
}

FieldPlan plan_park(MergeKind kind, std::string reason) {
  FieldPlan plan;
  plan.action = FieldAction::park;
  plan.merge = kind;
  plan.reason = std::move(reason);
  return plan;
}

FieldPlan plan_write(FieldCase const& field, MergeKind kind, Side written, Value const& value) {
  FieldPlan plan;
  plan.action = written == Side::app ? FieldAction::write_app : FieldAction::write_crm;
  plan.merge = kind;
  plan.value = value;
  plan.clears = clears(field.in, written, value);
  return plan;
}

FieldPlan plan_write_where_different(FieldCase const& field, MergeKind kind, FieldBase const& base,
                                     Value const& value, PolicyKind fired) {
  auto const& in = field.in;
  bool const app_differs = flows_from(field.rule, Side::crm) && in.app != value;
  bool const crm_differs = flows_from(field.rule, Side::app) && in.crm != value;
  if (!app_differs && !crm_differs) return plan_settle(kind);
  if (!crm_differs) return plan_write(field, kind, Side::app, value);
  auto plan = plan_write(field, kind, Side::crm, value);
  if (!app_differs) return plan;
  plan.action = FieldAction::write_both;
  plan.clears = plan.clears || clears(in, Side::app, value);
  plan.owed = OwedDecision{base, in.app, in.crm, value, true, true, fired};
  return plan;
}

Collision collision_of(FieldCase const& field, FieldBase const& base) {
  Collision collision;
  collision.base = base;
  collision.app = *field.in.app;
  collision.crm = *field.in.crm;
  collision.app_changed = field.in.app_changed;
  collision.crm_changed = field.in.crm_changed;
  collision.blank = field.rule.blank;
  collision.after_crash = field.in.after_crash;
  collision.skew_bound_micros = field.rules.skew_bound_micros;
  return collision;
}

std::string ask_reason(Resolution const& resolution, std::vector<Policy> const& chain) {
  std::string const both = "app and CRM were both changed, differently";
  if (chain.empty() || resolution.chain_index < chain.size())
    return both + "; policy `ask`: a person decides";
  std::string names;
  for (auto const& policy : chain) {
    if (!names.empty()) names += ", ";
    names += to_string(policy.kind);
  }
  return both + "; no policy of [" + names + "] could decide";
}

std::string lost_data_reason(Side side) {
  return std::string(side == Side::app ? "the app" : "the CRM") +
         " kept only part of what was written and was then edited: a person decides";
}

}  // namespace crmsync::engine::planning
