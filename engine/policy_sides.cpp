// Policies that keep one side because of which it is, whether it is blank, or when it changed.
// SPDX-License-Identifier: Apache-2.0
#include "engine/mutant.hpp"
#include "engine/policy_functions.hpp"

#include <algorithm>

namespace crmsync::engine::policies {

namespace {

Verdict side_unless_blank(Collision const& collision, Side side) {
  auto const& value = side == Side::app ? collision.app : collision.crm;
  bool const yields = collision.blank == BlankMode::absence && is_blank(value);
  return Keep{yields ? other(side) : side};
}

// `late` began after `early` had ended, by more than the skew bound.
bool is_surely_later(ChangeInterval const& late, ChangeInterval const& early,
                     std::int64_t skew_bound_micros) {
  if (late.earliest <= early.latest) return false;
  auto const gap = static_cast<std::uint64_t>(late.earliest.micros) -
                   static_cast<std::uint64_t>(early.latest.micros);
  return gap > static_cast<std::uint64_t>(std::max<std::int64_t>(skew_bound_micros, 0));
}

// The side that surely changed later; empty when the times do not tell. After a crash they do not:
// the record's stamp may be that of our own write.
std::optional<Side> later_side(Collision const& collision) {
  auto const& app = collision.app_changed;
  auto const& crm = collision.crm_changed;
  if (collision.after_crash || !app || !crm) return std::nullopt;
  if (mutant(Mutant::newest_across_skew)) return app->latest < crm->latest ? Side::crm : Side::app;
  if (app->earliest > app->latest || crm->earliest > crm->latest) return std::nullopt;
  if (is_surely_later(*app, *crm, collision.skew_bound_micros)) return Side::app;
  if (is_surely_later(*crm, *app, collision.skew_bound_micros)) return Side::crm;
  return std::nullopt;
}

}  // namespace

Verdict app(Collision const&, Policy const&) {
  return Keep{Side::app};
}

Verdict crm(Collision const&, Policy const&) {
  return Keep{Side::crm};
}

Verdict app_unless_blank(Collision const& collision, Policy const&) {
  return side_unless_blank(collision, Side::app);
}

Verdict crm_unless_blank(Collision const& collision, Policy const&) {
  return side_unless_blank(collision, Side::crm);
}

Verdict fill_blank(Collision const& collision, Policy const&) {
  bool const app_blank = is_blank(collision.app);
  if (app_blank == is_blank(collision.crm)) return Undecided{};
  return Keep{app_blank ? Side::crm : Side::app};
}

Verdict newest(Collision const& collision, Policy const&) {
  auto const side = later_side(collision);
  if (!side) return Undecided{};
  return Keep{*side};
}

Verdict oldest(Collision const& collision, Policy const&) {
  auto const side = later_side(collision);
  if (!side) return Undecided{};
  return Keep{other(*side)};
}

Verdict ask(Collision const&, Policy const&) {
  return Ask{};
}

}  // namespace crmsync::engine::policies
