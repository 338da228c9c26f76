// Short ways to write one pair's rules and input, for the planner's tests.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/plan.hpp"

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace crmsync::engine::testing {

inline Value text(std::string_view value) {
  return std::string(value);
}
inline Value number(std::int64_t value) {
  return value;
}
inline Value set(std::vector<std::string> items) {
  return StringSet(std::move(items));
}
inline Value const null = Null{};
inline FieldValue const absent;

inline std::vector<Policy> chain(std::initializer_list<PolicyKind> kinds) {
  std::vector<Policy> policies;
  for (auto const kind : kinds) policies.push_back({kind, {}});
  return policies;
}

inline FieldRule rule(std::string name, std::vector<Policy> policies = {},
                      Direction direction = Direction::both) {
  FieldRule one;
  one.name = std::move(name);
  one.chain = std::move(policies);
  one.direction = direction;
  return one;
}

inline FieldInput settled(FieldValue base, FieldValue app, FieldValue crm) {
  FieldInput in;
  in.status = BaseStatus::settled;
  in.base = {base, base};
  in.app = std::move(app);
  in.crm = std::move(crm);
  return in;
}

inline FieldInput unadopted(FieldValue app, FieldValue crm) {
  FieldInput in;
  in.app = std::move(app);
  in.crm = std::move(crm);
  return in;
}

// A linked pair, both present.
struct PairBuilder {
  PairInput input{LinkState::linked, Presence::present, Presence::present, false, {}};
  MappingRules rules;

  PairBuilder& add(FieldRule one, FieldInput in) {
    rules.fields.push_back(std::move(one));
    input.fields.push_back(std::move(in));
    return *this;
  }
  PairPlan plan() const { return make_plan(input, rules); }
};

inline FieldPlan plan_one(FieldRule one, FieldInput in, bool link_is_new = false,
                          InitialPrefer prefer = InitialPrefer::ask) {
  PairBuilder pair;
  pair.input.link_is_new = link_is_new;
  pair.rules.initial = prefer;
  pair.add(std::move(one), std::move(in));
  return pair.plan().fields.at(0);
}

// "write_crm x", "settle", "park": the action and what it writes.
inline std::string shown(FieldPlan const& plan) {
  std::string out(to_string(plan.action));
  if (plan.value) out += " " + display(*plan.value);
  if (plan.clears) out += " (clears)";
  return out;
}

}  // namespace crmsync::engine::testing
