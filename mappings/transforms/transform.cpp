// SPDX-License-Identifier: Apache-2.0
#include "mappings/transforms/transform.hpp"

#include "mappings/transforms/rows.hpp"

namespace crmsync::mappings {
namespace {

using engine::ValueType;
using namespace transforms;

ValueType takes_text(TransformUse const&) {
  return ValueType::string;
}
ValueType takes_number(TransformUse const&) {
  return ValueType::decimal;
}

constexpr TransformParam kScaleParams[] = {
    {"by", true, "", "How many of the app's units make one of the CRM's: a power of ten."}};
constexpr TransformParam kDateParams[] = {
    {"format", false, "YYYY-MM-DD",
     "How the app stores the day: a text of YYYY, MM and DD such as DD.MM.YYYY, or epoch_s or "
     "epoch_ms for a number of seconds or milliseconds at midnight UTC."}};
constexpr TransformParam kNumberParams[] = {
    {"decimal", false, ".", "What stands before the fraction: . or ,"},
    {"group", false, "",
     "What stands before every third digit: . , ' or a space. Written without."}};
constexpr TransformParam kBooleanParams[] = {{"true_word", true, "", "The app's word for true."},
                                             {"false_word", true, "", "The app's word for false."}};
constexpr TransformParam kTruncateParams[] = {
    {"max", true, "", "Characters at most, the marker included."},
    {"marker", false, "...", "What a text that was cut ends with."}};
constexpr TransformParam kCountryParams[] = {
    {"language", false, "en", "Language of the app's names, as an ISO 639 code."}};
constexpr TransformParam kSplitParams[] = {
    {"by", false, ";", "What stands between two items in the app's text."}};

constexpr TransformRow kTransforms[] = {
    {"trim",
     TransformKind::canonical,
     true,
     {},
     nothing_to_check,
     takes_text,
     ValueType::string,
     trim_value,
     same,
     "Removes white space at both ends."},
    {"lower",
     TransformKind::canonical,
     true,
     {},
     nothing_to_check,
     takes_text,
     ValueType::string,
     lower_value,
     same,
     "Lower case, by the rules of Unicode, the same in every locale."},
    {"upper",
     TransformKind::canonical,
     true,
     {},
     nothing_to_check,
     takes_text,
     ValueType::string,
     upper_value,
     same,
     "Upper case, by the rules of Unicode, the same in every locale."},
    {"email",
     TransformKind::canonical,
     true,
     {},
     nothing_to_check,
     takes_text,
     ValueType::string,
     email_value,
     same,
     "Removes white space at both ends and makes lower case; a text without exactly one @ counts "
     "as unreadable."},
    {"digits",
     TransformKind::one_way,
     true,
     {},
     nothing_to_check,
     takes_text,
     ValueType::string,
     digits_value,
     nullptr,
     "Keeps the digits 0 to 9 only."},
    {"url",
     TransformKind::canonical,
     true,
     {},
     nothing_to_check,
     takes_text,
     ValueType::string,
     url_value,
     same,
     "A web address: https:// where no scheme is given, host in lower case, no bare slash at the "
     "end."},
    {"domain",
     TransformKind::one_way,
     true,
     {},
     nothing_to_check,
     takes_text,
     ValueType::string,
     domain_value,
     nullptr,
     "The host of a web or e-mail address, without www."},
    {"truncate", TransformKind::one_way, true, kTruncateParams, check_truncate, takes_text,
     ValueType::string, truncate_value, nullptr,
     "Cuts a text that is too long for the CRM and marks the place."},
    {"number", TransformKind::canonical, false, kNumberParams, check_number, takes_text,
     ValueType::decimal, number_to_canonical, number_from_canonical,
     "A number that the app keeps as text: 1.234,50 with decimal , and group ."},
    {"boolean", TransformKind::canonical, false, kBooleanParams, check_boolean, takes_text,
     ValueType::boolean, boolean_to_canonical, boolean_from_canonical,
     "Two words of the app, true and false in the CRM."},
    {"country", TransformKind::canonical, false, kCountryParams, check_country, takes_text,
     ValueType::string, country_to_canonical, country_from_canonical,
     "Names of countries in the app, ISO 3166 codes of two letters in the CRM. Codes of two and "
     "three letters are read as well."},
    {"scale", TransformKind::exact, false, kScaleParams, check_scale, takes_number,
     ValueType::decimal, scale_to_canonical, scale_from_canonical,
     "Moves the decimal point: whole cents in the app, an amount in the CRM."},
    {"date", TransformKind::canonical, false, kDateParams, check_date, date_input, ValueType::date,
     date_to_canonical, date_from_canonical, "A calendar day without a time zone."},
    {"split", TransformKind::canonical, false, kSplitParams, check_split, takes_text,
     ValueType::string_set, split_to_canonical, split_from_canonical,
     "One text of several items in the app, a set in the CRM. Order means nothing; the app's text "
     "is written sorted."},
};

}  // namespace

std::string_view to_string(TransformKind kind) noexcept {
  switch (kind) {
    case TransformKind::exact:
      return "exact";
    case TransformKind::canonical:
      return "canonical";
    case TransformKind::one_way:
      return "one_way";
  }
  return "exact";
}

std::span<TransformRow const> transform_table() noexcept {
  return kTransforms;
}

TransformRow const* find_transform(std::string_view name) noexcept {
  for (auto const& row : kTransforms)
    if (row.name == name) return &row;
  return nullptr;
}

namespace transforms {

CanonicalValue same(engine::Value const& value, TransformUse const&) {
  return known(value);
}
std::string nothing_to_check(TransformUse const&) {
  return {};
}

}  // namespace transforms
}  // namespace crmsync::mappings
