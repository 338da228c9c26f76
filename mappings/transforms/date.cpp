// date: a calendar day as the app writes it. No time zone is involved, in any direction.
// SPDX-License-Identifier: Apache-2.0
#include "mappings/transforms/normalise.hpp"
#include "mappings/transforms/rows.hpp"

#include <algorithm>
#include <charconv>

namespace crmsync::mappings::transforms {
namespace {

constexpr std::int64_t kSecondsPerDay = 86'400;
// Years of four digits, so that every format can write every date it read.
constexpr std::int64_t kDayFirst = -719'162;  // 0001-01-01
constexpr std::int64_t kDayLast = 2'932'896;  // 9999-12-31

std::int64_t epoch_units(std::string_view format) {
  if (format == "epoch_s") return kSecondsPerDay;
  if (format == "epoch_ms") return kSecondsPerDay * 1000;
  return 0;
}

std::optional<int> digits_at(std::string_view text, std::size_t at, std::size_t length) {
  int number = 0;
  auto const* begin = text.data() + at;
  auto const [end, error] = std::from_chars(begin, begin + length, number);
  if (error != std::errc{} || end != begin + length || *begin == '-') return std::nullopt;
  return number;
}

bool separators_match(std::string_view text, std::string_view format) {
  for (std::size_t i = 0; i < format.size(); ++i) {
    bool const is_part = format[i] == 'Y' || format[i] == 'M' || format[i] == 'D';
    if (!is_part && text[i] != format[i]) return false;
  }
  return true;
}

CanonicalValue from_text(std::string_view text, std::string_view format) {
  constexpr std::string_view kProblem = "not a date in the mapping's format";
  text = trimmed(text);
  if (text.size() != format.size() || !separators_match(text, format)) return unreadable(kProblem);
  auto const year = digits_at(text, format.find("YYYY"), 4);
  auto const month = digits_at(text, format.find("MM"), 2);
  auto const day = digits_at(text, format.find("DD"), 2);
  if (!year || !month || !day) return unreadable(kProblem);
  engine::Date const date{*year, static_cast<std::uint8_t>(*month),
                          static_cast<std::uint8_t>(*day)};
  if (*year < 1 || !engine::is_real_date(date)) return unreadable("no day of the calendar");
  return known(date);
}

CanonicalValue from_number(engine::Decimal const& number, std::int64_t units) {
  auto const whole = number.to_int();
  if (!whole || *whole % units != 0) return unreadable("not a midnight in UTC");
  auto const days = *whole / units;
  if (days < kDayFirst || days > kDayLast) return unreadable("out of the calendar's range");
  return known(engine::date_from_days(days));
}

void put(std::string& text, std::size_t at, std::size_t length, int number) {
  for (auto i = at + length; i > at; --i) {
    text[i - 1] = static_cast<char>('0' + number % 10);
    number /= 10;
  }
}

}  // namespace

std::string check_date(TransformUse const& use) {
  auto const format = use.param("format");
  if (epoch_units(format) != 0) return {};
  auto const letters = [&](char letter) {
    return std::count(format.begin(), format.end(), letter);
  };
  if (letters('Y') == 4 && letters('M') == 2 && letters('D') == 2 &&
      format.find("YYYY") != std::string_view::npos &&
      format.find("MM") != std::string_view::npos && format.find("DD") != std::string_view::npos &&
      format.find_first_not_of("YMD-./ ") == std::string_view::npos)
    return {};
  return "the format must hold YYYY, MM and DD once each, as in DD.MM.YYYY, or be epoch_s or "
         "epoch_ms";
}

engine::ValueType date_input(TransformUse const& use) {
  return epoch_units(use.param("format")) != 0 ? engine::ValueType::decimal
                                               : engine::ValueType::string;
}

CanonicalValue date_to_canonical(engine::Value const& value, TransformUse const& use) {
  auto const format = use.param("format");
  if (auto const units = epoch_units(format); units != 0)
    return from_number(std::get<engine::Decimal>(value), units);
  return from_text(std::get<std::string>(value), format);
}

CanonicalValue date_from_canonical(engine::Value const& value, TransformUse const& use) {
  auto const date = std::get<engine::Date>(value);
  auto const days = engine::days_from_epoch(date);
  if (days < kDayFirst || days > kDayLast) return unreadable("out of the calendar's range");
  auto const format = use.param("format");
  if (auto const units = epoch_units(format); units != 0)
    return known(engine::Decimal::from_int(days * units));
  std::string text(format);
  put(text, format.find("YYYY"), 4, date.year);
  put(text, format.find("MM"), 2, date.month);
  put(text, format.find("DD"), 2, date.day);
  return known(std::move(text));
}

}  // namespace crmsync::mappings::transforms
