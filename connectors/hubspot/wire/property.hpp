// What the account says about the properties of one object type.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/hubspot/wire/json.hpp"
#include "connectors/schema.hpp"
#include "engine/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace crmsync::connectors::hubspot::wire {

// How a property's text is read. Everything travels as a string or null, whatever the type.
enum class WireType : std::uint8_t {
  text,
  boolean,
  number,
  date,
  datetime,
  enumeration,
  multi_enumeration,
};

// The record id, which is no property of the vendor but may be mapped like one: read-only text.
inline constexpr std::string_view kIdField = "id";

struct Property {
  std::string name;
  std::string group;
  WireType type = WireType::text;
  bool plain_text = false;  // the vendor's type is exactly `string`
  bool read_only = false;
  bool unique = false;
  bool options_closed = false;
  std::vector<FieldOption> options;
};

class PropertyTable {
 public:
  PropertyTable() = default;
  explicit PropertyTable(std::vector<Property> properties);

  Property const* find(std::string_view name) const noexcept;
  std::vector<Property> const& all() const noexcept { return properties_; }
  // The existing name with the smallest edit distance of at most a third of the length; "" if none.
  std::string nearest(std::string_view name) const;
  // Sorted by name, the pseudo field `id` among them.
  ObjectSchema schema(std::string_view object) const;

 private:
  std::vector<Property> properties_;  // sorted by name
};

// corrupt when it is no property list.
engine::Result<PropertyTable> parse_properties(std::string_view body);

// Body that creates our unique text property.
std::string unique_property_body(std::string_view name, std::string_view group);
// The group such a property goes to: the standard one, or the one most properties are in.
std::string property_group(std::string_view object, PropertyTable const& table);

// Of `candidates`, the one nearest to `name` by edit distance; "" when none is near.
std::string nearest_name(std::string_view name, std::vector<std::string_view> const& candidates);

}  // namespace crmsync::connectors::hubspot::wire
