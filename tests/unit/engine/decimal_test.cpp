// SPDX-License-Identifier: Apache-2.0
#include "engine/decimal.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace crmsync::engine {
namespace {

std::string canonical(std::string_view text) {
  auto const result = Decimal::parse(text);
  return result ? result->text() : std::string(to_string(result.error().code));
}

Decimal dec(std::string_view text) {
  return Decimal::parse(text).value();
}

TEST(Decimal, EqualNumbersHaveEqualText) {
  EXPECT_EQ(canonical("0"), "0");
  EXPECT_EQ(canonical("-0"), "0");
  EXPECT_EQ(canonical("-0.000"), "0");
  EXPECT_EQ(canonical("+7"), "7");
  EXPECT_EQ(canonical("007.500"), "7.5");
  EXPECT_EQ(canonical("-12.0"), "-12");
  EXPECT_EQ(canonical("1e3"), "1000");
  EXPECT_EQ(canonical("1.25E2"), "125");
  EXPECT_EQ(canonical("125e-4"), "0.0125");
  EXPECT_EQ(canonical("1.5e+1"), "15");
  EXPECT_EQ(canonical("100e-2"), "1");
  EXPECT_EQ(canonical("0e99999999999"), "0");
  EXPECT_EQ(canonical("12345678901234567.89"), "12345678901234567.89");
}

TEST(Decimal, AnythingElseIsRefused) {
  for (auto const* text : {"", "-", "+", ".5", "5.", "1e", "1e+", " 1", "1 ", "1,5", "0x10",
                           "1_000", "NaN", "inf", "--1", "1.2.3", "1e2.5", "e5"})
    EXPECT_EQ(canonical(text), "invalid_value") << text;
}

TEST(Decimal, RefusalDoesNotRepeatTheText) {
  auto const result = Decimal::parse("secret-amount");
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message().find("secret"), std::string::npos);
}

TEST(Decimal, HostileExponentsDoNotGrow) {
  EXPECT_EQ(canonical("1e1000"), "limit_exceeded");
  EXPECT_EQ(canonical("1e-1000"), "limit_exceeded");
  EXPECT_EQ(canonical("1e99999999999999999999"), "limit_exceeded");
  EXPECT_EQ(canonical("1e-99999999999999999999"), "limit_exceeded");
  EXPECT_EQ(canonical(std::string(1001, '9')), "limit_exceeded");
  EXPECT_EQ(canonical("1e999").size(), 1000U);
  EXPECT_EQ(canonical("1e-999").size(), 1001U);
  EXPECT_EQ(canonical(std::string(1000, '9')), std::string(1000, '9'));
}

TEST(Decimal, ShiftMovesThePointExactly) {
  EXPECT_EQ(dec("12.34").shifted(2)->text(), "1234");
  EXPECT_EQ(dec("1234").shifted(-2)->text(), "12.34");
  EXPECT_EQ(dec("-5").shifted(-3)->text(), "-0.005");
  EXPECT_EQ(dec("0.1").shifted(1)->text(), "1");
  EXPECT_EQ(dec("0").shifted(500)->text(), "0");
  EXPECT_EQ(dec("7").shifted(0)->text(), "7");
  EXPECT_EQ(dec("7").shifted(std::numeric_limits<int>::max()).error().code, Errc::limit_exceeded);
  EXPECT_EQ(dec("7").shifted(std::numeric_limits<int>::min()).error().code, Errc::limit_exceeded);
}

TEST(Decimal, AddsAndSubtractsExactly) {
  EXPECT_EQ(add(dec("0.1"), dec("0.2"))->text(), "0.3");
  EXPECT_EQ(add(dec("999"), dec("1"))->text(), "1000");
  EXPECT_EQ(add(dec("-5"), dec("3"))->text(), "-2");
  EXPECT_EQ(add(dec("5"), dec("-5"))->text(), "0");
  EXPECT_EQ(add(dec("9999999999999999999"), dec("0.0000000001"))->text(),
            "9999999999999999999.0000000001");
  EXPECT_EQ(subtract(dec("1"), dec("0.999"))->text(), "0.001");
  EXPECT_EQ(subtract(dec("0"), dec("7"))->text(), "-7");
  EXPECT_EQ(subtract(dec("-3"), dec("-10.5"))->text(), "7.5");
  EXPECT_EQ(subtract(dec("1000"), dec("1"))->text(), "999");
}

TEST(Decimal, SumPastTheLimitFails) {
  auto const huge = dec(std::string(1000, '9'));
  EXPECT_EQ(add(huge, huge).error().code, Errc::limit_exceeded);
  EXPECT_EQ(subtract(huge, huge)->text(), "0");
}

TEST(Decimal, AgreesWithIntegerArithmetic) {
  for (std::int64_t a = -111; a <= 111; a += 7) {
    for (std::int64_t b = -1203; b <= 1203; b += 31) {
      auto const left = Decimal::from_int(a);
      auto const right = Decimal::from_int(b);
      EXPECT_EQ(add(left, right)->to_int(), a + b);
      EXPECT_EQ(subtract(left, right)->to_int(), a - b);
      EXPECT_EQ(left <=> right, a <=> b);
    }
  }
}

TEST(Decimal, OrdersByValue) {
  EXPECT_LT(dec("-2"), dec("-1.5"));
  EXPECT_LT(dec("-1"), dec("0"));
  EXPECT_LT(dec("9"), dec("10"));
  EXPECT_LT(dec("0.09"), dec("0.1"));
  EXPECT_LT(dec("1"), dec("1.0001"));
  EXPECT_LT(dec("-1.0001"), dec("-1"));
  EXPECT_GT(dec("123.45"), dec("123.4"));
  EXPECT_EQ(dec("1.0") <=> dec("1"), std::strong_ordering::equal);
}

TEST(Decimal, ToIntOnlyWhenWholeAndFitting) {
  EXPECT_EQ(dec("42").to_int(), 42);
  EXPECT_EQ(dec("-9223372036854775808").to_int(), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(dec("9223372036854775807").to_int(), std::numeric_limits<std::int64_t>::max());
  EXPECT_EQ(dec("9223372036854775808").to_int(), std::nullopt);
  EXPECT_EQ(dec("1.5").to_int(), std::nullopt);
  EXPECT_EQ(Decimal::from_int(std::numeric_limits<std::int64_t>::min()).text(),
            "-9223372036854775808");
}

}  // namespace
}  // namespace crmsync::engine
