// Policies that compare or combine the values themselves. Numbers are exact: sums are decimals.
// SPDX-License-Identifier: Apache-2.0
#include "engine/policy_functions.hpp"

#include <algorithm>
#include <iterator>

namespace crmsync::engine::policies {

namespace {

using Strings = std::vector<std::string>;

std::optional<Decimal> number_of(FieldValue const& value) {
  if (!value) return std::nullopt;
  if (auto const* whole = std::get_if<std::int64_t>(&*value)) return Decimal::from_int(*whole);
  if (auto const* decimal = std::get_if<Decimal>(&*value)) return *decimal;
  return std::nullopt;
}

// Empty when the two are of kinds that have no order between them.
std::optional<std::strong_ordering> order_of(Value const& a, Value const& b) {
  auto const left = number_of(a);
  auto const right = number_of(b);
  if (left && right) return *left <=> *right;
  if (std::holds_alternative<Date>(a) && std::holds_alternative<Date>(b))
    return std::get<Date>(a) <=> std::get<Date>(b);
  if (std::holds_alternative<Timestamp>(a) && std::holds_alternative<Timestamp>(b))
    return std::get<Timestamp>(a) <=> std::get<Timestamp>(b);
  return std::nullopt;
}

// Null counts as the empty set; empty when the value is nothing like a set.
std::optional<Strings> items_of(FieldValue const& value) {
  if (!value) return std::nullopt;
  if (std::holds_alternative<Null>(*value)) return Strings();
  if (auto const* set = std::get_if<StringSet>(&*value)) return set->items();
  return std::nullopt;
}

Strings joined(Strings const& a, Strings const& b) {
  Strings result;
  std::ranges::set_union(a, b, std::back_inserter(result));
  return result;
}

Strings without(Strings const& a, Strings const& b) {
  Strings result;
  std::ranges::set_difference(a, b, std::back_inserter(result));
  return result;
}

// An empty result takes the form of a side that is empty already, so that this side need not be
// written: null and the empty set are different values.
Verdict write_set(Collision const& collision, Strings items) {
  auto const is_null = [](Value const& value) { return std::holds_alternative<Null>(value); };
  Value const empty = StringSet();
  bool const side_holds_empty = collision.app == empty || collision.crm == empty;
  if (items.empty() && !side_holds_empty && (is_null(collision.app) || is_null(collision.crm)))
    return Write{Null{}};
  return Write{StringSet(std::move(items))};
}

// Null counts as empty text.
std::optional<std::size_t> code_points(Value const& value) {
  if (std::holds_alternative<Null>(value)) return 0;
  auto const* text = std::get_if<std::string>(&value);
  if (text == nullptr) return std::nullopt;
  auto const starts = [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; };
  return static_cast<std::size_t>(std::ranges::count_if(*text, starts));
}

std::optional<std::ptrdiff_t> stage_of(Value const& value, Strings const& order) {
  auto const* text = std::get_if<std::string>(&value);
  if (text == nullptr) return std::nullopt;
  auto const it = std::ranges::find(order, *text);
  if (it == order.end()) return std::nullopt;
  return it - order.begin();
}

}  // namespace

Verdict max(Collision const& collision, Policy const&) {
  auto const order = order_of(collision.app, collision.crm);
  if (!order) return Undecided{};
  return Keep{*order < 0 ? Side::crm : Side::app};
}

Verdict min(Collision const& collision, Policy const&) {
  auto const order = order_of(collision.app, collision.crm);
  if (!order) return Undecided{};
  return Keep{*order > 0 ? Side::crm : Side::app};
}

Verdict furthest(Collision const& collision, Policy const& policy) {
  auto const app_stage = stage_of(collision.app, policy.order);
  auto const crm_stage = stage_of(collision.crm, policy.order);
  if (!app_stage || !crm_stage) return Undecided{};
  return Keep{*crm_stage > *app_stage ? Side::crm : Side::app};
}

Verdict longest(Collision const& collision, Policy const&) {
  auto const app_length = code_points(collision.app);
  auto const crm_length = code_points(collision.crm);
  if (!app_length || !crm_length || *app_length == *crm_length) return Undecided{};
  return Keep{*app_length > *crm_length ? Side::app : Side::crm};
}

Verdict sum_deltas(Collision const& collision, Policy const&) {
  auto const app = number_of(collision.app);
  auto const crm = number_of(collision.crm);
  auto const base_app = number_of(collision.base.app);
  auto const base_crm = number_of(collision.base.crm);
  if (collision.after_crash || !app || !crm || !base_app || !base_crm) return Undecided{};
  // base.app + (app - base.app) + (crm - base.crm)
  auto const crm_delta = subtract(*crm, *base_crm);
  if (!crm_delta) return Undecided{};
  auto const sum = add(*app, *crm_delta);
  if (!sum) return Undecided{};
  bool const whole = std::holds_alternative<std::int64_t>(collision.app) &&
                     std::holds_alternative<std::int64_t>(collision.crm);
  if (!whole) return Write{*sum};
  auto const number = sum->to_int();
  if (!number) return Undecided{};
  return Write{*number};
}

Verdict unite(Collision const& collision, Policy const&) {
  auto const app = items_of(collision.app);
  auto const crm = items_of(collision.crm);
  if (!app || !crm) return Undecided{};
  return write_set(collision, joined(*app, *crm));
}

Verdict intersection(Collision const& collision, Policy const&) {
  auto const app = items_of(collision.app);
  auto const crm = items_of(collision.crm);
  if (!app || !crm) return Undecided{};
  Strings common;
  std::ranges::set_intersection(*app, *crm, std::back_inserter(common));
  return write_set(collision, std::move(common));
}

Verdict merge_set(Collision const& collision, Policy const&) {
  auto const app = items_of(collision.app);
  auto const crm = items_of(collision.crm);
  auto const base_app = items_of(collision.base.app);
  auto const base_crm = items_of(collision.base.crm);
  if (!app || !crm || !base_app || !base_crm) return Undecided{};
  auto const added = joined(without(*app, *base_app), without(*crm, *base_crm));
  auto const removed = joined(without(*base_app, *app), without(*base_crm, *crm));
  return write_set(collision, without(joined(joined(*base_app, *base_crm), added), removed));
}

}  // namespace crmsync::engine::policies
