// trim, lower, upper, email, digits, truncate: texts in normal form.
// SPDX-License-Identifier: Apache-2.0
#include "mappings/literals.hpp"
#include "mappings/transforms/normalise.hpp"
#include "mappings/transforms/rows.hpp"
#include "mappings/utf8.hpp"

namespace crmsync::mappings::transforms {
namespace {

std::string const& text_of(engine::Value const& value) {
  return std::get<std::string>(value);
}

constexpr std::uint64_t kLengthMax = 1'000'000;

bool is_valid(std::string_view text) {
  return first_invalid_utf8(text) == std::string_view::npos;
}
CanonicalValue invalid() {
  return unreadable("not valid UTF-8");
}

}  // namespace

CanonicalValue trim_value(engine::Value const& value, TransformUse const&) {
  return known(std::string(trimmed(text_of(value))));
}

CanonicalValue lower_value(engine::Value const& value, TransformUse const&) {
  if (!is_valid(text_of(value))) return invalid();
  return known(lower_case(text_of(value)));
}

CanonicalValue upper_value(engine::Value const& value, TransformUse const&) {
  if (!is_valid(text_of(value))) return invalid();
  return known(upper_case(text_of(value)));
}

std::string check_truncate(TransformUse const& use) {
  auto const longest = parse_count(use.param("max"));
  if (!longest || *longest == 0 || *longest > kLengthMax)
    return "`max` must be a whole number from 1 to 1000000";
  if (count_characters(use.param("marker")) >= *longest)
    return "the marker leaves no room for the text";
  return {};
}

// Characters are code points: what a CRM counts as well.
CanonicalValue truncate_value(engine::Value const& value, TransformUse const& use) {
  auto const& text = text_of(value);
  if (!is_valid(text)) return invalid();
  auto const longest = static_cast<std::size_t>(parse_count(use.param("max")).value_or(0));
  if (count_characters(text) <= longest) return known(text);
  auto const marker = use.param("marker");
  auto const kept = byte_offset(text, longest - count_characters(marker));
  return known(text.substr(0, kept) + std::string(marker));
}

CanonicalValue email_value(engine::Value const& value, TransformUse const&) {
  if (!is_valid(text_of(value))) return invalid();
  auto address = lower_case(trimmed(text_of(value)));
  if (!looks_like_email(address)) return unreadable("not an e-mail address");
  return known(std::move(address));
}

CanonicalValue digits_value(engine::Value const& value, TransformUse const&) {
  auto digits = only_digits(text_of(value));
  if (digits.empty()) return unreadable("no digit in it");
  return known(std::move(digits));
}

}  // namespace crmsync::mappings::transforms
