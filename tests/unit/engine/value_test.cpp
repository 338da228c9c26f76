// SPDX-License-Identifier: Apache-2.0
#include "engine/value.hpp"

#include <gtest/gtest.h>

namespace crmsync::engine {
namespace {

TEST(Value, TypeFollowsTheAlternative) {
  EXPECT_EQ(type_of(Value(Null{})), ValueType::null);
  EXPECT_EQ(type_of(Value(true)), ValueType::boolean);
  EXPECT_EQ(type_of(Value(std::int64_t{1})), ValueType::int64);
  EXPECT_EQ(type_of(Value(Decimal())), ValueType::decimal);
  EXPECT_EQ(type_of(Value(std::string("x"))), ValueType::string);
  EXPECT_EQ(type_of(Value(Date())), ValueType::date);
  EXPECT_EQ(type_of(Value(Timestamp())), ValueType::timestamp);
  EXPECT_EQ(type_of(Value(StringSet())), ValueType::string_set);
  EXPECT_EQ(type_of(Value(Reference())), ValueType::reference);
  EXPECT_EQ(to_string(ValueType::string_set), "string_set");
  EXPECT_EQ(to_string(ValueType::null), "null");
}

TEST(Value, BlankIsNullEmptyOrWhiteSpace) {
  EXPECT_TRUE(is_blank(Null{}));
  EXPECT_TRUE(is_blank(std::string()));
  EXPECT_TRUE(is_blank(std::string(" \t\r\n\v\f")));
  EXPECT_TRUE(is_blank(std::string("\xC2\xA0 \xC2\xA0")));
  EXPECT_TRUE(is_blank(StringSet()));
  EXPECT_FALSE(is_blank(std::string("0")));
  EXPECT_FALSE(is_blank(std::string("\xC2")));
  EXPECT_FALSE(is_blank(std::string("\xC2\xA1")));
  EXPECT_FALSE(is_blank(std::int64_t{0}));
  EXPECT_FALSE(is_blank(false));
  EXPECT_FALSE(is_blank(StringSet({"a"})));
}

TEST(Value, DisplayIsForPeople) {
  EXPECT_EQ(display(Value(Null{})), "null");
  EXPECT_EQ(display(Value(true)), "true");
  EXPECT_EQ(display(Value(std::int64_t{-3})), "-3");
  EXPECT_EQ(display(Value(Decimal::parse("12.50").value())), "12.5");
  EXPECT_EQ(display(Value(std::string("Zo\xC3\xAB"))), "Zo\xC3\xAB");
  EXPECT_EQ(display(Value(Date{2026, 1, 31})), "2026-01-31");
  EXPECT_EQ(display(Value(Timestamp{500'000})), "1970-01-01T00:00:00.500Z");
  EXPECT_EQ(display(Value(StringSet({"b", "a"}))), "a; b");
  EXPECT_EQ(display(Value(Reference{42})), "link 42");
  EXPECT_EQ(display(FieldValue()), "(unknown)");
  EXPECT_EQ(display(FieldValue(Null{})), "null");
}

TEST(StringSet, IsSortedWithoutDuplicates) {
  StringSet const set({"b", "a", "b", "c", "a"});
  EXPECT_EQ(set.items(), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_TRUE(set.contains("b"));
  EXPECT_FALSE(set.contains("bb"));
  EXPECT_EQ(set, StringSet({"c", "b", "a"}));
}

TEST(Calendar, KnowsLeapYears) {
  EXPECT_TRUE(is_real_date({2024, 2, 29}));
  EXPECT_TRUE(is_real_date({2000, 2, 29}));
  EXPECT_FALSE(is_real_date({1900, 2, 29}));
  EXPECT_FALSE(is_real_date({2023, 2, 29}));
  EXPECT_FALSE(is_real_date({2023, 4, 31}));
  EXPECT_FALSE(is_real_date({2023, 13, 1}));
  EXPECT_FALSE(is_real_date({2023, 0, 1}));
  EXPECT_FALSE(is_real_date({2023, 1, 0}));
}

TEST(Calendar, EveryDayOfEightCenturiesRoundTrips) {
  auto expected = days_from_epoch({1600, 1, 1});
  for (std::int32_t year = 1600; year < 2400; ++year) {
    for (std::uint8_t month = 1; month <= 12; ++month) {
      for (std::uint8_t day = 1; day <= 31; ++day) {
        Date const date{year, month, day};
        if (!is_real_date(date)) continue;
        ASSERT_EQ(days_from_epoch(date), expected) << format_date(date);
        ASSERT_EQ(date_from_days(expected), date) << format_date(date);
        ++expected;
      }
    }
  }
  EXPECT_EQ(days_from_epoch({1970, 1, 1}), 0);
  EXPECT_EQ(days_from_epoch({2000, 3, 1}), 11'017);
}

TEST(Calendar, FarAwayDaysDoNotOverflow) {
  Date const far{2'000'000'000, 12, 31};
  EXPECT_EQ(date_from_days(days_from_epoch(far)), far);
  Date const past{-2'000'000'000, 1, 1};
  EXPECT_EQ(date_from_days(days_from_epoch(past)), past);
  EXPECT_TRUE(is_real_date(date_from_days(std::numeric_limits<std::int64_t>::max())));
  EXPECT_TRUE(is_real_date(date_from_days(std::numeric_limits<std::int64_t>::min())));
}

TEST(ParseDate, AcceptsRealDaysOnly) {
  EXPECT_EQ(parse_date("2024-02-29"), (Date{2024, 2, 29}));
  EXPECT_EQ(parse_date("0001-01-01"), (Date{1, 1, 1}));
  for (auto const* text : {"", "2023-02-29", "2024-2-9", "2024/02/09", "2024-02-30", "24-02-09",
                           "2024-02-09 ", "2024-02-09T00:00:00Z", "abcd-ef-gh", "2024-00-10"})
    EXPECT_EQ(parse_date(text), std::nullopt) << text;
}

TEST(ParseTimestamp, AcceptsTheUsualForms) {
  constexpr std::int64_t kNoon = 1'767'268'800'000'000;  // 2026-01-01T12:00:00Z
  for (auto const* text :
       {"2026-01-01T12:00:00Z", "2026-01-01 12:00:00", "2026-01-01T12:00:00",
        "2026-01-01t12:00:00z", "2026-01-01T13:00:00+01:00", "2026-01-01T06:30:00-0530",
        "2026-01-01T12:00:00.000000000Z", "2025-12-31T23:00:00-13:00", "2026-01-01T11:59:60Z"}) {
    auto const at = parse_timestamp(text);
    ASSERT_TRUE(at) << text;
    EXPECT_EQ(at->micros, kNoon) << text;
  }
}

TEST(ParseTimestamp, CutsFractionsToMicroseconds) {
  EXPECT_EQ(parse_timestamp("1970-01-01T00:00:00.5Z")->micros, 500'000);
  EXPECT_EQ(parse_timestamp("1970-01-01T00:00:00.123456789Z")->micros, 123'456);
  EXPECT_EQ(parse_timestamp("1969-12-31T23:59:59.999999Z")->micros, -1);
}

TEST(ParseTimestamp, RefusesEverythingElse) {
  for (auto const* text :
       {"", "2026-01-01", "2026-01-01T12:00", "2026-01-01T24:00:00Z", "2026-01-01T12:60:00Z",
        "2026-01-01T12:00:61Z", "2026-01-01T12:00:00.Z", "2026-01-01T12:00:00.1234567890Z",
        "2026-01-01T12:00:00+1", "2026-01-01T12:00:00+01:0", "2026-01-01T12:00:00+24:00",
        "2026-01-01T12:00:00+01:60", "2026-01-01T12:00:00 Z", "2026-01-01T12:00:00Zx",
        "2026-02-30T12:00:00Z", "2026-01-01X12:00:00Z", "0000-01-01T10:00:00+15:30",
        "9999-12-31T23:00:00-01:00"})
    EXPECT_EQ(parse_timestamp(text), std::nullopt) << text;
}

TEST(FormatTimestamp, UsesAsManyFractionDigitsAsNeeded) {
  EXPECT_EQ(format_timestamp({0}), "1970-01-01T00:00:00Z");
  EXPECT_EQ(format_timestamp({1'000}), "1970-01-01T00:00:00.001Z");
  EXPECT_EQ(format_timestamp({1}), "1970-01-01T00:00:00.000001Z");
  EXPECT_EQ(format_timestamp({-1}), "1969-12-31T23:59:59.999999Z");
  EXPECT_EQ(format_timestamp({951'782'399'000'000}), "2000-02-28T23:59:59Z");
  EXPECT_EQ(format_timestamp({951'782'400'000'000}), "2000-02-29T00:00:00Z");
}

TEST(FormatTimestamp, RoundTripsAndSurvivesTheExtremes) {
  for (std::int64_t micros = -62'135'596'800'000'000; micros < 253'402'300'800'000'000;
       micros += 987'654'321'012'345) {
    auto const text = format_timestamp({micros});
    ASSERT_EQ(parse_timestamp(text), Timestamp{micros}) << text;
  }
  EXPECT_EQ(format_timestamp({std::numeric_limits<std::int64_t>::max()}),
            "+294247-01-10T04:00:54.775807Z");
  EXPECT_EQ(format_timestamp({std::numeric_limits<std::int64_t>::min()}),
            "-290308-12-21T19:59:05.224192Z");
}

}  // namespace
}  // namespace crmsync::engine
