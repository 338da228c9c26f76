// SPDX-License-Identifier: Apache-2.0
#include "mappings/mapping.hpp"

#include "mappings/field_chain.hpp"
#include "mappings/transforms/normalise.hpp"
#include "mappings/utf8.hpp"

#include <algorithm>

namespace crmsync::mappings {
namespace {

using engine::Null;
using engine::Side;
using engine::Value;

void add_once(std::vector<std::string>& names, std::string const& name) {
  if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end())
    names.push_back(name);
}

std::vector<std::string> const& names_of(FieldMap const& field, Side side) {
  return side == Side::app ? field.app : field.crm;
}

bool is_written(engine::Direction direction, Side side) {
  return direction == engine::Direction::both ||
         (direction == engine::Direction::to_app) == (side == Side::app);
}

bool needs_stamps(std::vector<engine::Policy> const& chain) {
  return std::any_of(chain.begin(), chain.end(), [](engine::Policy const& policy) {
    return policy.kind == engine::PolicyKind::newest || policy.kind == engine::PolicyKind::oldest;
  });
}

// Labels are canonical in the CRM's words.
CanonicalValue label_to_canonical(ValueTable const& table, Side side, std::string const& label) {
  for (auto const& [app, crm] : table.pairs)
    if ((side == Side::app ? app : crm) == label) return {Value(crm), {}};
  if (table.on_unknown == OnUnknown::keep) return {};
  if (table.on_unknown == OnUnknown::use_default && side == Side::crm)
    return label_to_canonical({table.pairs, OnUnknown::ask, {}}, Side::app, table.default_app);
  return {std::nullopt, "unknown label"};
}

CanonicalValue label_from_canonical(ValueTable const& table, Side side, std::string const& label) {
  for (auto const& [app, crm] : table.pairs)
    if (crm == label) return {Value(side == Side::app ? app : crm), {}};
  return {std::nullopt, "unknown label"};
}

engine::Error refusal(Mapping const& mapping, Side side, FieldMap const& field,
                      std::string problem) {
  auto const& native = names_of(field, side).front();
  auto error = engine::make_error(
      engine::Errc::invalid_value,
      mapping.name + ": write " + std::string(to_string(side)) + "." + native, std::move(problem),
      "change the value on the other side, or the row in " + field.source.file + ":" +
          std::to_string(field.source.line));
  error.fields = {native};
  return error;
}

std::string match_text(Value const& value) {
  if (auto const* text = std::get_if<std::string>(&value)) return *text;
  if (std::holds_alternative<engine::StringSet>(value) || engine::is_blank(value)) return {};
  return engine::display(value);
}

}  // namespace

std::vector<std::string> Mapping::native_fields(Side side) const {
  std::vector<std::string> names;
  for (auto const& field : fields)
    for (auto const& native : names_of(field, side)) add_once(names, native);
  for (auto const& key : match) {
    if (side == Side::app) add_once(names, key.app);
    if (side == Side::crm && key.crm != "id") add_once(names, key.crm);
  }
  if (side == Side::app) {
    add_once(names, app.changed_at);
    add_once(names, app.deleted_field);
  }
  return names;
}

std::vector<std::string> Mapping::writable_fields(Side side) const {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (!is_written(rules.fields[i].direction, side)) continue;
    for (auto const& native : names_of(fields[i], side)) add_once(names, native);
  }
  if (side == Side::app && deletes.crm_deleted == CrmDeleted::set)
    add_once(names, deletes.set_column);
  return names;
}

std::vector<std::string> Mapping::stamped_fields(Side side) const {
  std::vector<std::string> names;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (!needs_stamps(rules.fields[i].chain)) continue;
    for (auto const& native : names_of(fields[i], side)) add_once(names, native);
  }
  return names;
}

int Mapping::field_index(std::string_view wanted) const noexcept {
  for (std::size_t i = 0; i < fields.size(); ++i)
    if (fields[i].name == wanted) return static_cast<int>(i);
  return -1;
}

CanonicalValue Mapping::to_canonical(Side side, std::size_t index,
                                     engine::Record const& native) const {
  auto const& field = fields[index];
  auto const* found = native.find(names_of(field, side).front());
  if (found == nullptr) return {};
  if (engine::is_blank(*found)) return {Value(Null{}), {}};
  auto result = run_chain(field, side, *found);
  if (!result.value) return result;
  if (engine::is_blank(*result.value)) return {Value(Null{}), {}};
  if (field.values.pairs.empty()) return result;
  return label_to_canonical(field.values, side, std::get<std::string>(*result.value));
}

engine::Result<engine::Record> Mapping::from_canonical(Side side, std::size_t index,
                                                       Value const& value) const {
  auto const& field = fields[index];
  auto const& native = names_of(field, side).front();
  if (engine::is_blank(value)) {
    if (side == Side::crm || !field.app_not_null) return engine::Record{{native, Null{}}};
    if (field.app_native == engine::ValueType::string)
      return engine::Record{{native, std::string()}};
    return refusal(*this, side, field, "the column is NOT NULL and the other side is blank");
  }
  CanonicalValue result{value, {}};
  if (!field.values.pairs.empty()) {
    if (engine::type_of(value) != engine::ValueType::string)
      return refusal(*this, side, field, "unknown label");
    result = label_from_canonical(field.values, side, std::get<std::string>(value));
  }
  if (result.value && engine::type_of(value) != field.canonical)
    result = {std::nullopt, "a value of another type than the field's"};
  if (result.value) result = undo_chain(field, side, *result.value);
  if (!result.value) return refusal(*this, side, field, std::move(result.problem));
  auto const& length_max = side == Side::app ? field.app_length_max : field.crm_length_max;
  auto const* text = std::get_if<std::string>(&*result.value);
  if (length_max && text != nullptr && count_characters(*text) > *length_max)
    return refusal(*this, side, field,
                   "longer than " + std::to_string(*length_max) + " characters");
  return engine::Record{{native, std::move(*result.value)}};
}

engine::FieldValue Mapping::comparable(std::size_t index, Value const& value) const {
  auto const& field = fields[index];
  auto const* text = std::get_if<std::string>(&value);
  if (text == nullptr || field.compare.empty() || field.compare == "exact") return value;
  auto normal = normalise(field.compare, *text);
  // Two values that leave nothing to compare by are not equal for that reason.
  return normal.empty() ? value : Value(std::move(normal));
}

std::string Mapping::match_value(Side side, std::size_t index, engine::RecordKey const& key,
                                 engine::Record const& native) const {
  auto const& rule = match[index];
  auto const& name_here = side == Side::app ? rule.app : rule.crm;
  bool const by_key = side == Side::app ? rule.app.empty() : rule.crm == "id";
  auto const* found = by_key ? nullptr : native.find(name_here);
  if (!by_key && found == nullptr) return {};
  auto const text = by_key ? key : match_text(*found);
  if (trimmed(text).empty() || first_invalid_utf8(text) != std::string_view::npos) return {};
  return normalise(rule.compare, text);
}

}  // namespace crmsync::mappings
