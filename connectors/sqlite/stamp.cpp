// SPDX-License-Identifier: Apache-2.0
#include "connectors/sqlite/stamp.hpp"

#include <charconv>
#include <cmath>
#include <cstdio>

namespace crmsync::connectors::sqlite {

using engine::Timestamp;

namespace {

constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int64_t kSecondsPerDay = 86'400;
constexpr std::size_t kDateChars = 10;  // 2026-01-31
constexpr std::size_t kTimeChars = 19;  // 2026-01-31 10:00:00

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - (a % b != 0 && (a % b < 0) != (b < 0) ? 1 : 0);
}

// Microseconds per unit of an integer stamp; after the year 1973 the sizes do not overlap.
std::int64_t unit_micros(std::int64_t number) {
  std::int64_t const size = number < 0 ? -(number + 1) : number;
  if (size < 100'000'000'000) return kMicrosPerSecond;
  if (size < 100'000'000'000'000) return 1000;
  return 1;
}

// What stands around the digits of a text stamp.
struct TextForm {
  char separator = 'T';
  std::size_t fraction_digits = 0;
  std::string zone;
  std::int64_t offset_minutes = 0;
};

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

std::optional<std::int64_t> zone_minutes(std::string_view zone) {
  if (zone.empty() || zone == "Z" || zone == "z") return 0;
  if (zone[0] != '+' && zone[0] != '-') return std::nullopt;
  std::string digits;
  for (char const c : zone.substr(1))
    if (is_digit(c)) digits += c;
  if (digits.size() != 4) return std::nullopt;
  int const hours = (digits[0] - '0') * 10 + (digits[1] - '0');
  int const minutes = (digits[2] - '0') * 10 + (digits[3] - '0');
  return (zone[0] == '-' ? -1 : 1) * (hours * 60 + minutes);
}

std::optional<TextForm> form_of(std::string const& text) {
  if (text.size() < kTimeChars || !engine::parse_timestamp(text)) return std::nullopt;
  TextForm form;
  form.separator = text[kDateChars];
  std::size_t place = kTimeChars;
  if (place < text.size() && text[place] == '.') {
    std::size_t const first = ++place;
    while (place < text.size() && is_digit(text[place])) ++place;
    form.fraction_digits = place - first;
  }
  form.zone = text.substr(place);
  auto const minutes = zone_minutes(form.zone);
  if (!minutes) return std::nullopt;
  form.offset_minutes = *minutes;
  return form;
}

std::string fraction_text(std::int64_t micros, std::size_t digits) {
  char text[16];
  std::snprintf(text, sizeof text, "%06lld", static_cast<long long>(micros));
  std::string out(text);
  out.resize(digits, '0');
  return out;
}

std::string text_at(TextForm const& form, Timestamp at) {
  std::int64_t const local = at.micros + form.offset_minutes * 60 * kMicrosPerSecond;
  std::int64_t const seconds = floor_div(local, kMicrosPerSecond);
  std::int64_t const days = floor_div(seconds, kSecondsPerDay);
  std::int64_t const second = seconds - days * kSecondsPerDay;
  char clock[16];
  std::snprintf(clock, sizeof clock, "%02d:%02d:%02d", static_cast<int>(second / 3600),
                static_cast<int>(second / 60 % 60), static_cast<int>(second % 60));
  std::string out = engine::format_date(engine::date_from_days(days)) + form.separator + clock;
  if (form.fraction_digits > 0)
    out += "." + fraction_text(local - seconds * kMicrosPerSecond, form.fraction_digits);
  return out + form.zone;
}

}  // namespace

Stamp read_stamp(Statement const& row, int column) {
  Stamp stamp;
  stamp.storage = row.storage(column);
  if (stamp.storage == Storage::integer) stamp.number = row.integer(column);
  if (stamp.storage == Storage::real) stamp.real = row.real(column);
  if (stamp.storage == Storage::text) stamp.text = row.text(column);
  return stamp;
}

void bind_stamp(Statement& statement, int index, Stamp const& stamp) {
  if (stamp.storage == Storage::integer)
    statement.bind(index, stamp.number);
  else if (stamp.storage == Storage::real)
    statement.bind_real(index, stamp.real);
  else if (stamp.storage == Storage::text)
    statement.bind(index, std::string_view(stamp.text));
  else
    statement.bind_null(index);
}

std::string encode_storage(Stamp const& stamp) {
  if (stamp.storage == Storage::integer) return "i";
  if (stamp.storage == Storage::real) return "r";
  return "t";
}

std::string encode_value(Stamp const& stamp) {
  if (stamp.storage == Storage::text) return stamp.text;
  if (stamp.storage == Storage::integer) return std::to_string(stamp.number);
  char text[64];
  auto const end = std::to_chars(std::begin(text), std::end(text), stamp.real);
  return {text, end.ptr};
}

std::optional<Stamp> decode_stamp(std::string_view storage, std::string_view value) {
  Stamp stamp;
  auto const* end = value.data() + value.size();
  if (storage == "t") {
    stamp.storage = Storage::text;
    stamp.text = value;
    return stamp;
  }
  std::from_chars_result read{value.data(), std::errc::invalid_argument};
  if (storage == "i") {
    stamp.storage = Storage::integer;
    read = std::from_chars(value.data(), end, stamp.number);
  } else if (storage == "r") {
    stamp.storage = Storage::real;
    read = std::from_chars(value.data(), end, stamp.real);
  }
  if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  // A number to from_chars, but SQLite stores none, and a pass could not go on from it.
  if (std::isnan(stamp.real)) return std::nullopt;
  return stamp;
}

std::optional<Timestamp> stamp_time(Stamp const& stamp) {
  if (stamp.storage == Storage::integer) return Timestamp{stamp.number * unit_micros(stamp.number)};
  if (stamp.storage != Storage::text) return std::nullopt;
  if (auto const date = engine::parse_date(stamp.text))
    return Timestamp{engine::days_from_epoch(*date) * kSecondsPerDay * kMicrosPerSecond};
  return engine::parse_timestamp(stamp.text);
}

std::optional<Stamp> stamp_at(Stamp const& form, Timestamp at) {
  Stamp out = form;
  if (form.storage == Storage::integer) {
    out.number = floor_div(at.micros, unit_micros(form.number));
    return out;
  }
  if (form.storage != Storage::text) return std::nullopt;
  if (engine::parse_date(form.text)) {
    std::int64_t const days = floor_div(at.micros, kMicrosPerSecond * kSecondsPerDay);
    out.text = engine::format_date(engine::date_from_days(days));
    return out;
  }
  auto const text_form = form_of(form.text);
  if (!text_form) return std::nullopt;
  out.text = text_at(*text_form, at);
  return out;
}

}  // namespace crmsync::connectors::sqlite
