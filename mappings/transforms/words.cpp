// number, boolean: numbers and truths that the app keeps as words of its own.
// SPDX-License-Identifier: Apache-2.0
#include "mappings/transforms/normalise.hpp"
#include "mappings/transforms/rows.hpp"

#include <algorithm>
#include <string>

namespace crmsync::mappings::transforms {
namespace {

constexpr std::size_t kGroup = 3;  // digits between two separators

bool all_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

// "1.234.567" without its separators; empty when they do not stand before every third digit: 1.5
// would be read as 15.
std::string ungrouped(std::string_view whole, std::string_view separator) {
  std::string out;
  bool first = true;
  while (true) {
    auto const end = separator.empty() ? std::string_view::npos : whole.find(separator);
    auto const part = whole.substr(0, end);
    bool const only = first && end == std::string_view::npos;
    bool const fits = first ? only || part.size() <= kGroup : part.size() == kGroup;
    if (!all_digits(part) || !fits) return {};
    out += part;
    if (end == std::string_view::npos) return out;
    whole.remove_prefix(end + separator.size());
    first = false;
  }
}

}  // namespace

std::string check_number(TransformUse const& use) {
  auto const decimal = use.param("decimal");
  auto const group = use.param("group");
  auto const is_mark = [](std::string_view text) {
    return text == "." || text == "," || text == "'" || text == " " || text == "\xC2\xA0";
  };
  if (decimal != "." && decimal != ",") return "`decimal` is . or ,";
  if (!group.empty() && !is_mark(group)) return "`group` is one of . , ' or a space";
  if (group == decimal) return "`decimal` and `group` must differ";
  return {};
}

CanonicalValue number_to_canonical(engine::Value const& value, TransformUse const& use) {
  auto text = trimmed(std::get<std::string>(value));
  std::string plain;
  if (text.starts_with('-') || text.starts_with('+')) {
    if (text.front() == '-') plain = "-";
    text.remove_prefix(1);
  }
  auto const mark = text.find(use.param("decimal"));
  auto const whole = ungrouped(text.substr(0, mark), use.param("group"));
  if (whole.empty()) return unreadable("not a number in the format of the row");
  plain += whole;
  if (mark != std::string_view::npos) {
    auto const fraction = text.substr(mark + use.param("decimal").size());
    if (!all_digits(fraction)) return unreadable("not a number in the format of the row");
    plain += "." + std::string(fraction);
  }
  auto number = engine::Decimal::parse(plain);
  if (!number) return unreadable("a number with too many digits");
  return known(std::move(*number));
}

// Without separators between the groups: every reader takes that.
CanonicalValue number_from_canonical(engine::Value const& value, TransformUse const& use) {
  auto text = std::get<engine::Decimal>(value).text();
  if (auto const point = text.find('.'); point != std::string::npos)
    text.replace(point, 1, use.param("decimal"));
  return known(std::move(text));
}

std::string check_boolean(TransformUse const& use) {
  if (case_folded(use.param("true_word")) == case_folded(use.param("false_word")))
    return "the two words must differ";
  return {};
}

CanonicalValue boolean_to_canonical(engine::Value const& value, TransformUse const& use) {
  auto const word = case_folded(trimmed(std::get<std::string>(value)));
  if (word == case_folded(use.param("true_word"))) return known(true);
  if (word == case_folded(use.param("false_word"))) return known(false);
  return unreadable("neither of the two words");
}

CanonicalValue boolean_from_canonical(engine::Value const& value, TransformUse const& use) {
  return known(std::string(use.param(std::get<bool>(value) ? "true_word" : "false_word")));
}

}  // namespace crmsync::mappings::transforms
