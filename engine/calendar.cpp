// Dates and timestamps as text, proleptic Gregorian, without a time zone database.
// SPDX-License-Identifier: Apache-2.0
#include "engine/value.hpp"

#include <algorithm>

namespace crmsync::engine {

namespace {

constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int64_t kSecondsPerDay = 86'400;
constexpr std::int64_t kMicrosPerDay = kSecondsPerDay * kMicrosPerSecond;

constexpr bool is_leap(std::int64_t year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

constexpr int days_in_month(std::int64_t year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return month == 2 && is_leap(year) ? 29 : kDays[month - 1];
}

std::string padded(std::int64_t number, std::size_t width) {
  auto text = std::to_string(number);
  if (text.size() < width) text.insert(0, width - text.size(), '0');
  return text;
}

// Takes exactly `width` digits off the front.
std::optional<int> take_number(std::string_view& text, std::size_t width) {
  if (text.size() < width) return std::nullopt;
  int number = 0;
  for (char const c : text.substr(0, width)) {
    if (c < '0' || c > '9') return std::nullopt;
    number = number * 10 + (c - '0');
  }
  text.remove_prefix(width);
  return number;
}

bool take_char(std::string_view& text, char expected) {
  if (text.empty() || text.front() != expected) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<Date> take_date(std::string_view& text) {
  auto const year = take_number(text, 4);
  if (!year || !take_char(text, '-')) return std::nullopt;
  auto const month = take_number(text, 2);
  if (!month || !take_char(text, '-')) return std::nullopt;
  auto const day = take_number(text, 2);
  if (!day) return std::nullopt;
  Date const date{*year, static_cast<std::uint8_t>(*month), static_cast<std::uint8_t>(*day)};
  if (!is_real_date(date)) return std::nullopt;
  return date;
}

// `hh:mm:ss` in seconds. 60 is a leap second and counts as the second after it.
std::optional<std::int64_t> take_clock(std::string_view& text) {
  auto const hour = take_number(text, 2);
  if (!hour || *hour > 23 || !take_char(text, ':')) return std::nullopt;
  auto const minute = take_number(text, 2);
  if (!minute || *minute > 59 || !take_char(text, ':')) return std::nullopt;
  auto const second = take_number(text, 2);
  if (!second || *second > 60) return std::nullopt;
  return *hour * 3600 + *minute * 60 + *second;
}

// Up to nine digits after a point, cut to microseconds; 0 when there is no point.
std::optional<std::int64_t> take_fraction(std::string_view& text) {
  if (!take_char(text, '.')) return 0;
  std::int64_t micros = 0;
  int digits = 0;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    if (++digits > 9) return std::nullopt;
    if (digits <= 6) micros = micros * 10 + (text.front() - '0');
    text.remove_prefix(1);
  }
  if (digits == 0) return std::nullopt;
  for (int i = digits; i < 6; ++i) micros *= 10;
  return micros;
}

// Seconds east of UTC; takes the rest of the text.
std::optional<std::int64_t> take_offset(std::string_view text) {
  if (text.empty() || text == "Z" || text == "z") return 0;
  bool const east = take_char(text, '+');
  if (!east && !take_char(text, '-')) return std::nullopt;
  auto const hours = take_number(text, 2);
  if (!hours || *hours > 23) return std::nullopt;
  take_char(text, ':');
  auto const minutes = take_number(text, 2);
  if (!minutes || *minutes > 59 || !text.empty()) return std::nullopt;
  std::int64_t const seconds = *hours * 3600 + *minutes * 60;
  return east ? seconds : -seconds;
}

}  // namespace

bool is_real_date(Date date) noexcept {
  return date.month >= 1 && date.month <= 12 && date.day >= 1 &&
         date.day <= days_in_month(date.year, date.month);
}

// Counts in eras of 400 years (146,097 days) of years that begin in March, so that the leap day
// comes last.
std::int64_t days_from_epoch(Date date) noexcept {
  std::int64_t const year = static_cast<std::int64_t>(date.year) - (date.month <= 2 ? 1 : 0);
  std::int64_t const era = (year >= 0 ? year : year - 399) / 400;
  std::int64_t const year_of_era = year - era * 400;
  std::int64_t const month = (date.month + 9) % 12;
  std::int64_t const day_of_year = (153 * month + 2) / 5 + date.day - 1;
  std::int64_t const day_of_era =
      year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
  return era * 146'097 + day_of_era - 719'468;
}

Date date_from_days(std::int64_t days) noexcept {
  // About the last year that a Date can hold; keeps the arithmetic in range.
  constexpr std::int64_t kDaysMax = 784'000'000'000;
  days = std::clamp(days, -kDaysMax, kDaysMax) + 719'468;
  std::int64_t const era = (days >= 0 ? days : days - 146'096) / 146'097;
  std::int64_t const day_of_era = days - era * 146'097;
  std::int64_t const year_of_era =
      (day_of_era - day_of_era / 1'460 + day_of_era / 36'524 - day_of_era / 146'096) / 365;
  std::int64_t const day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  std::int64_t const month = (5 * day_of_year + 2) / 153;
  Date date;
  date.day = static_cast<std::uint8_t>(day_of_year - (153 * month + 2) / 5 + 1);
  date.month = static_cast<std::uint8_t>(month < 10 ? month + 3 : month - 9);
  date.year = static_cast<std::int32_t>(year_of_era + era * 400 + (date.month <= 2 ? 1 : 0));
  return date;
}

std::string format_date(Date date) {
  std::int64_t const year = date.year;
  std::string text;
  if (year < 0) text = "-";
  if (year > 9999) text = "+";
  text += padded(year < 0 ? -year : year, 4);
  return text + "-" + padded(date.month, 2) + "-" + padded(date.day, 2);
}

std::string format_timestamp(Timestamp at) {
  std::int64_t days = at.micros / kMicrosPerDay;
  std::int64_t rest = at.micros % kMicrosPerDay;
  if (rest < 0) {
    rest += kMicrosPerDay;
    --days;
  }
  std::int64_t const seconds = rest / kMicrosPerSecond;
  std::int64_t const micros = rest % kMicrosPerSecond;
  auto text = format_date(date_from_days(days)) + "T" + padded(seconds / 3600, 2) + ":" +
              padded(seconds / 60 % 60, 2) + ":" + padded(seconds % 60, 2);
  if (micros % 1000 != 0)
    text += "." + padded(micros, 6);
  else if (micros != 0)
    text += "." + padded(micros / 1000, 3);
  return text + "Z";
}

std::optional<Date> parse_date(std::string_view text) {
  auto const date = take_date(text);
  if (!date || !text.empty()) return std::nullopt;
  return date;
}

std::optional<Timestamp> parse_timestamp(std::string_view text) {
  auto const date = take_date(text);
  if (!date) return std::nullopt;
  if (!take_char(text, 'T') && !take_char(text, 't') && !take_char(text, ' ')) return std::nullopt;
  auto const clock = take_clock(text);
  if (!clock) return std::nullopt;
  auto const fraction = take_fraction(text);
  if (!fraction) return std::nullopt;
  auto const offset = take_offset(text);
  if (!offset) return std::nullopt;
  std::int64_t const seconds = days_from_epoch(*date) * kSecondsPerDay + *clock - *offset;
  // The offset may lead out of the years that can be written.
  if (seconds < days_from_epoch({0, 1, 1}) * kSecondsPerDay ||
      seconds > days_from_epoch({9999, 12, 31}) * kSecondsPerDay + kSecondsPerDay - 1)
    return std::nullopt;
  return Timestamp{seconds * kMicrosPerSecond + *fraction};
}

}  // namespace crmsync::engine
