// SPDX-License-Identifier: Apache-2.0
#include "engine/value.hpp"

#include <algorithm>
#include <array>

namespace crmsync::engine {

namespace {

constexpr std::array<std::string_view, std::variant_size_v<Value>> kTypeNames = {
    "null", "boolean",   "int64",      "decimal",  "string",
    "date", "timestamp", "string_set", "reference"};

bool is_blank_text(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    char const c = text[i];
    if (c == ' ' || (c >= '\t' && c <= '\r')) continue;
    if (text.substr(i, 2) == "\xC2\xA0") {  // U+00A0, as web forms leave it behind
      ++i;
      continue;
    }
    return false;
  }
  return true;
}

struct Display {
  std::string operator()(Null) const { return "null"; }
  std::string operator()(bool value) const { return value ? "true" : "false"; }
  std::string operator()(std::int64_t value) const { return std::to_string(value); }
  std::string operator()(Decimal const& value) const { return value.text(); }
  std::string operator()(std::string const& value) const { return value; }
  std::string operator()(Date value) const { return format_date(value); }
  std::string operator()(Timestamp value) const { return format_timestamp(value); }
  std::string operator()(StringSet const& value) const {
    std::string text;
    for (auto const& item : value.items()) {
      if (!text.empty()) text += "; ";
      text += item;
    }
    return text;
  }
  std::string operator()(Reference value) const { return "link " + std::to_string(value.link_id); }
};

}  // namespace

StringSet::StringSet(std::vector<std::string> items) : items_(std::move(items)) {
  std::ranges::sort(items_);
  items_.erase(std::unique(items_.begin(), items_.end()), items_.end());
}

bool StringSet::contains(std::string_view item) const {
  return std::ranges::binary_search(items_, item, std::ranges::less{},
                                    [](std::string const& one) -> std::string_view { return one; });
}

ValueType type_of(Value const& value) noexcept {
  return static_cast<ValueType>(value.index());
}

std::string_view to_string(ValueType type) noexcept {
  auto const index = static_cast<std::size_t>(type);
  return index < kTypeNames.size() ? kTypeNames[index] : "null";
}

bool is_blank(Value const& value) noexcept {
  if (std::holds_alternative<Null>(value)) return true;
  if (auto const* text = std::get_if<std::string>(&value)) return is_blank_text(*text);
  if (auto const* set = std::get_if<StringSet>(&value)) return set->items().empty();
  return false;
}

std::string display(Value const& value) {
  return std::visit(Display{}, value);
}

std::string display(FieldValue const& value) {
  return value ? display(*value) : "(unknown)";
}

}  // namespace crmsync::engine
