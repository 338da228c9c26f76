// SPDX-License-Identifier: Apache-2.0
#include "engine/decimal.hpp"

#include <algorithm>
#include <charconv>

namespace crmsync::engine {

namespace {

// value = (negative ? -1 : 1) * digits * 10^-scale. A negative scale means trailing zeros.
struct Parts {
  bool negative = false;
  std::string digits;
  int scale = 0;
};

// Any exponent beyond this is out of range for every number that is not zero.
constexpr int kExponentMax = 100'000;

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

Error malformed() {
  return make_error(Errc::invalid_value, "decimal", "not a decimal number",
                    "expected digits with an optional sign, point and exponent");
}

Error too_long() {
  return make_error(Errc::limit_exceeded, "decimal",
                    "more than " + std::to_string(Decimal::kDigitsMax) + " digits");
}

std::string_view take_digits(std::string_view& text) {
  auto const end = std::ranges::find_if_not(text, is_digit);
  auto const length = static_cast<std::size_t>(end - text.begin());
  auto const digits = text.substr(0, length);
  text.remove_prefix(length);
  return digits;
}

// Removes an optional sign; true when it is a minus.
bool take_sign(std::string_view& text) {
  if (text.empty() || (text.front() != '-' && text.front() != '+')) return false;
  bool const negative = text.front() == '-';
  text.remove_prefix(1);
  return negative;
}

// Empty when there is no exponent where one must be. Saturates: digits are not limited here.
std::optional<int> take_exponent(std::string_view& text) {
  text.remove_prefix(1);  // the 'e'
  bool const negative = take_sign(text);
  auto const digits = take_digits(text);
  if (digits.empty()) return std::nullopt;
  int value = 0;
  for (char const c : digits) value = std::min(value * 10 + (c - '0'), kExponentMax);
  return negative ? -value : value;
}

Result<std::string> canonical(Parts parts) {
  auto const first = std::min(parts.digits.find_first_not_of('0'), parts.digits.size());
  parts.digits.erase(0, first);
  while (!parts.digits.empty() && parts.digits.back() == '0') {
    parts.digits.pop_back();
    --parts.scale;
  }
  if (parts.digits.empty()) return std::string("0");
  auto const length = static_cast<int>(parts.digits.size());
  int const whole = std::max(length - parts.scale, 1);  // digits before the point
  if (whole + std::max(parts.scale, 0) > Decimal::kDigitsMax) return too_long();
  std::string text = parts.negative ? "-" : "";
  if (parts.scale <= 0) {
    text += parts.digits;
    text.append(static_cast<std::size_t>(-parts.scale), '0');
  } else if (parts.scale >= length) {
    text += "0.";
    text.append(static_cast<std::size_t>(parts.scale - length), '0');
    text += parts.digits;
  } else {
    auto const point = static_cast<std::size_t>(length - parts.scale);
    text.append(parts.digits, 0, point);
    text += '.';
    text.append(parts.digits, point);
  }
  return text;
}

Parts parts_of(std::string const& text) {
  Parts parts;
  parts.negative = text.front() == '-';
  parts.digits = text.substr(parts.negative ? 1 : 0);
  auto const point = parts.digits.find('.');
  if (point != std::string::npos) {
    parts.scale = static_cast<int>(parts.digits.size() - point - 1);
    parts.digits.erase(point, 1);
  }
  return parts;
}

// Same scale and same number of digits for both, so that digits line up.
void align(Parts& a, Parts& b) {
  int const scale = std::max(a.scale, b.scale);
  for (auto* one : {&a, &b}) {
    one->digits.append(static_cast<std::size_t>(scale - one->scale), '0');
    one->scale = scale;
  }
  auto const length = std::max(a.digits.size(), b.digits.size());
  for (auto* one : {&a, &b}) one->digits.insert(0, length - one->digits.size(), '0');
}

std::string add_digits(std::string const& a, std::string const& b) {
  std::string sum(a.size() + 1, '0');
  int carry = 0;
  for (std::size_t i = a.size(); i-- > 0;) {
    int const digit = (a[i] - '0') + (b[i] - '0') + carry;
    sum[i + 1] = static_cast<char>('0' + digit % 10);
    carry = digit / 10;
  }
  sum[0] = static_cast<char>('0' + carry);
  return sum;
}

// a >= b, same length.
std::string subtract_digits(std::string const& a, std::string const& b) {
  std::string difference(a.size(), '0');
  int borrow = 0;
  for (std::size_t i = a.size(); i-- > 0;) {
    int digit = (a[i] - '0') - (b[i] - '0') - borrow;
    borrow = digit < 0 ? 1 : 0;
    digit += borrow * 10;
    difference[i] = static_cast<char>('0' + digit);
  }
  return difference;
}

Result<std::string> add_parts(Parts a, Parts b) {
  align(a, b);
  Parts sum;
  sum.scale = a.scale;
  if (a.negative == b.negative) {
    sum.negative = a.negative;
    sum.digits = add_digits(a.digits, b.digits);
  } else {
    bool const a_larger = a.digits >= b.digits;
    sum.negative = a_larger ? a.negative : b.negative;
    sum.digits =
        a_larger ? subtract_digits(a.digits, b.digits) : subtract_digits(b.digits, a.digits);
  }
  return canonical(std::move(sum));
}

struct Magnitude {
  std::string_view whole;
  std::string_view fraction;
};

Magnitude magnitude_of(std::string_view text) {
  if (text.front() == '-') text.remove_prefix(1);
  auto const point = std::min(text.find('.'), text.size());
  return {text.substr(0, point), text.substr(std::min(point + 1, text.size()))};
}

// Canonical text: no leading zeros, so more whole digits is more; no trailing fraction zeros, so
// the fractions compare like words.
std::strong_ordering compare_magnitudes(std::string_view a, std::string_view b) {
  auto const left = magnitude_of(a);
  auto const right = magnitude_of(b);
  if (left.whole.size() != right.whole.size()) return left.whole.size() <=> right.whole.size();
  if (auto const order = left.whole <=> right.whole; order != 0) return order;
  return left.fraction <=> right.fraction;
}

}  // namespace

Result<Decimal> Decimal::parse(std::string_view text) {
  Parts parts;
  parts.negative = take_sign(text);
  auto const whole = take_digits(text);
  if (whole.empty()) return malformed();
  std::string_view fraction;
  if (!text.empty() && text.front() == '.') {
    text.remove_prefix(1);
    fraction = take_digits(text);
    if (fraction.empty()) return malformed();
  }
  int exponent = 0;
  if (!text.empty() && (text.front() == 'e' || text.front() == 'E')) {
    auto const given = take_exponent(text);
    if (!given) return malformed();
    exponent = *given;
  }
  if (!text.empty()) return malformed();
  if (whole.size() + fraction.size() > kDigitsMax) return too_long();
  parts.digits.append(whole).append(fraction);
  parts.scale = static_cast<int>(fraction.size()) - exponent;
  auto result = canonical(std::move(parts));
  if (!result) return result.error();
  return Decimal(std::move(*result));
}

Decimal Decimal::from_int(std::int64_t number) {
  return Decimal(std::to_string(number));
}

Result<Decimal> Decimal::shifted(int places) const {
  auto parts = parts_of(text_);
  parts.scale -= std::clamp(places, -kExponentMax, kExponentMax);
  auto result = canonical(std::move(parts));
  if (!result) return result.error();
  return Decimal(std::move(*result));
}

std::optional<std::int64_t> Decimal::to_int() const noexcept {
  std::int64_t number = 0;
  auto const* end = text_.data() + text_.size();
  auto const [stopped, error] = std::from_chars(text_.data(), end, number);
  if (error != std::errc() || stopped != end) return std::nullopt;
  return number;
}

Result<Decimal> add(Decimal const& a, Decimal const& b) {
  auto result = add_parts(parts_of(a.text_), parts_of(b.text_));
  if (!result) return result.error();
  return Decimal(std::move(*result));
}

Result<Decimal> subtract(Decimal const& a, Decimal const& b) {
  auto negated = parts_of(b.text_);
  negated.negative = !negated.negative;
  auto result = add_parts(parts_of(a.text_), std::move(negated));
  if (!result) return result.error();
  return Decimal(std::move(*result));
}

std::strong_ordering operator<=>(Decimal const& a, Decimal const& b) noexcept {
  bool const a_negative = a.text_.front() == '-';
  bool const b_negative = b.text_.front() == '-';
  if (a_negative != b_negative)
    return a_negative ? std::strong_ordering::less : std::strong_ordering::greater;
  return a_negative ? compare_magnitudes(b.text_, a.text_) : compare_magnitudes(a.text_, b.text_);
}

}  // namespace crmsync::engine
