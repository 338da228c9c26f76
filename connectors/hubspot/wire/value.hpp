// One property's text on the wire against a typed value.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/hubspot/wire/property.hpp"
#include "engine/value.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace crmsync::connectors::hubspot::wire {

// null and "" both mean that nothing is set. A text that does not read as its type is unknown: it
// must never look like a blank.
engine::FieldValue from_wire(WireType type, std::optional<std::string_view> text);

// ISO 8601, or milliseconds since 1970 as digits.
std::optional<engine::Timestamp> parse_stamp(std::string_view text);
// 2026-01-31T10:00:00.500Z; parts of a millisecond are dropped, as the vendor would.
std::string format_stamp(engine::Timestamp at);

// The text that makes a property hold `value`; "" clears (null would be ignored without a word).
// Refuses before the vendor does: read_only, invalid_value (type, option, length, encoding). The
// error names the property and never the value.
engine::Result<std::string> to_wire(Property const& property, engine::Value const& value);

}  // namespace crmsync::connectors::hubspot::wire
