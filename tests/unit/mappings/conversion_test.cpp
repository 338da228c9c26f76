// Native types and canonical types: every row goes there and back.
// SPDX-License-Identifier: Apache-2.0
#include "mappings/conversion.hpp"

#include <gtest/gtest.h>

#include <set>

namespace crmsync::mappings {
namespace {

using engine::Date;
using engine::Decimal;
using engine::StringSet;
using engine::Timestamp;
using engine::Value;
using engine::ValueType;

std::vector<Value> samples(ValueType type) {
  switch (type) {
    case ValueType::boolean:
      return {true, false};
    case ValueType::decimal:
      return {Decimal(), *Decimal::parse("-12.5"), *Decimal::parse("12345678901234567.89"),
              Decimal::from_int(1)};
    case ValueType::string:
      return {std::string("x"), std::string("größe"), std::string("0"), std::string("12"),
              std::string("true")};
    case ValueType::date:
      return {Date{2026, 1, 31}, Date{1, 1, 1}, Date{9999, 12, 31}};
    case ValueType::timestamp:
      return {Timestamp{0}, Timestamp{1'767'261'600'500'000}, Timestamp{-1}};
    case ValueType::string_set:
      return {StringSet({"a", "b"})};
    case ValueType::null:
    case ValueType::int64:
    case ValueType::reference:
      return {};
  }
  return {};
}

TEST(EveryConversion, WhatIsWrittenReadsBackTheSame) {
  std::set<std::pair<ValueType, ValueType>> seen;
  for (auto const& row : conversion_table()) {
    EXPECT_TRUE(seen.emplace(row.native, row.canonical).second);
    int trips = 0;
    for (auto const& value : samples(row.canonical)) {
      auto const native = row.write(value);
      EXPECT_EQ(native.value.has_value(), native.problem.empty());
      if (!native.value) continue;
      EXPECT_EQ(engine::type_of(*native.value), row.native);
      EXPECT_EQ(row.read(*native.value).value, value) << engine::display(value);
      ++trips;
    }
    bool const text_as_other =
        row.canonical == ValueType::string && row.native != ValueType::string;
    EXPECT_TRUE(trips > 0 || text_as_other)
        << to_string(row.native) << " " << to_string(row.canonical);
  }
}

engine::FieldValue read(Value const& native, ValueType canonical) {
  return find_conversion(engine::type_of(native), canonical)->read(native).value;
}
engine::FieldValue write(Value const& value, ValueType native) {
  return find_conversion(native, engine::type_of(value))->write(value).value;
}

TEST(Conversion, NumbersStayExactAndWholeWhereTheyMust) {
  EXPECT_EQ(read(Value(std::string("1.10")), ValueType::decimal), Value(*Decimal::parse("1.1")));
  EXPECT_EQ(read(Value(std::string(" 12 ")), ValueType::decimal), Value(Decimal::from_int(12)));
  EXPECT_EQ(read(Value(std::string("12,5")), ValueType::decimal), std::nullopt);
  EXPECT_EQ(write(Value(*Decimal::parse("0.5")), ValueType::int64), std::nullopt);
  EXPECT_EQ(write(Value(*Decimal::parse("9223372036854775808")), ValueType::int64), std::nullopt);
  EXPECT_EQ(write(Value(std::string("042")), ValueType::int64), Value(std::int64_t{42}));
  EXPECT_EQ(write(Value(std::string("x")), ValueType::int64), std::nullopt);
}

TEST(Conversion, BooleansAreZeroOneTrueFalseOnly) {
  EXPECT_EQ(read(Value(std::int64_t{1}), ValueType::boolean), Value(true));
  EXPECT_EQ(read(Value(std::int64_t{2}), ValueType::boolean), std::nullopt);
  EXPECT_EQ(read(Value(std::string("TRUE")), ValueType::boolean), Value(true));
  EXPECT_EQ(read(Value(std::string("yes")), ValueType::boolean), std::nullopt);
}

TEST(Conversion, DaysAndTimesAreReal) {
  EXPECT_EQ(read(Value(std::string("2026-02-30")), ValueType::date), std::nullopt);
  EXPECT_EQ(read(Value(std::string("2026-01-31")), ValueType::date), Value(Date{2026, 1, 31}));
  EXPECT_EQ(read(Value(std::string("2026-01-31 10:00:00+01:00")), ValueType::timestamp),
            read(Value(std::string("2026-01-31T09:00:00Z")), ValueType::timestamp));
  EXPECT_EQ(read(Value(std::string("soon")), ValueType::timestamp), std::nullopt);
}

TEST(Conversion, InvalidTextIsNoText) {
  EXPECT_EQ(read(Value(std::string("\xC3")), ValueType::string), std::nullopt);
}

TEST(Conversion, TypesThatCannotMeetHaveNoRow) {
  EXPECT_EQ(find_conversion(ValueType::date, ValueType::timestamp), nullptr);
  EXPECT_EQ(find_conversion(ValueType::string, ValueType::string_set), nullptr);
  EXPECT_EQ(find_conversion(ValueType::string_set, ValueType::string), nullptr);
}

}  // namespace
}  // namespace crmsync::mappings
