// SPDX-License-Identifier: Apache-2.0
#include "connectors/hubspot/wire/property.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace crmsync::connectors::hubspot::wire {

namespace {

using engine::ValueType;

struct TypeRow {
  std::string_view vendor;
  WireType type;
};

// Types that are not listed (string, phone_number, json, object_coordinates and whatever comes
// next) are text.
constexpr std::array kTypes{
    TypeRow{"bool", WireType::boolean},
    TypeRow{"number", WireType::number},
    TypeRow{"date", WireType::date},
    TypeRow{"datetime", WireType::datetime},
    TypeRow{"enumeration", WireType::enumeration},
};

ValueType value_type(WireType type) noexcept {
  switch (type) {
    case WireType::boolean:
      return ValueType::boolean;
    case WireType::number:
      return ValueType::decimal;
    case WireType::date:
      return ValueType::date;
    case WireType::datetime:
      return ValueType::timestamp;
    case WireType::multi_enumeration:
      return ValueType::string_set;
    case WireType::text:
    case WireType::enumeration:
      return ValueType::string;
  }
  return ValueType::string;
}

WireType wire_type(std::string_view type, std::string_view field_type) noexcept {
  auto const row = std::find_if(kTypes.begin(), kTypes.end(),
                                [type](TypeRow const& r) { return r.vendor == type; });
  if (row == kTypes.end()) return WireType::text;
  bool const many = row->type == WireType::enumeration && field_type == "checkbox";
  return many ? WireType::multi_enumeration : row->type;
}

Property parse_property(JsonView view) {
  Property property;
  property.name = view["name"].text_or_empty();
  property.group = view["groupName"].text_or_empty();
  auto const type = view["type"].text_or_empty();
  property.type = wire_type(type, view["fieldType"].text_or_empty());
  property.plain_text = type == "string";
  property.unique = view["hasUniqueValue"].is_true();
  property.read_only =
      view["calculated"].is_true() || view["modificationMetadata"]["readOnlyValue"].is_true();
  bool const chosen =
      property.type == WireType::enumeration || property.type == WireType::multi_enumeration;
  if (!chosen) return property;
  for (auto const& item : view["options"].items()) {
    JsonView const option(&item);
    property.options.push_back({option["value"].text_or_empty(), option["label"].text_or_empty()});
  }
  // Owners and pipeline stages are enumerations whose values are kept elsewhere.
  property.options_closed = !view["externalOptions"].is_true() && !property.options.empty();
  return property;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      std::size_t const above = row[j];
      std::size_t const change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({above + 1, row[j - 1] + 1, change});
      diagonal = above;
    }
  }
  return row[b.size()];
}

struct GroupRow {
  std::string_view object;
  std::string_view group;
};

constexpr std::array kGroups{
    GroupRow{"contacts", "contactinformation"},  GroupRow{"0-1", "contactinformation"},
    GroupRow{"companies", "companyinformation"}, GroupRow{"0-2", "companyinformation"},
    GroupRow{"deals", "dealinformation"},        GroupRow{"0-3", "dealinformation"},
};

}  // namespace

PropertyTable::PropertyTable(std::vector<Property> properties)
    : properties_(std::move(properties)) {
  std::sort(properties_.begin(), properties_.end(),
            [](Property const& a, Property const& b) { return a.name < b.name; });
}

Property const* PropertyTable::find(std::string_view name) const noexcept {
  auto const at =
      std::lower_bound(properties_.begin(), properties_.end(), name,
                       [](Property const& p, std::string_view n) { return p.name < n; });
  return at != properties_.end() && at->name == name ? &*at : nullptr;
}

std::string PropertyTable::nearest(std::string_view name) const {
  std::vector<std::string_view> names;
  names.reserve(properties_.size());
  for (auto const& property : properties_) names.push_back(property.name);
  return nearest_name(name, names);
}

ObjectSchema PropertyTable::schema(std::string_view object) const {
  ObjectSchema schema;
  schema.object = object;
  for (auto const& property : properties_) {
    FieldSchema field;
    field.name = property.name;
    field.type = value_type(property.type);
    field.read_only = property.read_only;
    field.unique = property.unique;
    if (property.type == WireType::text) field.length_max = 65'536;
    field.options = property.options;
    field.options_closed = property.options_closed;
    schema.fields.push_back(std::move(field));
  }
  if (find(kIdField) == nullptr) {
    FieldSchema id;
    id.name = kIdField;
    id.read_only = true;
    id.nullable = false;
    id.unique = true;
    schema.fields.push_back(std::move(id));
  }
  std::sort(schema.fields.begin(), schema.fields.end(),
            [](FieldSchema const& a, FieldSchema const& b) { return a.name < b.name; });
  return schema;
}

engine::Result<PropertyTable> parse_properties(std::string_view body) {
  auto document = JsonDocument::parse(body);
  if (!document) return document.error();
  auto const results = document->root()["results"];
  if (!results.is_array())
    return engine::make_error(engine::Errc::corrupt, "hubspot: read properties",
                              "the answer has no list of results");
  std::vector<Property> properties;
  for (auto const& item : results.items()) {
    JsonView const view(&item);
    if (view["archived"].is_true() || view["name"].text_or_empty().empty()) continue;
    properties.push_back(parse_property(view));
  }
  PropertyTable table(std::move(properties));
  // Which of the two types its values have would be a guess.
  auto const twice = std::ranges::adjacent_find(table.all(), {}, &Property::name);
  if (twice != table.all().end())
    return engine::make_error(engine::Errc::corrupt, "hubspot: read properties",
                              "the answer has two properties of one name");
  return table;
}

std::string unique_property_body(std::string_view name, std::string_view group) {
  JsonWriter json;
  json.begin_object();
  json.pair("name", name).pair("label", name).pair("groupName", group);
  json.pair("type", "string").pair("fieldType", "text");
  json.pair("description", "Key of the record in the app database. Written by crmsync.");
  json.key("hasUniqueValue").boolean(true);
  json.key("formField").boolean(false);
  json.end_object();
  return json.str();
}

std::string property_group(std::string_view object, PropertyTable const& table) {
  for (auto const& row : kGroups)
    if (row.object == object) return std::string(row.group);
  std::string const usual = std::string(object) + "_information";
  std::map<std::string, int> counts;
  for (auto const& property : table.all())
    if (!property.group.empty()) ++counts[property.group];
  if (counts.empty() || counts.contains(usual)) return usual;
  return std::max_element(counts.begin(), counts.end(),
                          [](auto const& a, auto const& b) { return a.second < b.second; })
      ->first;
}

std::string nearest_name(std::string_view name, std::vector<std::string_view> const& candidates) {
  std::string_view best;
  std::size_t best_distance = name.size() / 3 + 1;
  for (auto const candidate : candidates) {
    auto const gap = candidate.size() > name.size() ? candidate.size() - name.size()
                                                    : name.size() - candidate.size();
    if (gap >= best_distance) continue;
    auto const distance = edit_distance(name, candidate);
    if (distance >= best_distance) continue;
    best = candidate;
    best_distance = distance;
  }
  return std::string(best);
}

}  // namespace crmsync::connectors::hubspot::wire
