// The laws of engine/README.md over random pairs. A failure prints the seed of its own case.
// SPDX-License-Identifier: Apache-2.0
#include "tests/property/pair_world.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <iostream>
#include <numeric>

namespace crmsync::property {
namespace {

using namespace engine;

bool writes(FieldPlan const& plan) {
  return plan.action == FieldAction::write_app || plan.action == FieldAction::write_crm ||
         plan.action == FieldAction::write_both;
}

// What a caller acts on; reasons are for people and name fields in mapping order.
bool same_plan(FieldPlan const& a, FieldPlan const& b) {
  return a.action == b.action && a.merge == b.merge && a.value == b.value && a.clears == b.clears &&
         a.decided_by == b.decided_by;
}

bool same_plan(PairPlan const& a, PairPlan const& b) {
  return a.presence == b.presence &&
         std::ranges::equal(a.fields, b.fields,
                            [](auto const& x, auto const& y) { return same_plan(x, y); });
}

// Runs `law` on as many random cases as a tenth of the oracle's.
template <class Law>
void check(bool living_only, Law law) {
  auto const seed = first_seed();
  auto const count = std::max<std::uint64_t>(case_count() / 10, 1);
  std::cout << "seed " << seed << ", " << count << " cases\n";
  for (std::uint64_t i = 0; i < count; ++i) {
    Random random(seed + i);
    auto const one = random_case(random, living_only);
    auto const plan = make_plan(one.input, one.rules);
    law(one, plan, random);
    if (::testing::Test::HasFailure()) {
      std::cout << "CRMSYNC_SEED=" << seed + i << "\n"
                << describe(one) << "planned " << describe(plan);
      return;
    }
  }
}

TEST(Laws, MergingTheBaseWithItselfWritesNothing) {
  check(true, [](Case one, PairPlan const&, Random&) {
    for (auto& in : one.input.fields) {
      in.status = BaseStatus::settled;
      in.app = in.base.app;
      in.crm = in.base.crm;
    }
    for (auto const& plan : make_plan(one.input, one.rules).fields) {
      ASSERT_EQ(plan.action, FieldAction::none);
      ASSERT_EQ(plan.merge, MergeKind::untouched);
    }
  });
}

TEST(Laws, OneSidedChangeWins) {
  check(true, [](Case one, PairPlan const&, Random& random) {
    auto const changed = random.chance(50) ? Side::app : Side::crm;
    auto& rules = one.rules.fields;
    for (std::size_t i = 0; i < rules.size(); ++i) {
      auto& in = one.input.fields[i];
      in.status = BaseStatus::settled;
      rules[i].direction = Direction::both;
      (changed == Side::app ? in.crm : in.app) = changed == Side::app ? in.base.crm : in.base.app;
    }
    auto const plan = make_plan(one.input, one.rules);
    for (std::size_t i = 0; i < rules.size(); ++i) {
      auto const& in = one.input.fields[i];
      auto const& now = changed == Side::app ? in.app : in.crm;
      auto const& before = changed == Side::app ? in.base.app : in.base.crm;
      auto const& there = changed == Side::app ? in.crm : in.app;
      if (now == before) {
        ASSERT_EQ(plan.fields[i].action, FieldAction::none);
      } else if (plan.fields[i].action == FieldAction::settle) {
        ASSERT_TRUE(now == there || (is_blank(*now) && is_blank(*there)));
      } else {
        ASSERT_EQ(plan.fields[i].action,
                  changed == Side::app ? FieldAction::write_crm : FieldAction::write_app);
        ASSERT_EQ(plan.fields[i].value, now);
      }
    }
  });
}

// sum_deltas starts from the app's base: with unequal bases it takes the app's form.
bool has_unequal_sum(Case const& one) {
  for (std::size_t i = 0; i < one.rules.fields.size(); ++i) {
    auto const& in = one.input.fields[i];
    bool const unequal =
        in.base.app != in.base.crm || (in.owed && in.owed->base.app != in.owed->base.crm);
    if (unequal && std::ranges::any_of(one.rules.fields[i].chain, [](Policy const& policy) {
          return policy.kind == PolicyKind::sum_deltas;
        }))
      return true;
  }
  return false;
}

TEST(Laws, SwappingTheSidesMirrorsThePlan) {
  check(false, [](Case const& one, PairPlan const& plan, Random&) {
    if (has_unequal_sum(one)) return;
    auto const other_way = swapped(one);
    auto const mirrored = make_plan(other_way.input, other_way.rules);
    ASSERT_TRUE(same_plan(mirrored, swapped(plan))) << describe(mirrored);
  });
}

TEST(Laws, PermutingFieldsPermutesThePlan) {
  check(false, [](Case const& one, PairPlan const& plan, Random& random) {
    std::vector<std::size_t> order(one.rules.fields.size());
    std::iota(order.begin(), order.end(), 0U);
    for (std::size_t i = order.size(); i > 1; --i) std::swap(order[i - 1], order[random.below(i)]);
    auto shuffled = one;
    for (std::size_t i = 0; i < order.size(); ++i) {
      shuffled.rules.fields[i] = one.rules.fields[order[i]];
      shuffled.input.fields[i] = one.input.fields[order[i]];
    }
    auto const replanned = make_plan(shuffled.input, shuffled.rules);
    ASSERT_EQ(replanned.presence, plan.presence);
    ASSERT_EQ(replanned.fields.size(), plan.fields.size());
    for (std::size_t i = 0; i < replanned.fields.size(); ++i)
      ASSERT_TRUE(same_plan(replanned.fields[i], plan.fields[order[i]])) << "field " << order[i];
  });
}

TEST(Laws, SameInputGivesTheSamePlan) {
  check(false, [](Case const& one, PairPlan const& plan, Random&) {
    ASSERT_EQ(describe(make_plan(one.input, one.rules)), describe(plan));
  });
}

TEST(Laws, AfterAPlanTheNextOneWritesNothing) {
  check(false, [](Case const& one, PairPlan const& plan, Random&) {
    auto const next = after(one, plan);
    auto const replanned = make_plan(next.input, next.rules);
    for (auto const& field : replanned.fields)
      ASSERT_FALSE(writes(field)) << describe(next) << describe(replanned);
    auto const last = after(next, replanned);
    auto const third = make_plan(last.input, last.rules);
    for (auto const& field : third.fields) {
      ASSERT_FALSE(writes(field)) << describe(third);
      ASSERT_NE(field.action, FieldAction::settle) << describe(third);
    }
    bool const acts =
        third.presence == PresenceAction::link || third.presence == PresenceAction::delete_app ||
        third.presence == PresenceAction::delete_crm || third.presence == PresenceAction::unlink;
    ASSERT_FALSE(acts) << describe(last) << describe(third);
  });
}

TEST(Laws, SidesAgreeOnEveryFieldThatIsNotLeftOpen) {
  check(true, [](Case const& one, PairPlan const& plan, Random&) {
    auto const next = after(one, plan);
    for (std::size_t i = 0; i < plan.fields.size(); ++i) {
      auto const& in = next.input.fields[i];
      auto const& rule = next.rules.fields[i];
      auto const action = plan.fields[i].action;
      bool const moved = writes(plan.fields[i]) || action == FieldAction::settle;
      // A blank does not flow over a one-way field's first match.
      bool const kept = rule.direction != Direction::both && action == FieldAction::settle;
      // Owed bases that were different rewrites stay so.
      if (!moved || kept || one.input.fields[i].status == BaseStatus::owed) continue;
      bool const blanks =
          rule.blank == BlankMode::absence && is_blank(*in.app) && is_blank(*in.crm);
      ASSERT_TRUE(in.app == in.crm || blanks) << "field " << i;
      ASSERT_EQ(in.base, (FieldBase{in.app, in.crm}));
    }
  });
}

TEST(Laws, NothingIsInvented) {
  check(false, [](Case const& one, PairPlan const& plan, Random&) {
    for (std::size_t i = 0; i < plan.fields.size(); ++i) {
      auto const& field = plan.fields[i];
      auto const& in = one.input.fields[i];
      ASSERT_EQ(writes(field), field.value.has_value());
      if (!writes(field)) continue;
      bool const read = field.value == in.app || field.value == in.crm;
      bool const answered = in.answer && field.value == in.answer;
      bool const decided = in.owed && field.value == in.owed->result;
      bool made = false;
      if (field.resolution)
        for (auto const kind : {PolicyKind::sum_deltas, PolicyKind::union_,
                                PolicyKind::intersection, PolicyKind::merge_set})
          made = made || field.resolution->fired == kind;
      ASSERT_TRUE(read || answered || decided || made) << "field " << i;
    }
  });
}

TEST(Laws, ASideIsWrittenOnlyAlongTheDirectionAndOnlyWhereItDiffers) {
  check(false, [](Case const& one, PairPlan const& plan, Random&) {
    for (std::size_t i = 0; i < plan.fields.size(); ++i) {
      auto const& field = plan.fields[i];
      auto const direction = one.rules.fields[i].direction;
      bool const to_app =
          field.action == FieldAction::write_app || field.action == FieldAction::write_both;
      bool const to_crm =
          field.action == FieldAction::write_crm || field.action == FieldAction::write_both;
      ASSERT_FALSE(to_app && direction == Direction::to_crm);
      ASSERT_FALSE(to_crm && direction == Direction::to_app);
      bool const living = one.input.app == Presence::present && one.input.crm == Presence::present;
      if (!living) continue;
      if (to_app) {
        ASSERT_NE(field.value, one.input.fields[i].app);
      }
      if (to_crm) {
        ASSERT_NE(field.value, one.input.fields[i].crm);
      }
    }
  });
}

TEST(Laws, UnknownNeverDecides) {
  check(false, [](Case const& one, PairPlan const& plan, Random&) {
    bool const unsure = one.input.app == Presence::unknown || one.input.crm == Presence::unknown;
    bool const open = one.input.link == LinkState::none || one.input.link == LinkState::linked;
    if (unsure && open) {
      ASSERT_EQ(plan.presence, PresenceAction::wait);
    }
    bool const living =
        plan.presence == PresenceAction::merge || plan.presence == PresenceAction::link;
    for (std::size_t i = 0; living && i < plan.fields.size(); ++i) {
      auto const& in = one.input.fields[i];
      bool const plain = (!in.app && in.app_problem.empty()) || (!in.crm && in.crm_problem.empty());
      if (plain) {
        ASSERT_EQ(plan.fields[i].action, FieldAction::none);
      }
    }
  });
}

TEST(Laws, EveryParkedFieldSaysWhy) {
  check(false, [](Case const& one, PairPlan const& plan, Random&) {
    for (std::size_t i = 0; i < plan.fields.size(); ++i) {
      auto const& field = plan.fields[i];
      if (field.action == FieldAction::park) {
        ASSERT_FALSE(field.reason.empty());
      }
      ASSERT_EQ(
          field.action == FieldAction::write_both || (writes(field) && field.decided_by == "owed"),
          field.owed.has_value())
          << one.rules.fields[i].name;
    }
  });
}

}  // namespace
}  // namespace crmsync::property
