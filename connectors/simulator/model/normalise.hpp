// What the CRM makes of a text it is asked to store, and what it refuses. Real CRMs rewrite what
// they get; whoever compares what was sent with what is stored meets these rewrites.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/simulator/model/catalog.hpp"
#include "connectors/simulator/model/property.hpp"
#include "connectors/simulator/model/refusal.hpp"

#include <boost/system/result.hpp>

#include <string>
#include <string_view>

namespace crmsync::connectors::simulator::model {

inline constexpr std::size_t kTextBytesMax = 65'536;

struct WriteRules {
  bool reformat_phones = false;  // phone widgets too, not only properties of type phone_number
};

// The stored form of `text`, never empty for a text that is not blank. "" clears and is always
// allowed. `current` is what the property holds: a multi-select text that starts with ';' adds to
// it. The Problem's property is left empty for the caller to fill.
boost::system::result<std::string, Problem> normalise(Property const& property,
                                                      std::string_view text,
                                                      std::string_view current,
                                                      Catalog const& catalog, bool is_identity,
                                                      WriteRules const& rules);

// Lower case and trimmed: how unique texts are compared.
std::string identity_key(std::string_view text);
std::string_view trimmed(std::string_view text) noexcept;  // ASCII white space at both ends
std::string lower_ascii(std::string_view text);
// Keeps '+' and digits of a number that starts with '+' or 00; anything else stays as it is.
std::string reformat_phone(std::string_view text);
// "2026-01-01T00:00:00Z", with milliseconds where there are any.
std::string format_stamp(engine::Timestamp at);
std::optional<std::int64_t> parse_integer(std::string_view text) noexcept;

}  // namespace crmsync::connectors::simulator::model
