// SPDX-License-Identifier: Apache-2.0
#include "engine/presence.hpp"

#include <gtest/gtest.h>

#include <set>

namespace crmsync::engine {
namespace {

using enum Presence;
using A = PresenceAction;

constexpr Presence kAll[] = {present, deleted, unknown, none};

A decide(LinkState link, Presence app, Presence crm, PresenceRules const& rules = {},
         bool app_edited = false, bool crm_edited = false) {
  return decide_presence({link, app, crm, app_edited, crm_edited}, rules);
}

PresenceRules creating(CreateMode mode) {
  PresenceRules rules;
  rules.create = mode;
  return rules;
}

TEST(Presence, UnlinkedRecordIsCreatedOnlyWhereAllowed) {
  for (auto const absent : {none, deleted}) {
    auto const state = LinkState::none;
    EXPECT_EQ(decide(state, present, absent, creating(CreateMode::app_to_crm)), A::create_crm);
    EXPECT_EQ(decide(state, present, absent, creating(CreateMode::both)), A::create_crm);
    EXPECT_EQ(decide(state, present, absent, creating(CreateMode::crm_to_app)), A::ignore);
    EXPECT_EQ(decide(state, present, absent, creating(CreateMode::none)), A::ignore);
    EXPECT_EQ(decide(state, absent, present, creating(CreateMode::crm_to_app)), A::create_app);
    EXPECT_EQ(decide(state, absent, present, creating(CreateMode::both)), A::create_app);
    EXPECT_EQ(decide(state, absent, present, creating(CreateMode::app_to_crm)), A::ignore);
    EXPECT_EQ(decide(state, absent, absent, creating(CreateMode::both)), A::ignore);
  }
}

TEST(Presence, UnknownNeverCreatesLinksOrDeletes) {
  PresenceRules rules = creating(CreateMode::both);
  rules.app_deleted = rules.crm_deleted = DeleteRule::propagate;
  for (auto const state : {LinkState::none, LinkState::linked}) {
    for (auto const side : kAll) {
      EXPECT_EQ(decide(state, unknown, side, rules), A::wait);
      EXPECT_EQ(decide(state, side, unknown, rules), A::wait);
    }
  }
}

TEST(Presence, TwoUnlinkedRecordsThatMatchAreLinked) {
  EXPECT_EQ(decide(LinkState::none, present, present), A::link);
}

TEST(Presence, LinkedSideWithoutRecordIsUnknown) {
  for (auto const side : kAll) {
    EXPECT_EQ(decide(LinkState::linked, none, side), A::wait);
    EXPECT_EQ(decide(LinkState::linked, side, none), A::wait);
  }
}

TEST(Presence, LinkedPairMergesOrIsBuried) {
  EXPECT_EQ(decide(LinkState::linked, present, present), A::merge);
  EXPECT_EQ(decide(LinkState::linked, deleted, deleted), A::bury);
}

struct DeleteCase {
  DeleteRule rule;
  VersusEdit versus;
  bool edited;
  A app_gone;
  A crm_gone;
};

TEST(Presence, DeleteFollowsItsRule) {
  using R = DeleteRule;
  using V = VersusEdit;
  DeleteCase const cases[] = {
      {R::ignore, V::edit_wins, false, A::ignore, A::ignore},
      {R::ignore, V::ask, true, A::ignore, A::ignore},
      {R::unlink, V::edit_wins, false, A::unlink, A::unlink},
      {R::unlink, V::delete_wins, true, A::unlink, A::unlink},
      {R::propagate, V::edit_wins, false, A::delete_crm, A::delete_app},
      {R::propagate, V::delete_wins, false, A::delete_crm, A::delete_app},
      {R::propagate, V::ask, false, A::delete_crm, A::delete_app},
      {R::propagate, V::edit_wins, true, A::restore_app, A::restore_crm},
      {R::propagate, V::delete_wins, true, A::delete_crm, A::delete_app},
      {R::propagate, V::ask, true, A::park, A::park},
  };
  for (auto const& one : cases) {
    PresenceRules rules;
    rules.versus_edit = one.versus;
    rules.app_deleted = one.rule;
    rules.crm_deleted = R::ignore;
    EXPECT_EQ(decide(LinkState::linked, deleted, present, rules, false, one.edited), one.app_gone);
    EXPECT_EQ(decide(LinkState::linked, present, deleted, rules, one.edited, false), A::ignore);
    rules.app_deleted = R::ignore;
    rules.crm_deleted = one.rule;
    EXPECT_EQ(decide(LinkState::linked, present, deleted, rules, one.edited, false), one.crm_gone);
    EXPECT_EQ(decide(LinkState::linked, deleted, present, rules, false, one.edited), A::ignore);
  }
}

TEST(Presence, OnlyTheSurvivorsEditsCount) {
  PresenceRules rules;
  rules.app_deleted = rules.crm_deleted = DeleteRule::propagate;
  EXPECT_EQ(decide(LinkState::linked, deleted, present, rules, true, false), A::delete_crm);
  EXPECT_EQ(decide(LinkState::linked, present, deleted, rules, false, true), A::delete_app);
}

TEST(Presence, NothingMovesOutsideALivingLink) {
  PresenceRules rules = creating(CreateMode::both);
  rules.app_deleted = rules.crm_deleted = DeleteRule::propagate;
  for (auto const app : kAll) {
    for (auto const crm : kAll) {
      bool const both_gone = app == deleted && crm == deleted;
      EXPECT_EQ(decide(LinkState::dormant, app, crm, rules, true, true),
                both_gone ? A::bury : A::ignore);
      EXPECT_EQ(decide(LinkState::detached, app, crm, rules, true, true), A::ignore);
      EXPECT_EQ(decide(LinkState::tombstone, app, crm, rules, true, true), A::ignore);
    }
  }
}

TEST(Presence, EveryActionHasItsOwnName) {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(A::park); ++i) names.insert(to_string(static_cast<A>(i)));
  EXPECT_EQ(names.size(), static_cast<std::size_t>(A::park) + 1);
  EXPECT_EQ(to_string(present), "present");
  EXPECT_EQ(to_string(none), "none");
}

}  // namespace
}  // namespace crmsync::engine
