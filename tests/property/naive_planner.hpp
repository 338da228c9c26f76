// A second planner, as plain as the prose in engine/README.md and written from it alone, to check
// the real one against. It shares the types and the value functions, and nothing that decides.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/plan.hpp"

#include <vector>

namespace crmsync::naive {

struct Field {
  engine::FieldAction action = engine::FieldAction::none;
  engine::FieldValue value;
  bool clears = false;
  bool operator==(Field const&) const = default;
};

struct Plan {
  engine::PresenceAction presence = engine::PresenceAction::wait;
  std::vector<Field> fields;
  bool operator==(Plan const&) const = default;
};

// What of the real planner's answer is compared.
Plan essence(engine::PairPlan const& plan);

// Numbers are int64 only: decimals are left to the unit tests.
Plan make_plan(engine::PairInput const& input, engine::MappingRules const& rules);

}  // namespace crmsync::naive
