// The pieces a field's plan is made of. Internal to the planner; the rules stand in README.md.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/plan.hpp"

#include <string>
#include <vector>

namespace crmsync::engine::planning {

// One field of one pair with everything that decides about it.
struct FieldCase {
  FieldInput const& in;
  FieldRule const& rule;
  MappingRules const& rules;
  bool link_is_new = false;
};

FieldValue const& value_of(FieldInput const& in, Side side);
FieldValue const& base_of(FieldBase const& base, Side side);
std::string const& problem_of(FieldInput const& in, Side side);
bool lost_data(FieldInput const& in, Side side);
// Unknown and the side does not say why: nothing may be concluded.
bool is_plainly_unknown(FieldInput const& in, Side side);
bool is_adopted(FieldInput const& in);
bool is_owed(FieldInput const& in);
bool flows_from(FieldRule const& rule, Side side);

// Equal, or both blank where a blank is an absence.
bool is_same(FieldRule const& rule, Value const& a, Value const& b);
// merge_field() with is_same() in place of equality between the sides.
MergeKind judge(FieldCase const& field, FieldBase const& base);
constexpr MergeKind changed_on(Side side) {
  return side == Side::app ? MergeKind::app_changed : MergeKind::crm_changed;
}

FieldPlan plan_nothing(MergeKind kind, std::string reason = {});
FieldPlan plan_settle(MergeKind kind, std::string_view decided_by = {});
FieldPlan plan_park(MergeKind kind, std::string reason);
FieldPlan plan_write(FieldCase const& field, MergeKind kind, Side written, Value const& value);
// Writes to every side that does not hold the value; settles when none differs. `base` is what the
// decision was made against: kept with it when both sides have to receive it.
FieldPlan plan_write_where_different(FieldCase const& field, MergeKind kind, FieldBase const& base,
                                     Value const& value, PolicyKind fired);

Collision collision_of(FieldCase const& field, FieldBase const& base);
// Why a chain asks a person.
std::string ask_reason(Resolution const& resolution, std::vector<Policy> const& chain);
std::string lost_data_reason(Side side);
std::string initial_ask_reason(InitialPrefer prefer);
// `initial.prefer` as a verdict: Keep or Ask.
Resolution resolve_initial(Collision const& collision, InitialPrefer prefer);

// plan_field.cpp: one field that stands alone.
FieldPlan plan_field(FieldCase const& field);
// plan_group.cpp: replaces the plans of fields that belong together.
void plan_groups(PairInput const& input, MappingRules const& rules, bool link_is_new,
                 std::vector<FieldPlan>& plans);

}  // namespace crmsync::engine::planning
