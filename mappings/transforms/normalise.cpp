// SPDX-License-Identifier: Apache-2.0
#include "mappings/transforms/normalise.hpp"

#include "mappings/utf8.hpp"

#include <unicode/locid.h>
#include <unicode/unistr.h>

#include <algorithm>
#include <limits>

namespace crmsync::mappings {
namespace {

constexpr std::string_view kSpaces = " \t\n\r\v\f";
constexpr std::string_view kNoBreakSpace = "\xC2\xA0";

bool is_ascii(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(),
                     [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

std::string ascii_lower(std::string_view text) {
  std::string out(text);
  for (auto& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string ascii_upper(std::string_view text) {
  std::string out(text);
  for (auto& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

template <class Change>
std::string changed(std::string_view text, std::string (*ascii)(std::string_view), Change change) {
  if (is_ascii(text)) return ascii(text);
  if (first_invalid_utf8(text) != std::string_view::npos ||
      text.size() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()))
    return std::string(text);
  auto unicode = icu::UnicodeString::fromUTF8(
      icu::StringPiece(text.data(), static_cast<std::int32_t>(text.size())));
  change(unicode);
  std::string out;
  unicode.toUTF8String(out);
  return out;
}

}  // namespace

std::string_view trimmed(std::string_view text) noexcept {
  for (bool again = true; again;) {
    again = false;
    while (!text.empty() && kSpaces.find(text.front()) != std::string_view::npos) {
      text.remove_prefix(1);
    }
    while (!text.empty() && kSpaces.find(text.back()) != std::string_view::npos) {
      text.remove_suffix(1);
    }
    if (text.starts_with(kNoBreakSpace)) {
      text.remove_prefix(kNoBreakSpace.size());
      again = true;
    }
    if (text.ends_with(kNoBreakSpace)) {
      text.remove_suffix(kNoBreakSpace.size());
      again = true;
    }
  }
  return text;
}

std::string lower_case(std::string_view text) {
  return changed(text, ascii_lower,
                 [](icu::UnicodeString& s) { s.toLower(icu::Locale::getRoot()); });
}

std::string upper_case(std::string_view text) {
  return changed(text, ascii_upper,
                 [](icu::UnicodeString& s) { s.toUpper(icu::Locale::getRoot()); });
}

std::string case_folded(std::string_view text) {
  return changed(text, ascii_lower, [](icu::UnicodeString& s) { s.foldCase(); });
}

std::string only_digits(std::string_view text) {
  std::string out;
  std::copy_if(text.begin(), text.end(), std::back_inserter(out),
               [](char c) { return c >= '0' && c <= '9'; });
  return out;
}

bool looks_like_email(std::string_view text) noexcept {
  auto const at = text.find('@');
  return at != std::string_view::npos && at > 0 && at + 1 < text.size() &&
         text.find('@', at + 1) == std::string_view::npos &&
         text.find_first_of(kSpaces) == std::string_view::npos;
}

std::string normalise(std::string_view compare, std::string_view text) {
  if (compare == "trim") return std::string(trimmed(text));
  if (compare == "lower") return case_folded(trimmed(text));
  if (compare == "digits") return only_digits(text);
  if (compare == "email") {
    auto lower = lower_case(trimmed(text));
    return looks_like_email(lower) ? lower : std::string{};
  }
  return std::string(text);
}

}  // namespace crmsync::mappings
