// Counters and tag sets under sum_deltas and merge_set, edited on both sides while writes get lost:
// every edit is counted exactly once. Each edit is a power of two (or a tag of its own), so that no
// two sums can be equal by accident.
// SPDX-License-Identifier: Apache-2.0
#include "tests/property/pair_generator.hpp"

#include <gtest/gtest.h>

#include <iostream>
#include <set>

namespace crmsync::property {
namespace {

using namespace engine;

class World {
 public:
  World(Random& random, PolicyKind kind, Value const& start) : random_(random) {
    FieldRule rule;
    rule.name = "f";
    rule.chain = {{kind, {}}};
    rules_.fields.push_back(rule);
    input_.link = LinkState::linked;
    input_.app = input_.crm = Presence::present;
    FieldInput in;
    in.status = BaseStatus::settled;
    in.base = {start, start};
    in.app = in.crm = start;
    input_.fields.push_back(in);
  }

  FieldValue& side(Side which) { return which == Side::app ? field().app : field().crm; }

  // One round: plan, store the decision, write with luck, commit what is known to have arrived.
  FieldAction round(bool lucky) {
    auto const plan = make_plan(input_, rules_).fields[0];
    auto& in = field();
    if (plan.owed) {
      in.status = BaseStatus::owed;
      in.owed = plan.owed;
    }
    if (plan.action == FieldAction::settle) settle();
    bool arrived = true;
    for (auto const which : {Side::app, Side::crm}) {
      auto const one = which == Side::app ? FieldAction::write_app : FieldAction::write_crm;
      if (plan.action != one && plan.action != FieldAction::write_both) continue;
      if (!lucky && random_.chance(50)) {
        arrived = false;
        continue;
      }
      side(which) = plan.value;
      if (plan.owed) (which == Side::app ? in.owed->owed_app : in.owed->owed_crm) = false;
    }
    if (plan.value && arrived) settle();
    return plan.action;
  }

 private:
  FieldInput& field() { return input_.fields[0]; }

  void settle() {
    field().base = {field().app, field().crm};
    field().status = BaseStatus::settled;
    field().owed.reset();
  }

  Random& random_;
  PairInput input_;
  MappingRules rules_;
};

void come_to_rest(World& world) {
  for (int i = 0; i < 3; ++i) world.round(true);
  EXPECT_EQ(world.round(true), FieldAction::none);
  EXPECT_EQ(world.side(Side::app), world.side(Side::crm));
}

TEST(CountedOnce, EveryIncrementArrivesExactlyOnce) {
  auto const seed = first_seed();
  auto const count = std::max<std::uint64_t>(case_count() / 50, 1);
  std::cout << "seed " << seed << ", " << count << " cases\n";
  for (std::uint64_t i = 0; i < count; ++i) {
    Random random(seed + i);
    World world(random, PolicyKind::sum_deltas, std::int64_t{0});
    std::int64_t total = 0;
    for (int edit = 0; edit < 16; ++edit) {
      auto const delta = std::int64_t{1} << edit;
      auto& held = world.side(random.chance(50) ? Side::app : Side::crm);
      held = std::get<std::int64_t>(*held) + delta;
      total += delta;
      if (random.chance(60)) world.round(false);
    }
    come_to_rest(world);
    ASSERT_EQ(world.side(Side::app), FieldValue(total)) << "CRMSYNC_SEED=" << seed + i;
    ASSERT_FALSE(HasFailure()) << "CRMSYNC_SEED=" << seed + i;
  }
}

TEST(CountedOnce, EveryTagIsAddedAndRemovedOnce) {
  auto const seed = first_seed();
  auto const count = std::max<std::uint64_t>(case_count() / 50, 1);
  std::cout << "seed " << seed << ", " << count << " cases\n";
  for (std::uint64_t i = 0; i < count; ++i) {
    Random random(seed + i);
    World world(random, PolicyKind::merge_set, StringSet());
    std::set<std::string> expected;
    for (char tag = 'a'; tag < 'm'; ++tag) {
      auto& held = world.side(random.chance(50) ? Side::app : Side::crm);
      auto items = std::get<StringSet>(*held).items();
      if (random.chance(30) && !items.empty()) {
        auto const gone = random.below(items.size());
        expected.erase(items[gone]);
        items.erase(items.begin() + static_cast<std::ptrdiff_t>(gone));
      } else {
        items.emplace_back(1, tag);
        expected.insert(items.back());
      }
      held = StringSet(std::move(items));
      if (random.chance(60)) world.round(false);
    }
    come_to_rest(world);
    StringSet const all(std::vector<std::string>(expected.begin(), expected.end()));
    ASSERT_EQ(world.side(Side::app), FieldValue(all)) << "CRMSYNC_SEED=" << seed + i;
    ASSERT_FALSE(HasFailure()) << "CRMSYNC_SEED=" << seed + i;
  }
}

}  // namespace
}  // namespace crmsync::property
