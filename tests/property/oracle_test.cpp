// The planner against a second one that was written from the prose alone.
// SPDX-License-Identifier: Apache-2.0
#include "tests/property/naive_planner.hpp"
#include "tests/property/pair_generator.hpp"

#include <gtest/gtest.h>

#include <iostream>
#include <set>
#include <string>

namespace crmsync::property {
namespace {

std::string describe_naive(naive::Plan const& plan) {
  std::string out(to_string(plan.presence));
  for (auto const& field : plan.fields)
    out += "\n  " + std::string(to_string(field.action)) + " " + engine::display(field.value) +
           (field.clears ? " clears" : "");
  return out;
}

TEST(Oracle, NaivePlannerAgrees) {
  auto const seed = first_seed();
  auto const count = case_count();
  std::cout << "seed " << seed << ", " << count << " cases\n";
  std::set<engine::PresenceAction> presences;
  std::set<engine::FieldAction> actions;
  std::set<engine::PolicyKind> policies;
  for (std::uint64_t i = 0; i < count; ++i) {
    Random random(seed + i);
    auto const one = random_case(random);
    auto const plan = engine::make_plan(one.input, one.rules);
    auto const expected = naive::make_plan(one.input, one.rules);
    ASSERT_TRUE(naive::essence(plan) == expected)
        << "CRMSYNC_SEED=" << seed + i << "\n"
        << describe(one) << "planned " << describe(plan) << "expected " << describe_naive(expected);
    presences.insert(plan.presence);
    for (auto const& field : plan.fields) {
      actions.insert(field.action);
      if (field.resolution) policies.insert(field.resolution->fired);
    }
  }
  // The agreement means little unless every kind of outcome was among the cases.
  EXPECT_EQ(presences.size(), static_cast<std::size_t>(engine::PresenceAction::park) + 1);
  EXPECT_EQ(actions.size(), static_cast<std::size_t>(engine::FieldAction::drift) + 1);
  EXPECT_EQ(policies.size(), engine::policy_table().size());
}

}  // namespace
}  // namespace crmsync::property
