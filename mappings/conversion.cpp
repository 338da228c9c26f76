// SPDX-License-Identifier: Apache-2.0
#include "mappings/conversion.hpp"

#include "mappings/transforms/normalise.hpp"
#include "mappings/utf8.hpp"

namespace crmsync::mappings {
namespace {

using engine::Date;
using engine::Decimal;
using engine::Timestamp;
using engine::Value;
using engine::ValueType;

CanonicalValue known(Value value) {
  return {std::move(value), {}};
}
CanonicalValue refused(std::string_view problem) {
  return {std::nullopt, std::string(problem)};
}

CanonicalValue same(Value const& value) {
  return known(value);
}

CanonicalValue checked_text(Value const& value) {
  if (first_invalid_utf8(std::get<std::string>(value)) != std::string_view::npos)
    return refused("not valid UTF-8");
  return known(value);
}

std::string_view trimmed_text(Value const& value) {
  return trimmed(std::get<std::string>(value));
}

CanonicalValue text_to_boolean(Value const& value) {
  auto const word = lower_case(trimmed_text(value));
  if (word == "true") return known(true);
  if (word == "false") return known(false);
  return refused("neither true nor false");
}
CanonicalValue boolean_to_text(Value const& value) {
  return known(std::string(std::get<bool>(value) ? "true" : "false"));
}

CanonicalValue text_to_decimal(Value const& value) {
  auto number = Decimal::parse(trimmed_text(value));
  if (!number) return refused("not a number");
  return known(std::move(*number));
}
CanonicalValue decimal_to_text(Value const& value) {
  return known(std::get<Decimal>(value).text());
}

CanonicalValue text_to_date(Value const& value) {
  auto const date = engine::parse_date(trimmed_text(value));
  return date ? known(*date) : refused("not a date (YYYY-MM-DD)");
}
CanonicalValue date_to_text(Value const& value) {
  return known(engine::format_date(std::get<Date>(value)));
}

CanonicalValue text_to_timestamp(Value const& value) {
  auto const at = engine::parse_timestamp(trimmed_text(value));
  return at ? known(*at) : refused("not a time (RFC 3339)");
}
CanonicalValue timestamp_to_text(Value const& value) {
  return known(engine::format_timestamp(std::get<Timestamp>(value)));
}

CanonicalValue int_to_boolean(Value const& value) {
  auto const number = std::get<std::int64_t>(value);
  if (number != 0 && number != 1) return refused("neither 0 nor 1");
  return known(number == 1);
}
CanonicalValue boolean_to_int(Value const& value) {
  return known(std::int64_t{std::get<bool>(value) ? 1 : 0});
}

CanonicalValue int_to_decimal(Value const& value) {
  return known(Decimal::from_int(std::get<std::int64_t>(value)));
}
CanonicalValue decimal_to_int(Value const& value) {
  auto const whole = std::get<Decimal>(value).to_int();
  return whole ? known(*whole) : refused("no whole number of 64 bits");
}

CanonicalValue int_to_text(Value const& value) {
  return known(std::to_string(std::get<std::int64_t>(value)));
}
CanonicalValue text_to_int(Value const& value) {
  auto const number = Decimal::parse(trimmed_text(value));
  auto const whole = number ? number->to_int() : std::nullopt;
  return whole ? known(*whole) : refused("no whole number of 64 bits");
}

CanonicalValue decimal_to_boolean(Value const& value) {
  auto const whole = std::get<Decimal>(value).to_int();
  if (!whole || (*whole != 0 && *whole != 1)) return refused("neither 0 nor 1");
  return known(*whole == 1);
}
CanonicalValue boolean_to_decimal(Value const& value) {
  return known(Decimal::from_int(std::get<bool>(value) ? 1 : 0));
}

constexpr ConversionRow kConversions[] = {
    {ValueType::string, ValueType::string, checked_text, same},
    {ValueType::string, ValueType::boolean, text_to_boolean, boolean_to_text},
    {ValueType::string, ValueType::decimal, text_to_decimal, decimal_to_text},
    {ValueType::string, ValueType::date, text_to_date, date_to_text},
    {ValueType::string, ValueType::timestamp, text_to_timestamp, timestamp_to_text},
    {ValueType::int64, ValueType::decimal, int_to_decimal, decimal_to_int},
    {ValueType::int64, ValueType::boolean, int_to_boolean, boolean_to_int},
    {ValueType::int64, ValueType::string, int_to_text, text_to_int},
    {ValueType::decimal, ValueType::decimal, same, same},
    {ValueType::decimal, ValueType::boolean, decimal_to_boolean, boolean_to_decimal},
    {ValueType::decimal, ValueType::string, decimal_to_text, text_to_decimal},
    {ValueType::boolean, ValueType::boolean, same, same},
    {ValueType::boolean, ValueType::string, boolean_to_text, text_to_boolean},
    {ValueType::date, ValueType::date, same, same},
    {ValueType::date, ValueType::string, date_to_text, text_to_date},
    {ValueType::timestamp, ValueType::timestamp, same, same},
    {ValueType::timestamp, ValueType::string, timestamp_to_text, text_to_timestamp},
    {ValueType::string_set, ValueType::string_set, same, same},
};

}  // namespace

std::span<ConversionRow const> conversion_table() noexcept {
  return kConversions;
}

ConversionRow const* find_conversion(ValueType native, ValueType canonical) noexcept {
  for (auto const& row : kConversions)
    if (row.native == native && row.canonical == canonical) return &row;
  return nullptr;
}

}  // namespace crmsync::mappings
