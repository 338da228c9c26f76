// SPDX-License-Identifier: Apache-2.0
#include "connectors/hubspot/wire/value.hpp"

#include <algorithm>
#include <vector>

namespace crmsync::connectors::hubspot::wire {

namespace {

using engine::Errc;
using engine::FieldValue;
using engine::Value;

constexpr std::size_t kLengthMax = 65'536;
constexpr std::int64_t kMicrosPerDay = 86'400'000'000;

FieldValue read_boolean(std::string_view text) {
  if (text == "true") return Value(true);
  if (text == "false") return Value(false);
  return std::nullopt;
}

FieldValue read_number(std::string_view text) {
  auto number = engine::Decimal::parse(text);
  if (!number) return std::nullopt;
  return Value(std::move(*number));
}

std::optional<engine::Date> day_of(engine::Timestamp at) {
  if (at.micros % kMicrosPerDay != 0) return std::nullopt;
  return engine::date_from_days(at.micros / kMicrosPerDay);
}

FieldValue read_date(std::string_view text) {
  if (auto const date = engine::parse_date(text)) return Value(*date);
  auto const stamp = parse_stamp(text);
  if (!stamp) return std::nullopt;
  auto const day = day_of(*stamp);
  if (!day) return std::nullopt;
  return Value(*day);
}

FieldValue read_stamp(std::string_view text) {
  auto const stamp = parse_stamp(text);
  if (!stamp) return std::nullopt;
  return Value(*stamp);
}

std::vector<std::string> split_set(std::string_view text) {
  std::vector<std::string> items;
  while (!text.empty()) {
    auto const stop = std::min(text.find(';'), text.size());
    if (stop > 0) items.emplace_back(text.substr(0, stop));
    text.remove_prefix(std::min(stop + 1, text.size()));
  }
  return items;
}

// Separators alone hold nothing, which is written as "" and read as null.
FieldValue read_set(std::string_view text) {
  auto items = split_set(text);
  if (items.empty()) return Value(engine::Null{});
  return Value(engine::StringSet(std::move(items)));
}

engine::Error refuse(Errc code, Property const& property, std::string detail, std::string hint) {
  auto error = engine::make_error(code, "hubspot: write property " + property.name,
                                  std::move(detail), std::move(hint));
  error.fields.push_back(property.name);
  return error;
}

// Code points, not bytes: every byte that does not continue another one begins one.
std::size_t length_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u;
  }));
}

bool is_option(Property const& property, std::string_view value) {
  return std::any_of(property.options.begin(), property.options.end(),
                     [value](FieldOption const& option) { return option.value == value; });
}

// Plain text of a value, before the property's own rules; empty when the type cannot go there.
std::optional<std::string> plain_text(Value const& value, WireType type) {
  if (auto const* text = std::get_if<std::string>(&value)) return *text;
  if (auto const* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (auto const* whole = std::get_if<std::int64_t>(&value)) return std::to_string(*whole);
  if (auto const* number = std::get_if<engine::Decimal>(&value)) return number->text();
  if (auto const* date = std::get_if<engine::Date>(&value)) {
    auto const day = engine::format_date(*date);
    return type == WireType::datetime ? day + "T00:00:00.000Z" : day;
  }
  if (auto const* at = std::get_if<engine::Timestamp>(&value)) {
    if (type != WireType::date) return format_stamp(*at);
    auto const day = day_of(*at);
    if (!day) return std::nullopt;
    return engine::format_date(*day);
  }
  if (auto const* set = std::get_if<engine::StringSet>(&value)) {
    std::string joined;
    for (auto const& item : set->items()) {
      // An empty item would make the vendor append instead of replace.
      if (item.empty() || item.find(';') != std::string::npos) return std::nullopt;
      if (!joined.empty()) joined += ';';
      joined += item;
    }
    return joined;
  }
  return std::nullopt;
}

// The stored form of a set given as text: sorted, and never with a leading ';', which appends.
std::string normal_set(std::string_view text) {
  engine::StringSet const set(split_set(text));
  std::string joined;
  for (auto const& item : set.items()) {
    if (!joined.empty()) joined += ';';
    joined += item;
  }
  return joined;
}

bool options_hold(Property const& property, std::string_view text) {
  if (!property.options_closed || text.empty()) return true;
  if (property.type != WireType::multi_enumeration) return is_option(property, text);
  auto const items = split_set(text);
  return std::all_of(items.begin(), items.end(),
                     [&](std::string const& item) { return is_option(property, item); });
}

}  // namespace

std::optional<engine::Timestamp> parse_stamp(std::string_view text) {
  if (auto const ms = parse_integer(text)) {
    constexpr std::int64_t kLimit = INT64_MAX / 1000;
    if (*ms > kLimit || *ms < -kLimit) return std::nullopt;
    return engine::Timestamp{*ms * 1000};
  }
  return engine::parse_timestamp(text);
}

std::string format_stamp(engine::Timestamp at) {
  std::int64_t ms = at.micros / 1000;
  if (at.micros % 1000 < 0) --ms;
  std::int64_t rest = ms % 1000;
  if (rest < 0) rest += 1000;
  std::string text = engine::format_timestamp({(ms - rest) * 1000});
  text.pop_back();  // the zone letter
  std::string digits = std::to_string(rest);
  digits.insert(0, 3 - digits.size(), '0');
  return text + "." + digits + "Z";
}

FieldValue from_wire(WireType type, std::optional<std::string_view> text) {
  if (!text || text->empty()) return Value(engine::Null{});
  switch (type) {
    case WireType::boolean:
      return read_boolean(*text);
    case WireType::number:
      return read_number(*text);
    case WireType::date:
      return read_date(*text);
    case WireType::datetime:
      return read_stamp(*text);
    case WireType::multi_enumeration:
      return read_set(*text);
    case WireType::text:
    case WireType::enumeration:
      return Value(std::string(*text));
  }
  return std::nullopt;
}

engine::Result<std::string> to_wire(Property const& property, Value const& value) {
  if (property.read_only)
    return refuse(Errc::read_only, property, "HubSpot does not let it be written",
                  "map it with `direction: to_app`");
  if (std::holds_alternative<engine::Null>(value)) return std::string();
  auto text = plain_text(value, property.type);
  if (!text)
    return refuse(Errc::invalid_value, property, "the value does not fit the property's type",
                  "give the field a transform that produces the property's type");
  if (!is_valid_utf8(*text) || text->find('\0') != std::string::npos)
    return refuse(Errc::invalid_value, property, "the text is not valid UTF-8",
                  "correct the value in the app");
  if (length_of(*text) > kLengthMax)
    return refuse(Errc::invalid_value, property, "the text is longer than 65536 characters",
                  "shorten the value in the app");
  if (property.type == WireType::multi_enumeration) *text = normal_set(*text);
  if (!from_wire(property.type, *text))
    return refuse(Errc::invalid_value, property, "the value does not read as the property's type",
                  "give the field a transform that produces the property's type");
  if (!options_hold(property, *text))
    return refuse(Errc::invalid_value, property, "the value is none of the property's options",
                  "add the option in HubSpot or map it with `values:`");
  return std::move(*text);
}

}  // namespace crmsync::connectors::hubspot::wire
