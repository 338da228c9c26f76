// SPDX-License-Identifier: Apache-2.0
#include "engine/policy.hpp"

#include "engine/invariant.hpp"
#include "engine/policy_functions.hpp"

#include <algorithm>
#include <array>

namespace crmsync::engine {

namespace {

// In the order of PolicyKind, so that a kind is its index.
constexpr std::array kPolicies = {
    PolicyRow{PolicyKind::app, "app", "The app's value wins.", false, policies::app},
    PolicyRow{PolicyKind::crm, "crm", "The CRM's value wins.", false, policies::crm},
    PolicyRow{PolicyKind::app_unless_blank, "app_unless_blank",
              "The app's value wins unless it is blank; then the CRM's does.", false,
              policies::app_unless_blank},
    PolicyRow{PolicyKind::crm_unless_blank, "crm_unless_blank",
              "The CRM's value wins unless it is blank; then the app's does.", false,
              policies::crm_unless_blank},
    PolicyRow{PolicyKind::fill_blank, "fill_blank",
              "Fills an empty value from the other side; never overwrites one.", false,
              policies::fill_blank},
    PolicyRow{PolicyKind::newest, "newest",
              "The later change wins if the times tell them apart beyond the clocks' error.", false,
              policies::newest},
    PolicyRow{PolicyKind::oldest, "oldest",
              "The earlier change wins if the times tell them apart beyond the clocks' error.",
              false, policies::oldest},
    PolicyRow{PolicyKind::max, "max", "The larger number or the later date wins.", false,
              policies::max},
    PolicyRow{PolicyKind::min, "min", "The smaller number or the earlier date wins.", false,
              policies::min},
    PolicyRow{PolicyKind::sum_deltas, "sum_deltas",
              "For counters: the base plus what each side added or took away.", false,
              policies::sum_deltas},
    PolicyRow{PolicyKind::union_, "union", "For sets: everything that either side holds.", false,
              policies::unite},
    PolicyRow{PolicyKind::intersection, "intersection", "For sets: only what both sides hold.",
              false, policies::intersection},
    PolicyRow{PolicyKind::merge_set, "merge_set",
              "For sets: the base plus all additions minus all removals.", false,
              policies::merge_set},
    PolicyRow{PolicyKind::furthest, "furthest",
              "For stages: the one that stands later in the given list wins.", true,
              policies::furthest},
    PolicyRow{PolicyKind::longest, "longest", "The longer text wins.", false, policies::longest},
    PolicyRow{PolicyKind::ask, "ask", "Parks the field until a person decides.", false,
              policies::ask},
};

constexpr bool is_in_order() {
  for (std::size_t i = 0; i < kPolicies.size(); ++i)
    if (kPolicies[i].kind != static_cast<PolicyKind>(i)) return false;
  return kPolicies.back().kind == PolicyKind::ask;
}
static_assert(is_in_order());

}  // namespace

std::span<PolicyRow const> policy_table() noexcept {
  return kPolicies;
}

PolicyRow const* find_policy(std::string_view name) noexcept {
  auto const it = std::ranges::find(kPolicies, name, &PolicyRow::name);
  return it == kPolicies.end() ? nullptr : &*it;
}

std::string_view to_string(PolicyKind kind) noexcept {
  auto const index = static_cast<std::size_t>(kind);
  return index < kPolicies.size() ? kPolicies[index].name : "ask";
}

Resolution resolve(Collision const& collision, std::span<Policy const> chain) {
  for (std::size_t i = 0; i < chain.size(); ++i) {
    auto const index = static_cast<std::size_t>(chain[i].kind);
    CRMSYNC_INVARIANT(index < kPolicies.size());
    auto verdict = kPolicies[index].decide(collision, chain[i]);
    if (!std::holds_alternative<Undecided>(verdict)) return {std::move(verdict), i, chain[i].kind};
  }
  return {Ask{}, chain.size(), PolicyKind::ask};
}

}  // namespace crmsync::engine
