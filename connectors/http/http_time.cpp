// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/http_time.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstdio>

namespace crmsync::connectors::http {
namespace {

constexpr std::array<std::string_view, 7> days{"Sunday",   "Monday", "Tuesday", "Wednesday",
                                               "Thursday", "Friday", "Saturday"};
constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::int64_t second_micros = 1'000'000;

struct Civil {
  int year = 0;
  int month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
};

// Reads a text from left to right; once something does not fit, everything after fails too.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  void literal(std::string_view text) {
    if (!rest_.starts_with(text)) return fail();
    rest_.remove_prefix(text.size());
  }
  int number(std::size_t digits) {
    if (rest_.size() < digits) return fail(), 0;
    int value = 0;
    auto const end = rest_.data() + digits;
    auto const [stop, error] = std::from_chars(rest_.data(), end, value);
    if (error != std::errc{} || stop != end || rest_.front() == '-') return fail(), 0;
    rest_.remove_prefix(digits);
    return value;
  }
  // 1-based position of the name that comes next; names are compared exactly.
  template <std::size_t size>
  int one_of(std::array<std::string_view, size> const& names, std::size_t letters = 99) {
    for (std::size_t i = 0; i < size; ++i) {
      auto const name = names[i].substr(0, letters);
      if (!rest_.starts_with(name)) continue;
      rest_.remove_prefix(name.size());
      return static_cast<int>(i) + 1;
    }
    return fail(), 0;
  }
  int day_with_space() {
    if (!rest_.starts_with(' ')) return number(2);
    rest_.remove_prefix(1);
    return number(1);
  }
  void time(Civil& out) {
    out.hour = number(2);
    literal(":");
    out.minute = number(2);
    literal(":");
    out.second = number(2);
  }
  bool whole() const { return ok_ && rest_.empty(); }

 private:
  void fail() {
    ok_ = false;
    rest_ = {};
  }
  std::string_view rest_;
  bool ok_ = true;
};

std::optional<Civil> read_imf(std::string_view text) {
  Civil out;
  Reader in(text);
  in.one_of(days, 3);
  in.literal(", ");
  out.day = in.number(2);
  in.literal(" ");
  out.month = in.one_of(months);
  in.literal(" ");
  out.year = in.number(4);
  in.literal(" ");
  in.time(out);
  in.literal(" GMT");
  return in.whole() ? std::optional(out) : std::nullopt;
}

std::optional<Civil> read_rfc850(std::string_view text, int year_now) {
  Civil out;
  Reader in(text);
  in.one_of(days);
  in.literal(", ");
  out.day = in.number(2);
  in.literal("-");
  out.month = in.one_of(months);
  in.literal("-");
  out.year = year_now / 100 * 100 + in.number(2);
  if (out.year > year_now + 50) out.year -= 100;
  in.literal(" ");
  in.time(out);
  in.literal(" GMT");
  return in.whole() ? std::optional(out) : std::nullopt;
}

std::optional<Civil> read_asctime(std::string_view text) {
  Civil out;
  Reader in(text);
  in.one_of(days, 3);
  in.literal(" ");
  out.month = in.one_of(months);
  in.literal(" ");
  out.day = in.day_with_space();
  in.literal(" ");
  in.time(out);
  in.literal(" ");
  out.year = in.number(4);
  return in.whole() ? std::optional(out) : std::nullopt;
}

std::optional<engine::Timestamp> to_timestamp(Civil const& civil) {
  engine::Date const date{civil.year, static_cast<std::uint8_t>(civil.month),
                          static_cast<std::uint8_t>(civil.day)};
  // 60: a leap second, which our time does not have; it is the second after.
  if (!engine::is_real_date(date) || civil.hour > 23 || civil.minute > 59 || civil.second > 60)
    return std::nullopt;
  std::int64_t const seconds = engine::days_from_epoch(date) * 86'400 + civil.hour * 3'600 +
                               civil.minute * 60 + civil.second;
  return engine::Timestamp{seconds * second_micros};
}

std::int64_t floor_div(std::int64_t value, std::int64_t by) {
  return value / by - (value % by < 0 ? 1 : 0);
}

engine::Date date_of(engine::Timestamp at) {
  return engine::date_from_days(floor_div(at.micros, 86'400 * second_micros));
}

std::string_view trimmed(std::string_view text) {
  auto const blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && blank(text.back())) text.remove_suffix(1);
  return text;
}

// "120" or "1.5" as milliseconds, cut to the longest wait.
std::optional<std::chrono::milliseconds> read_seconds(std::string_view text) {
  auto const dot = text.find('.');
  auto const whole = text.substr(0, dot);
  auto const fraction = dot == std::string_view::npos ? std::string_view{} : text.substr(dot + 1);
  auto const digits = [](std::string_view part) {
    return !part.empty() &&
           std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  if (!digits(whole) || (dot != std::string_view::npos && !digits(fraction))) return std::nullopt;
  std::uint64_t seconds = 0;
  auto const [end, error] = std::from_chars(whole.data(), whole.data() + whole.size(), seconds);
  auto const most = static_cast<std::uint64_t>(longest_wait.count() / 1'000);
  if (error != std::errc{} || seconds >= most) return longest_wait;
  bool const rest = fraction.find_first_not_of('0') != std::string_view::npos;
  return std::chrono::seconds(seconds + (rest ? 1 : 0));
}

}  // namespace

std::string format_http_date(engine::Timestamp at) {
  std::int64_t const day_number = floor_div(at.micros, 86'400 * second_micros);
  std::int64_t const second = floor_div(at.micros, second_micros) - day_number * 86'400;
  engine::Date const date = date_of(at);
  // 1970-01-01 was a Thursday.
  auto const weekday = static_cast<std::size_t>(((day_number + 4) % 7 + 7) % 7);
  char text[64];
  int const size =
      std::snprintf(text, sizeof text, "%.3s, %02d %.3s %04d %02d:%02d:%02d GMT",
                    days[weekday].data(), int{date.day}, months[std::size_t{date.month} - 1].data(),
                    date.year, static_cast<int>(second / 3'600), static_cast<int>(second / 60 % 60),
                    static_cast<int>(second % 60));
  return {text, static_cast<std::size_t>(std::clamp(size, 0, 63))};
}

std::optional<engine::Timestamp> parse_http_date(std::string_view text, engine::Timestamp now) {
  text = trimmed(text);
  auto civil = read_imf(text);
  if (!civil) civil = read_rfc850(text, date_of(now).year);
  if (!civil) civil = read_asctime(text);
  return civil ? to_timestamp(*civil) : std::nullopt;
}

std::optional<std::chrono::milliseconds> parse_retry_after(std::string_view text,
                                                           engine::Timestamp now) {
  text = trimmed(text);
  if (auto const wait = read_seconds(text)) return wait;
  auto const until = parse_http_date(text, now);
  if (!until) return std::nullopt;
  std::int64_t const micros = std::max<std::int64_t>(until->micros - now.micros, 0);
  std::chrono::milliseconds const wait((micros + 999) / 1'000);
  return std::min(wait, longest_wait);
}

}  // namespace crmsync::connectors::http
