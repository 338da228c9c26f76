// SPDX-License-Identifier: Apache-2.0
#include "mappings/assumed_schema.hpp"

#include "mappings/conversion.hpp"
#include "mappings/field_chain.hpp"

#include <algorithm>
#include <utility>

namespace crmsync::mappings {

using engine::PolicyKind;
using engine::Side;
using engine::ValueType;

namespace {

constexpr char kBetweenItems = ';';

bool decides_by(std::vector<engine::Policy> const& chain, std::initializer_list<PolicyKind> kinds) {
  return std::any_of(chain.begin(), chain.end(), [&](engine::Policy const& policy) {
    return std::find(kinds.begin(), kinds.end(), policy.kind) != kinds.end();
  });
}

// Transforms and labels read texts by themselves.
ValueType assumed_type(FieldMap const& field, std::vector<engine::Policy> const& chain) {
  using enum PolicyKind;
  if (fixed_type(field)) return ValueType::string;
  if (decides_by(chain, {sum_deltas, max, min})) return ValueType::decimal;
  if (decides_by(chain, {union_, intersection, merge_set})) return ValueType::string_set;
  return ValueType::string;
}

void add(SchemaView& schema, std::string const& name, ValueType type) {
  bool const known = std::any_of(schema.begin(), schema.end(),
                                 [&](SchemaFieldView const& one) { return one.name == name; });
  if (known || name.empty()) return;
  SchemaFieldView view;
  view.name = name;
  view.type = type;
  schema.push_back(std::move(view));
}

engine::StringSet set_of(std::string const& text) {
  std::vector<std::string> items;
  for (std::size_t at = 0; at <= text.size();) {
    auto const end = std::min(text.find(kBetweenItems, at), text.size());
    if (end > at) items.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return engine::StringSet(std::move(items));
}

}  // namespace

SchemaView assumed_schema(Mapping const& mapping, Side side) {
  SchemaView schema;
  for (std::size_t i = 0; i < mapping.fields.size(); ++i) {
    auto const& field = mapping.fields[i];
    auto const type = assumed_type(field, mapping.rules.fields[i].chain);
    for (auto const& name : side == Side::app ? field.app : field.crm) add(schema, name, type);
  }
  for (auto const& name : mapping.native_fields(side)) add(schema, name, ValueType::string);
  if (side == Side::app)
    for (auto const& name : mapping.app.key) add(schema, name, ValueType::string);
  return schema;
}

CanonicalValue native_value(FieldMap const& field, Side side, std::string const& text) {
  auto const type = side == Side::app ? field.app_native : field.crm_native;
  if (text.empty()) return {engine::Value(engine::Null{}), {}};
  if (type == ValueType::string_set) return {engine::Value(set_of(text)), {}};
  if (type == ValueType::string) return {engine::Value(text), {}};
  auto const* row = find_conversion(ValueType::string, type);
  if (row == nullptr) return {std::nullopt, "no value of type " + std::string(to_string(type))};
  return row->read(engine::Value(text));
}

}  // namespace crmsync::mappings
