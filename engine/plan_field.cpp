// One field that stands alone: the field table of README.md, row by row.
// SPDX-License-Identifier: Apache-2.0
#include "engine/mutant.hpp"
#include "engine/plan_parts.hpp"

#include <utility>

namespace crmsync::engine::planning {

namespace {

constexpr std::string_view kWaitsForApply = "has no base yet: waits for plan and apply";

FieldPlan plan_unreadable(FieldInput const& in) {
  if (is_plainly_unknown(in, Side::app) || is_plainly_unknown(in, Side::crm))
    return plan_nothing(MergeKind::unknown);
  auto const side = in.app ? Side::crm : Side::app;
  return plan_park(MergeKind::unknown, std::string(to_string(side)) + ": " + problem_of(in, side));
}

// ---- row 1: a person answered

FieldPlan plan_answer(FieldCase const& field) {
  auto const& in = field.in;
  if (is_plainly_unknown(in, Side::app) || is_plainly_unknown(in, Side::crm))
    return plan_nothing(MergeKind::unknown);
  auto const kind = merge_field(in.base, in.app, in.crm);
  auto plan = plan_write_where_different(field, kind, in.base, *in.answer, PolicyKind::ask);
  plan.decided_by = "person";
  plan.resolution = Resolution{Write{*in.answer}, field.rule.chain.size(), PolicyKind::ask};
  return plan;
}

// ---- row 2: one-way fields

FieldPlan plan_drift(FieldCase const& field, Side read_only, Value const& source) {
  FieldPlan plan = plan_nothing(changed_on(read_only));
  switch (field.rule.drift) {
    case Drift::report:
      plan.action = FieldAction::drift;
      break;
    case Drift::overwrite:
      plan = plan_write(field, changed_on(read_only), read_only, source);
      plan.decided_by = "drift";
      break;
    case Drift::keep:
      break;
  }
  return plan;
}

FieldPlan plan_one_way_first_match(FieldCase const& field, Side from, Value const& source) {
  if (!field.link_is_new) return plan_nothing(MergeKind::unadopted, std::string(kWaitsForApply));
  bool const absent = field.rule.blank == BlankMode::absence && is_blank(source);
  if (absent && field.rule.drift != Drift::overwrite)
    return plan_settle(MergeKind::unadopted, "initial");
  auto plan = plan_write(field, MergeKind::unadopted, other(from), source);
  plan.decided_by = "initial";
  plan.resolution = Resolution{Keep{from}, field.rule.chain.size(),
                               from == Side::app ? PolicyKind::app : PolicyKind::crm};
  return plan;
}

FieldPlan plan_one_way(FieldCase const& field, Side from) {
  auto const& in = field.in;
  auto const to = other(from);
  auto const& source = value_of(in, from);
  auto const& target = value_of(in, to);
  bool const adopted = is_adopted(in);
  if (!source || is_plainly_unknown(in, to) || (!target && !adopted)) return plan_unreadable(in);
  bool const source_moved = adopted && *source != *base_of(in.base, from);
  bool const target_moved = adopted && (!target || *target != *base_of(in.base, to));
  if (adopted && !source_moved && !target_moved) return plan_nothing(MergeKind::untouched);
  if (target && is_same(field.rule, *source, *target))
    return plan_settle(adopted ? MergeKind::agreed : MergeKind::unadopted);
  if (!adopted) return plan_one_way_first_match(field, from, *source);
  if (!source_moved) return plan_drift(field, to, *source);
  auto plan =
      plan_write(field, target_moved ? MergeKind::collision : changed_on(from), to, *source);
  if (target_moved) plan.decided_by = "direction";
  return plan;
}

// ---- rows 6 to 9: against a base

FieldPlan plan_collision(FieldCase const& field, FieldBase const& base) {
  auto const& in = field.in;
  for (auto const side : {Side::app, Side::crm})
    if (lost_data(in, side)) return plan_park(MergeKind::collision, lost_data_reason(side));
  auto resolution = resolve(collision_of(field, base), field.rule.chain);
  FieldPlan plan;
  if (auto const* keep = std::get_if<Keep>(&resolution.verdict))
    plan = plan_write(field, MergeKind::collision, other(keep->side), *value_of(in, keep->side));
  else if (auto const* write = std::get_if<Write>(&resolution.verdict))
    plan = plan_write_where_different(field, MergeKind::collision, base, write->value,
                                      resolution.fired);
  else
    plan = plan_park(MergeKind::collision, ask_reason(resolution, field.rule.chain));
  plan.decided_by = "policy";
  plan.resolution = std::move(resolution);
  return plan;
}

FieldPlan plan_flow(FieldCase const& field, Side from) {
  if (lost_data(field.in, from)) return plan_park(changed_on(from), lost_data_reason(from));
  return plan_write(field, changed_on(from), other(from), *value_of(field.in, from));
}

FieldPlan plan_against(FieldCase const& field, FieldBase const& base) {
  auto const kind = judge(field, base);
  switch (kind) {
    case MergeKind::untouched:
      if (mutant(Mutant::full_record_write) || mutant(Mutant::echo_written_back))
        return plan_flow(field, Side::app);
      break;
    case MergeKind::unknown:
    case MergeKind::unadopted:
      break;
    case MergeKind::agreed:
      return plan_settle(kind);
    case MergeKind::app_changed:
      return plan_flow(field, Side::app);
    case MergeKind::crm_changed:
      return plan_flow(field, Side::crm);
    case MergeKind::collision:
      return plan_collision(field, base);
  }
  return plan_nothing(kind);
}

// ---- row 4: a decision that a side still has to receive

FieldPlan settle_owed() {
  return plan_settle(MergeKind::agreed, "owed");
}

// Where nothing is left to do the base moves all the same: that ends the decision.
FieldPlan plan_anew(FieldCase const& field, FieldBase const& base) {
  auto plan = plan_against(field, base);
  return plan.action == FieldAction::none ? settle_owed() : plan;
}

FieldPlan plan_send_owed(FieldCase const& field, OwedDecision decision) {
  auto plan = plan_write_where_different(field, MergeKind::collision, decision.base,
                                         decision.result, decision.fired);
  plan.decided_by = "owed";
  plan.resolution = Resolution{Write{decision.result}, field.rule.chain.size(), decision.fired};
  plan.owed = std::move(decision);
  return plan;
}

FieldPlan plan_none_received(FieldCase const& field, OwedDecision const& decision) {
  auto const& in = field.in;
  if (in.app == decision.consumed_app && in.crm == decision.consumed_crm)
    return plan_send_owed(field, decision);
  auto const& base = decision.base.app && decision.base.crm ? decision.base : in.base;
  if (base.app && base.crm) return plan_anew(field, base);
  if (is_same(field.rule, *in.app, *in.crm)) return settle_owed();
  return plan_park(MergeKind::collision,
                   "changed again before a decision arrived on either side: a person decides");
}

FieldPlan plan_one_received(FieldCase const& field, OwedDecision decision, Side waiting) {
  auto const& in = field.in;
  auto const received = other(waiting);
  auto const consumed = waiting == Side::app ? decision.consumed_app : decision.consumed_crm;
  bool const waiting_moved = value_of(in, waiting) != consumed;
  bool const received_moved = value_of(in, received) != decision.result;
  if (!waiting_moved && !received_moved) {
    decision.owed_app = waiting == Side::app;
    decision.owed_crm = waiting == Side::crm;
    return plan_send_owed(field, std::move(decision));
  }
  if (is_same(field.rule, *in.app, *in.crm)) return settle_owed();
  if (!waiting_moved) return plan_flow(field, received);
  return plan_collision(field, FieldBase{consumed, consumed});
}

FieldPlan plan_owed(FieldCase const& field) {
  auto const& in = field.in;
  auto const& decision = *in.owed;
  bool const app_received = !decision.owed_app || in.app == decision.result;
  bool const crm_received = !decision.owed_crm || in.crm == decision.result;
  if (!app_received && !crm_received) return plan_none_received(field, decision);
  if (!app_received) return plan_one_received(field, decision, Side::app);
  if (!crm_received) return plan_one_received(field, decision, Side::crm);
  if (in.app == decision.result && in.crm == decision.result) return settle_owed();
  return plan_anew(field, FieldBase{decision.result, decision.result});
}

// ---- row 5: no base yet

FieldPlan plan_initial_keep(FieldCase const& field, Side side, PolicyKind fired) {
  auto plan = plan_write(field, MergeKind::unadopted, other(side), *value_of(field.in, side));
  plan.decided_by = "initial";
  plan.resolution = Resolution{Keep{side}, field.rule.chain.size(), fired};
  return plan;
}

FieldPlan plan_initial_ask(FieldCase const& field) {
  auto plan = plan_park(MergeKind::unadopted, initial_ask_reason(field.rules.initial));
  plan.decided_by = "initial";
  plan.resolution = Resolution{Ask{}, field.rule.chain.size(), PolicyKind::ask};
  return plan;
}

FieldPlan plan_unadopted(FieldCase const& field) {
  auto const& in = field.in;
  if (is_same(field.rule, *in.app, *in.crm)) return plan_settle(MergeKind::unadopted);
  if (!field.link_is_new) return plan_nothing(MergeKind::unadopted, std::string(kWaitsForApply));
  bool const app_blank = is_blank(*in.app);
  if (field.rule.blank == BlankMode::absence && app_blank != is_blank(*in.crm))
    return plan_initial_keep(field, app_blank ? Side::crm : Side::app, PolicyKind::fill_blank);
  auto const resolution = resolve_initial(collision_of(field, in.base), field.rules.initial);
  if (auto const* keep = std::get_if<Keep>(&resolution.verdict))
    return plan_initial_keep(field, keep->side, resolution.fired);
  return plan_initial_ask(field);
}

}  // namespace

Resolution resolve_initial(Collision const& collision, InitialPrefer prefer) {
  Policy policy;
  switch (prefer) {
    case InitialPrefer::app:
      policy.kind = PolicyKind::app;
      break;
    case InitialPrefer::crm:
      policy.kind = PolicyKind::crm;
      break;
    case InitialPrefer::newest:
      policy.kind = PolicyKind::newest;
      break;
    case InitialPrefer::ask:
      policy.kind = PolicyKind::ask;
      break;
  }
  return resolve(collision, std::span<Policy const>(&policy, 1));
}

std::string initial_ask_reason(InitialPrefer prefer) {
  std::string const differ = "the sides differed when the records were first matched";
  return prefer == InitialPrefer::newest ? differ + "; their times do not tell which is newer"
                                         : differ + "; initial.prefer is `ask`: a person decides";
}

FieldPlan plan_field(FieldCase const& field) {
  auto const& in = field.in;
  if (in.answer) return plan_answer(field);
  if (field.rule.direction != Direction::both)
    return plan_one_way(field, flows_from(field.rule, Side::app) ? Side::app : Side::crm);
  if (!in.app || !in.crm) return plan_unreadable(in);
  if (is_owed(in)) return plan_owed(field);
  if (!is_adopted(in)) return plan_unadopted(field);
  return plan_against(field, in.base);
}

}  // namespace crmsync::engine::planning
