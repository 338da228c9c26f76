// SPDX-License-Identifier: Apache-2.0
#include "connectors/simulator/model/normalise.hpp"

#include "engine/decimal.hpp"

#include <algorithm>
#include <charconv>
#include <set>

namespace crmsync::connectors::simulator::model {
namespace {

using Stored = boost::system::result<std::string, Problem>;

constexpr std::int64_t kMicrosPerMilli = 1'000;
constexpr std::int64_t kMillisPerDay = 86'400'000;

Problem problem(std::string code, std::string message) {
  return {{}, std::move(code), std::move(message)};
}

bool is_space(char c) noexcept {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

std::string without_trailing_space(std::string_view text) {
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return std::string(text);
}

Stored store_email(std::string_view text) {
  auto const email = identity_key(text);
  auto const at = email.find('@');
  bool const shaped = at != std::string::npos && at > 0 && email.find('@', at + 1) == email.npos &&
                      email.find('.', at) != email.npos && email.back() != '.' &&
                      std::ranges::none_of(email, is_space);
  if (!shaped) return problem("INVALID_EMAIL", "Email address is invalid");
  return email;
}

Stored store_number(std::string_view text) {
  auto const number = engine::Decimal::parse(trimmed(text));
  if (!number) return problem("INVALID_LONG", "Value was not a valid number.");
  return number->text();
}

Stored store_boolean(std::string_view text) {
  auto const value = lower_ascii(trimmed(text));
  if (value == "true" || value == "false") return value;
  return problem("INVALID_OPTION", "Value was not one of the allowed options: [true, false]");
}

Stored store_date(std::string_view text) {
  text = trimmed(text);
  if (auto const date = engine::parse_date(text)) return engine::format_date(*date);
  auto const millis = parse_integer(text);
  if (!millis) return problem("INVALID_DATE", "Value was not a valid date.");
  if (*millis % kMillisPerDay != 0)
    return problem("INVALID_DATE", "Value is not midnight in UTC, which a date must be.");
  return engine::format_date(engine::date_from_days(*millis / kMillisPerDay));
}

Stored store_datetime(std::string_view text) {
  text = trimmed(text);
  constexpr std::int64_t millis_max = std::int64_t{1} << 50;
  if (auto const millis = parse_integer(text); millis && std::abs(*millis) < millis_max)
    return format_stamp(engine::Timestamp{*millis * kMicrosPerMilli});
  if (auto const date = engine::parse_date(text))
    return format_stamp(
        engine::Timestamp{engine::days_from_epoch(*date) * kMillisPerDay * kMicrosPerMilli});
  auto const at = engine::parse_timestamp(text);
  if (!at) return problem("INVALID_DATE", "Value was not a valid date and time.");
  return format_stamp(*at);
}

std::string allowed_options(Property const& property) {
  std::string list;
  for (auto const& option : property.options) {
    if (!list.empty()) list += ", ";
    list += option.value;
  }
  return "[" + list + "]";
}

Stored store_external(Property const& property, std::string_view text, Catalog const& catalog) {
  auto const has_owner = [&](Owner const& owner) { return owner.id == text && !owner.archived; };
  auto const has_id = [&](Pipeline const& pipeline) { return pipeline.id == text; };
  if (property.external == External::owner)
    return std::ranges::any_of(catalog.owners(), has_owner)
               ? Stored(std::string(text))
               : problem("INVALID_OWNER_ID", "Owner does not exist or is deactivated");
  bool const known = property.external == External::stage
                         ? catalog.find_stage(text) != nullptr
                         : std::ranges::any_of(catalog.pipelines(), has_id);
  if (known) return std::string(text);
  return problem("INVALID_OPTION", "Value is not the id of a pipeline or stage of this account");
}

std::vector<std::string_view> items_of(std::string_view text) {
  std::vector<std::string_view> items;
  while (!text.empty()) {
    auto const end = std::min(text.find(';'), text.size());
    if (auto const item = trimmed(text.substr(0, end)); !item.empty()) items.push_back(item);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return items;
}

// The order in which options were ticked is not kept: the option list's order is.
Stored store_multi_select(Property const& property, std::string_view text,
                          std::string_view current) {
  std::set<std::string, std::less<>> wanted;
  for (auto const item : items_of(text)) wanted.emplace(item);
  for (auto const& item : wanted)
    if (!property.find_option(item))
      return problem("INVALID_OPTION",
                     "One value was not one of the allowed options: " + allowed_options(property));
  if (text.starts_with(';'))
    for (auto const item : items_of(current)) wanted.emplace(item);
  std::string stored;
  for (auto const& option : property.options) {
    if (wanted.erase(option.value) == 0) continue;
    if (!stored.empty()) stored += ';';
    stored += option.value;
  }
  for (auto const& item : wanted) stored += (stored.empty() ? "" : ";") + item;
  return stored;
}

Stored store_enumeration(Property const& property, std::string_view text, std::string_view current,
                         Catalog const& catalog) {
  if (property.external != External::none) return store_external(property, trimmed(text), catalog);
  if (property.multi_select()) return store_multi_select(property, text, current);
  if (property.find_option(text)) return std::string(text);
  return problem("INVALID_OPTION",
                 "Value was not one of the allowed options: " + allowed_options(property));
}

}  // namespace

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

std::string lower_ascii(std::string_view text) {
  std::string lower(text);
  for (char& c : lower)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
  return lower;
}

std::string identity_key(std::string_view text) {
  return lower_ascii(trimmed(text));
}

std::string reformat_phone(std::string_view text) {
  std::string digits;
  for (char const c : text)
    if (c >= '0' && c <= '9') digits += c;
  auto const start = trimmed(text);
  if (start.starts_with('+') && digits.size() >= 7) return "+" + digits;
  if (digits.starts_with("00") && digits.size() >= 9) return "+" + digits.substr(2);
  return without_trailing_space(text);
}

std::string format_stamp(engine::Timestamp at) {
  auto micros = at.micros - at.micros % kMicrosPerMilli;
  if (at.micros < 0 && micros != at.micros) micros -= kMicrosPerMilli;
  return engine::format_timestamp(engine::Timestamp{micros});
}

std::optional<std::int64_t> parse_integer(std::string_view text) noexcept {
  std::int64_t number = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Stored normalise(Property const& property, std::string_view text, std::string_view current,
                 Catalog const& catalog, bool is_identity, WriteRules const& rules) {
  if (trimmed(text).empty()) return std::string();
  if (text.size() > kTextBytesMax)
    return problem("INVALID_LENGTH", "Value is longer than 65536 characters.");
  switch (property.type) {
    case PropertyType::string:
      if (is_identity) return store_email(text);
      if (rules.reformat_phones && property.field_type == "phonenumber")
        return reformat_phone(text);
      return without_trailing_space(text);
    case PropertyType::phone_number:
      return reformat_phone(text);
    case PropertyType::number:
      return store_number(text);
    case PropertyType::boolean:
      return store_boolean(text);
    case PropertyType::date:
      return store_date(text);
    case PropertyType::datetime:
      return store_datetime(text);
    case PropertyType::enumeration:
      return store_enumeration(property, text, current, catalog);
  }
  return std::string(text);
}

}  // namespace crmsync::connectors::simulator::model
