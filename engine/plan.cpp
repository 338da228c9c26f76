// SPDX-License-Identifier: Apache-2.0
#include "engine/plan.hpp"

#include "engine/invariant.hpp"
#include "engine/mutant.hpp"
#include "engine/plan_parts.hpp"

#include <algorithm>

namespace crmsync::engine {

namespace {

using planning::base_of;
using planning::flows_from;
using planning::is_adopted;
using planning::value_of;

struct SurvivorState {
  bool edited = false;
  bool may_hide_edit = false;  // a field that flows could not be read
};

// What an unanswered delete must know about the side that is still there. While a decision is owed
// its base has not moved, so an edit that the decision carries still counts.
SurvivorState inspect(PairInput const& input, MappingRules const& rules, Side survivor) {
  SurvivorState state;
  for (std::size_t i = 0; i < rules.fields.size(); ++i) {
    auto const& in = input.fields[i];
    if (!flows_from(rules.fields[i], survivor)) continue;
    auto const& value = value_of(in, survivor);
    if (!is_adopted(in)) {
      // A value that never arrived on the other side would be gone with the record. A field that is
      // new to the mapping takes no part.
      bool const on_its_way = in.first_match || in.asked;
      state.edited = state.edited || (on_its_way && value && !is_blank(*value));
    } else if (planning::is_plainly_unknown(in, survivor)) {
      state.may_hide_edit = true;
    } else if (!value || *value != *base_of(in.base, survivor)) {
      state.edited = true;
    }
  }
  return state;
}

PresenceAction presence_of(PairInput const& input, MappingRules const& rules) {
  PresenceInput presence{input.link, input.app, input.crm, false, false};
  bool const one_gone = input.link == LinkState::linked &&
                        (input.app == Presence::deleted) != (input.crm == Presence::deleted);
  if (!one_gone) return decide_presence(presence, rules.presence);
  auto const survivor = input.app == Presence::deleted ? Side::crm : Side::app;
  auto const state =
      mutant(Mutant::edit_ignored_by_delete) ? SurvivorState{} : inspect(input, rules, survivor);
  (survivor == Side::app ? presence.app_edited : presence.crm_edited) = state.edited;
  auto const action = decide_presence(presence, rules.presence);
  bool const deletes = action == PresenceAction::delete_app || action == PresenceAction::delete_crm;
  bool const edits_matter = rules.presence.versus_edit != VersusEdit::delete_wins;
  if (deletes && edits_matter && state.may_hide_edit) return PresenceAction::wait;
  return action;
}

// Everything that flows to a record that is not there yet.
std::vector<FieldPlan> plan_new_record(PairInput const& input, MappingRules const& rules,
                                       Side source) {
  std::vector<FieldPlan> plans;
  plans.reserve(rules.fields.size());
  for (std::size_t i = 0; i < rules.fields.size(); ++i) {
    auto const& in = input.fields[i];
    auto const& value = value_of(in, source);
    FieldPlan plan;
    plan.merge = value ? MergeKind::untouched : MergeKind::unknown;
    if (!value) {
      auto const& problem = planning::problem_of(in, source);
      if (!problem.empty() && flows_from(rules.fields[i], source))
        plan.reason = std::string(to_string(source)) + ": " + problem;
    } else if (flows_from(rules.fields[i], source) && !std::holds_alternative<Null>(*value)) {
      plan.action = source == Side::app ? FieldAction::write_crm : FieldAction::write_app;
      plan.merge = planning::changed_on(source);
      plan.value = value;
    }
    plans.push_back(std::move(plan));
  }
  return plans;
}

std::vector<FieldPlan> plan_present_pair(PairInput const& input, MappingRules const& rules,
                                         bool link_is_new) {
  std::vector<FieldPlan> plans;
  plans.reserve(rules.fields.size());
  for (std::size_t i = 0; i < rules.fields.size(); ++i)
    plans.push_back(planning::plan_field(
        {input.fields[i], rules.fields[i], rules, link_is_new || input.fields[i].first_match}));
  planning::plan_groups(input, rules, link_is_new, plans);
  return plans;
}

}  // namespace

std::string_view to_string(FieldAction action) noexcept {
  switch (action) {
    case FieldAction::none:
      return "none";
    case FieldAction::settle:
      return "settle";
    case FieldAction::write_app:
      return "write_app";
    case FieldAction::write_crm:
      return "write_crm";
    case FieldAction::write_both:
      return "write_both";
    case FieldAction::park:
      return "park";
    case FieldAction::drift:
      return "drift";
  }
  return "none";
}

bool PairPlan::writes_app() const noexcept {
  return std::ranges::any_of(fields, [](FieldPlan const& field) {
    return field.action == FieldAction::write_app || field.action == FieldAction::write_both;
  });
}

bool PairPlan::writes_crm() const noexcept {
  return std::ranges::any_of(fields, [](FieldPlan const& field) {
    return field.action == FieldAction::write_crm || field.action == FieldAction::write_both;
  });
}

PairPlan make_plan(PairInput const& input, MappingRules const& rules) {
  CRMSYNC_INVARIANT(input.fields.size() == rules.fields.size());
  PairPlan plan;
  plan.presence = presence_of(input, rules);
  switch (plan.presence) {
    case PresenceAction::link:
      plan.fields = plan_present_pair(input, rules, true);
      break;
    case PresenceAction::merge:
      plan.fields = plan_present_pair(input, rules, input.link_is_new);
      break;
    case PresenceAction::create_app:
    case PresenceAction::restore_app:
      plan.fields = plan_new_record(input, rules, Side::crm);
      break;
    case PresenceAction::create_crm:
    case PresenceAction::restore_crm:
      plan.fields = plan_new_record(input, rules, Side::app);
      break;
    case PresenceAction::wait:
    case PresenceAction::ignore:
    case PresenceAction::delete_app:
    case PresenceAction::delete_crm:
    case PresenceAction::bury:
    case PresenceAction::unlink:
    case PresenceAction::park:
      break;
  }
  return plan;
}

}  // namespace crmsync::engine
