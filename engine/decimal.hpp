// Exact decimals as canonical text.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/error.hpp"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace crmsync::engine {

// Canonical text: optional '-', no leading zeros, no exponent, no trailing fraction zeros, no
// trailing point, "0" for every zero. Equal numbers therefore have equal text. At most
// kDigitsMax digits: longer input is refused, so hostile exponents cannot grow.
class Decimal {
 public:
  static constexpr int kDigitsMax = 1000;

  Decimal() : text_("0") {}
  // Accepts `[+-]digits[.digits][e[+-]digits]` (or `E`) and nothing else: no spaces, no grouping.
  // invalid_value when malformed, limit_exceeded past kDigitsMax digits; the text is not repeated.
  static Result<Decimal> parse(std::string_view text);
  static Decimal from_int(std::int64_t number);

  std::string const& text() const noexcept { return text_; }
  // Moves the decimal point: shifted(2) multiplies by 100, shifted(-2) divides by 100. Exact.
  // Fails with limit_exceeded past kDigitsMax digits.
  Result<Decimal> shifted(int places) const;
  // Empty when it is not whole or does not fit.
  std::optional<std::int64_t> to_int() const noexcept;

  friend Result<Decimal> add(Decimal const& a, Decimal const& b);
  friend Result<Decimal> subtract(Decimal const& a, Decimal const& b);
  friend bool operator==(Decimal const&, Decimal const&) = default;
  friend std::strong_ordering operator<=>(Decimal const& a, Decimal const& b) noexcept;

 private:
  explicit Decimal(std::string canonical) : text_(std::move(canonical)) {}
  std::string text_;
};

Result<Decimal> add(Decimal const& a, Decimal const& b);
Result<Decimal> subtract(Decimal const& a, Decimal const& b);

}  // namespace crmsync::engine
