// SPDX-License-Identifier: Apache-2.0
#include "daemon/guard.hpp"

#include <algorithm>
#include <cmath>

namespace crmsync::daemon {

namespace {
constexpr std::uint64_t kAlwaysAllowed = 10;
}

std::uint64_t guard_limit(mappings::DeleteRules const& rules, std::uint64_t linked) {
  auto const share = static_cast<std::uint64_t>(
      std::floor(static_cast<double>(linked) * rules.guard_percent / 100.0));
  return std::max(kAlwaysAllowed, std::min(rules.guard_per_hour, share));
}

bool guard_trips(mappings::DeleteRules const& rules, GuardInput const& input) {
  if (input.planned == 0) return false;
  bool const had_several = input.linked + input.done_last_hour >= 2;
  if (had_several && input.leaving > 0 && input.leaving >= input.linked) return true;
  return input.done_last_hour + input.planned > guard_limit(rules, input.linked);
}

bool is_destructive(engine::PresenceAction action) noexcept {
  return action == engine::PresenceAction::delete_app ||
         action == engine::PresenceAction::delete_crm || action == engine::PresenceAction::unlink;
}

bool is_approved(Pair const& pair) {
  return std::ranges::any_of(pair.held, [](state::HeldRow const& row) { return row.approved; });
}

bool is_counted(engine::FieldPlan const& field, bool count_updates) noexcept {
  bool const writes = field.action == engine::FieldAction::write_app ||
                      field.action == engine::FieldAction::write_crm ||
                      field.action == engine::FieldAction::write_both;
  return writes && (field.clears || count_updates);
}

std::uint64_t destructive_count(engine::PairPlan const& plan, bool count_updates) noexcept {
  if (is_destructive(plan.presence)) return 1;
  bool const both_exist = plan.presence == engine::PresenceAction::merge ||
                          plan.presence == engine::PresenceAction::link;
  if (!both_exist) return 0;
  auto const counted = [&](engine::FieldPlan const& field) {
    return is_counted(field, count_updates);
  };
  return std::ranges::any_of(plan.fields, counted) ? 1 : 0;
}

}  // namespace crmsync::daemon
