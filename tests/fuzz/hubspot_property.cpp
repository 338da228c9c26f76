// Property lists, and values on the wire.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/hubspot/wire/property.hpp"
#include "connectors/hubspot/wire/value.hpp"
#include "tests/fuzz/target.hpp"

#include <algorithm>

namespace {

using namespace crmsync;
using namespace crmsync::connectors::hubspot::wire;
using fuzz::require;

void check_list(std::string_view body) {
  auto const table = parse_properties(body);
  if (!table) {
    require(table.error().code == engine::Errc::corrupt, "no property list is corrupt");
    require(fuzz::is_showable(table.error().message()), "what is wrong can be shown");
    return;
  }
  auto const schema = table->schema("contacts");
  for (auto const& property : table->all()) {
    require(!property.name.empty(), "a property has a name");
    require(table->find(property.name) == &property, "a property is found by its name");
    require(schema.find(property.name) != nullptr, "the schema knows every property");
  }
  property_group("contacts", *table);
  table->nearest("emial");
}

// The vendor's times have no more.
engine::Value in_milliseconds(engine::Value value) {
  if (auto* at = std::get_if<engine::Timestamp>(&value))
    at->micros -= (at->micros % 1'000 + 1'000) % 1'000;
  return value;
}

// What we read and write back is what was there.
void check_value(Property const& property, std::string_view text) {
  auto const value = from_wire(property.type, text);
  if (!value) return;
  auto const written = to_wire(property, *value);
  if (!written) {
    require(fuzz::is_showable(written.error().message()), "why a value is refused can be shown");
    return;
  }
  auto const again = from_wire(property.type, *written);
  require(again.has_value(), "what is written can be read");
  require(in_milliseconds(*again) == in_milliseconds(*value),
          "a value that was read is written as the same value");
}

void check_stamp(std::string_view text) {
  auto const at = parse_stamp(text);
  if (!at) return;
  auto const again = parse_stamp(format_stamp(*at));
  if (!again) return;  // a year that the form cannot hold
  require(again->micros <= at->micros && at->micros - again->micros < 1'000,
          "a stamp loses less than a millisecond");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  fuzz::Input input(data, size);
  auto const which = input.below(9);
  if (which == 8) {
    check_list(input.rest());
    return 0;
  }
  if (which == 7) {
    check_stamp(input.rest());
    return 0;
  }
  Property property;
  property.name = "p";
  property.type = static_cast<WireType>(which);
  check_value(property, input.rest());
  return 0;
}
