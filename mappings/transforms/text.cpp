// trim, lower, email, digits: texts in normal form.
// SPDX-License-Identifier: Apache-2.0
#include "mappings/transforms/normalise.hpp"
#include "mappings/transforms/rows.hpp"
#include "mappings/utf8.hpp"

namespace crmsync::mappings::transforms {
namespace {

std::string const& text_of(engine::Value const& value) {
  return std::get<std::string>(value);
}

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
