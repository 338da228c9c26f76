// SPDX-License-Identifier: Apache-2.0
#include "mappings/field_chain.hpp"

#include "mappings/conversion.hpp"
#include "mappings/transforms/transform.hpp"

#include <algorithm>

namespace crmsync::mappings {
namespace {

using engine::Side;
using engine::Value;
using engine::ValueType;

CanonicalValue convert_in(Value const& native, ValueType canonical) {
  auto const* row = find_conversion(engine::type_of(native), canonical);
  if (row == nullptr) {
    return {std::nullopt, "a value of type " + std::string(to_string(engine::type_of(native))) +
                              " where " + std::string(to_string(canonical)) + " is expected"};
  }
  return row->read(native);
}

CanonicalValue convert_out(Value const& value, ValueType native) {
  auto const* row = find_conversion(native, engine::type_of(value));
  if (row == nullptr) return {std::nullopt, "a value of another type than the field's"};
  return row->write(value);
}

// The first transform that is applied to the CRM's values too: normalisers at the end of the chain.
std::size_t first_for_crm(FieldMap const& field) {
  auto first = field.transforms.size();
  while (first > 0) {
    auto const* row = find_transform(field.transforms[first - 1].name);
    if (row == nullptr || !row->normalises) break;
    --first;
  }
  return first;
}

CanonicalValue apply(FieldMap const& field, std::size_t first, CanonicalValue value) {
  for (auto i = first; i < field.transforms.size(); ++i) {
    if (!value.value || engine::is_blank(*value.value)) return value;
    auto const& use = field.transforms[i];
    value = find_transform(use.name)->to_canonical(*value.value, use);
  }
  return value;
}

}  // namespace

std::optional<ValueType> fixed_type(FieldMap const& field) noexcept {
  if (!field.values.pairs.empty()) return ValueType::string;
  if (field.transforms.empty()) return std::nullopt;
  auto const* row = find_transform(field.transforms.back().name);
  return row == nullptr ? std::nullopt : std::optional(row->output);
}

ValueType chain_input(FieldMap const& field, ValueType canonical) noexcept {
  if (field.transforms.empty()) return canonical;
  auto const* row = find_transform(field.transforms.front().name);
  return row == nullptr ? canonical : row->input(field.transforms.front());
}

bool crm_uses_chain(FieldMap const& field) noexcept {
  return find_conversion(field.crm_native, field.canonical) == nullptr &&
         find_conversion(field.crm_native, chain_input(field, field.canonical)) != nullptr;
}

CanonicalValue run_chain(FieldMap const& field, Side side, Value const& native) {
  if (side == Side::app || crm_uses_chain(field))
    return apply(field, 0, convert_in(native, chain_input(field, field.canonical)));
  return apply(field, first_for_crm(field), convert_in(native, field.canonical));
}

CanonicalValue undo_chain(FieldMap const& field, Side side, Value const& canonical) {
  if (side == Side::crm && !crm_uses_chain(field)) return convert_out(canonical, field.crm_native);
  CanonicalValue value{canonical, {}};
  for (auto use = field.transforms.rbegin(); use != field.transforms.rend(); ++use) {
    auto const* row = find_transform(use->name);
    if (row == nullptr || row->from_canonical == nullptr)
      return {std::nullopt, "transform " + use->name + " goes one way"};
    value = row->from_canonical(*value.value, *use);
    if (!value.value) return value;
  }
  return convert_out(*value.value, side == Side::app ? field.app_native : field.crm_native);
}

}  // namespace crmsync::mappings
