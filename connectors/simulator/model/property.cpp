// SPDX-License-Identifier: Apache-2.0
#include "connectors/simulator/model/property.hpp"

#include <array>
#include <utility>

namespace crmsync::connectors::simulator::model {
namespace {

constexpr std::array<std::pair<PropertyType, std::string_view>, 7> kTypes{{
    {PropertyType::string, "string"},
    {PropertyType::number, "number"},
    {PropertyType::boolean, "bool"},
    {PropertyType::date, "date"},
    {PropertyType::datetime, "datetime"},
    {PropertyType::enumeration, "enumeration"},
    {PropertyType::phone_number, "phone_number"},
}};

}  // namespace

std::string_view to_string(PropertyType type) noexcept {
  for (auto const& [value, name] : kTypes)
    if (value == type) return name;
  return "string";
}

std::optional<PropertyType> parse_property_type(std::string_view text) noexcept {
  for (auto const& [value, name] : kTypes)
    if (name == text) return value;
  return std::nullopt;
}

Option const* Property::find_option(std::string_view value) const noexcept {
  for (auto const& option : options)
    if (option.value == value) return &option;
  return nullptr;
}

}  // namespace crmsync::connectors::simulator::model
