// What the CRM knows about one property of an object type.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/value.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crmsync::connectors::simulator::model {

// Position in its type's list. A deleted property keeps its place, so that a new one of the same
// name does not inherit its values.
using PropertyId = std::uint32_t;

enum class PropertyType : std::uint8_t {
  string,
  number,
  boolean,
  date,
  datetime,
  enumeration,
  phone_number,
};

std::string_view to_string(PropertyType type) noexcept;  // "bool" for boolean
std::optional<PropertyType> parse_property_type(std::string_view text) noexcept;

// Computed from the record whenever it is read; never stored, never written.
enum class Calculation : std::uint8_t {
  none,
  object_id,
  created,
  modified,
  email_domain,
  full_name,
  phone_digits,
  deal_closed,
  deal_won,
  home_amount,
};

// Values that live outside the property's own option list.
enum class External : std::uint8_t { none, owner, pipeline, stage };

struct Option {
  std::string label;
  std::string value;
  std::int32_t display_order = 0;
  bool hidden = false;  // hidden ones are still writable
  std::string description;
};

struct Property {
  std::string name;
  std::string label;
  std::string description;
  std::string group;
  PropertyType type = PropertyType::string;
  std::string field_type = "text";
  std::vector<Option> options;
  std::int32_t display_order = -1;
  Calculation calculation = Calculation::none;
  External external = External::none;
  bool unique = false;
  bool read_only = false;  // users and integrations cannot write the value
  bool standard = false;   // defined by the vendor: its definition cannot be changed or archived
  bool hidden = false;
  bool form_field = false;
  bool archived = false;
  engine::Timestamp created_at;
  engine::Timestamp updated_at;
  engine::Timestamp archived_at;

  bool multi_select() const noexcept {
    return type == PropertyType::enumeration && field_type == "checkbox";
  }
  Option const* find_option(std::string_view value) const noexcept;
};

}  // namespace crmsync::connectors::simulator::model
