// SPDX-License-Identifier: Apache-2.0
#include "connectors/hubspot/wire/value.hpp"

#include <gtest/gtest.h>

namespace crmsync::connectors::hubspot::wire {
namespace {

using engine::Errc;
using engine::Null;
using engine::StringSet;
using engine::Value;

Value decimal(std::string_view text) {
  return *engine::Decimal::parse(text);
}

Value instant(std::string_view text) {
  return *engine::parse_timestamp(text);
}

Value day(std::string_view text) {
  return *engine::parse_date(text);
}

Property property(WireType type, std::vector<std::string> options = {}) {
  Property result;
  result.name = "some_field";
  result.type = type;
  for (auto& option : options) result.options.push_back({option, "Label " + option});
  result.options_closed = !result.options.empty();
  return result;
}

constexpr WireType kAll[] = {
    WireType::text,     WireType::boolean,     WireType::number,           WireType::date,
    WireType::datetime, WireType::enumeration, WireType::multi_enumeration};

TEST(FromWire, NullAndEmptyAreBothNullWhateverTheType) {
  for (auto const type : kAll) {
    EXPECT_EQ(from_wire(type, std::nullopt), Value(Null{}));
    EXPECT_EQ(from_wire(type, ""), Value(Null{}));
  }
}

TEST(FromWire, EachTypeReadsItsForms) {
  EXPECT_EQ(from_wire(WireType::boolean, "true"), Value(true));
  EXPECT_EQ(from_wire(WireType::boolean, "false"), Value(false));
  EXPECT_EQ(from_wire(WireType::number, "12.50"), decimal("12.5"));
  EXPECT_EQ(from_wire(WireType::number, "1.0E7"), decimal("10000000"));
  EXPECT_EQ(from_wire(WireType::number, "12345678901234567.89"), decimal("12345678901234567.89"));
  EXPECT_EQ(from_wire(WireType::date, "2026-01-31"), day("2026-01-31"));
  EXPECT_EQ(from_wire(WireType::date, "1767225600000"), day("2026-01-01"));
  EXPECT_EQ(from_wire(WireType::date, "-86400000"), day("1969-12-31"));
  EXPECT_EQ(from_wire(WireType::datetime, "2026-01-01T00:00:00Z"), instant("2026-01-01T00:00:00Z"));
  EXPECT_EQ(from_wire(WireType::datetime, "2026-01-01T00:00:00.123Z"),
            instant("2026-01-01T00:00:00.123Z"));
  EXPECT_EQ(from_wire(WireType::datetime, "1767225600123"), instant("2026-01-01T00:00:00.123Z"));
  EXPECT_EQ(from_wire(WireType::enumeration, "lead"), Value(std::string("lead")));
  EXPECT_EQ(from_wire(WireType::text, " x "), Value(std::string(" x ")));
}

TEST(FromWire, SetsHaveNoOrderAndNoBlanks) {
  auto const expected = Value(StringSet({"a", "b", "c"}));
  EXPECT_EQ(from_wire(WireType::multi_enumeration, "c;a;b"), expected);
  EXPECT_EQ(from_wire(WireType::multi_enumeration, ";a;;b;c;"), expected);
  EXPECT_EQ(from_wire(WireType::multi_enumeration, ";;"), Value(engine::Null{}));
}

TEST(FromWire, UnreadableIsUnknownNotBlank) {
  EXPECT_FALSE(from_wire(WireType::boolean, "yes"));
  EXPECT_FALSE(from_wire(WireType::number, "1,000"));
  EXPECT_FALSE(from_wire(WireType::date, "2026-02-30"));
  EXPECT_FALSE(from_wire(WireType::date, "1767225600001"));  // no midnight
  EXPECT_FALSE(from_wire(WireType::datetime, "soon"));
  EXPECT_FALSE(from_wire(WireType::datetime, "9223372036854775807"));
}

TEST(ToWire, NullClearsWithAnEmptyText) {
  for (auto const type : kAll) EXPECT_EQ(to_wire(property(type), Value(Null{})).value(), "");
}

TEST(ToWire, EachTypeHasOneForm) {
  EXPECT_EQ(to_wire(property(WireType::boolean), Value(true)).value(), "true");
  EXPECT_EQ(to_wire(property(WireType::number), decimal("12.50")).value(), "12.5");
  EXPECT_EQ(to_wire(property(WireType::number), Value(std::int64_t{7})).value(), "7");
  EXPECT_EQ(to_wire(property(WireType::date), day("2026-01-31")).value(), "2026-01-31");
  EXPECT_EQ(to_wire(property(WireType::date), instant("2026-01-31T00:00:00Z")).value(),
            "2026-01-31");
  EXPECT_EQ(to_wire(property(WireType::datetime), instant("2026-01-31T10:00:00.5Z")).value(),
            "2026-01-31T10:00:00.500Z");
  EXPECT_EQ(to_wire(property(WireType::datetime), day("2026-01-31")).value(),
            "2026-01-31T00:00:00.000Z");
  EXPECT_EQ(to_wire(property(WireType::multi_enumeration), Value(StringSet({"b", "a"}))).value(),
            "a;b");
}

TEST(ToWire, InstantsAreCutToMillisecondsAlsoBeforeTheEpoch) {
  EXPECT_EQ(format_stamp({1}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(format_stamp({-1}), "1969-12-31T23:59:59.999Z");
  EXPECT_EQ(format_stamp({1'767'225'600'007'999}), "2026-01-01T00:00:00.007Z");
}

TEST(ToWire, WhatIsWrittenReadsBackTheSame) {
  std::vector<std::pair<WireType, Value>> const cases{
      {WireType::boolean, Value(false)},
      {WireType::number, decimal("-0.000000000000000001")},
      {WireType::date, day("0099-12-31")},
      {WireType::datetime, instant("1969-12-31T23:59:59.999Z")},
      {WireType::text, Value(std::string("東京; \"x\""))},
      {WireType::multi_enumeration, Value(StringSet({"x y", "z"}))}};
  for (auto const& [type, value] : cases)
    EXPECT_EQ(from_wire(type, to_wire(property(type), value).value()), value);
}

TEST(ToWire, ASetNeverAppends) {
  EXPECT_EQ(to_wire(property(WireType::multi_enumeration), Value(std::string(";b;a"))).value(),
            "a;b");
  EXPECT_FALSE(to_wire(property(WireType::multi_enumeration), Value(StringSet({"a;b"}))));
  EXPECT_FALSE(to_wire(property(WireType::multi_enumeration), Value(StringSet({"", "a"}))));
}

TEST(ToWire, ClosedOptionsAreChecked) {
  auto const one = property(WireType::enumeration, {"lead", "customer"});
  EXPECT_TRUE(to_wire(one, Value(std::string("lead"))));
  EXPECT_TRUE(to_wire(one, Value(Null{})));
  auto const wrong = to_wire(one, Value(std::string("Lead")));
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().code, Errc::invalid_value);
  EXPECT_EQ(wrong.error().fields, std::vector<std::string>{"some_field"});
  auto const many = property(WireType::multi_enumeration, {"a", "b"});
  EXPECT_TRUE(to_wire(many, Value(StringSet({"a", "b"}))));
  EXPECT_FALSE(to_wire(many, Value(StringSet({"a", "x"}))));
}

TEST(ToWire, OpenOptionsTakeAnything) {
  auto open = property(WireType::enumeration, {"1"});
  open.options_closed = false;
  EXPECT_TRUE(to_wire(open, Value(std::string("77"))));
}

TEST(ToWire, WrongTypesTextsAndLengthsAreRefusedWithoutQuotingThem) {
  std::string const secret = "ann@example.com";
  std::string const long_text = std::string(65'537, 'x') + secret;
  std::vector<std::pair<WireType, Value>> const cases{
      {WireType::number, Value(secret)},
      {WireType::date, Value(secret)},
      {WireType::date, instant("2026-01-31T10:00:00Z")},
      {WireType::boolean, Value(secret)},
      {WireType::text, Value(secret + "\xFF")},
      {WireType::text, Value(secret + std::string(1, '\0'))},
      {WireType::text, Value(long_text)},
      {WireType::text, Value(engine::Reference{7})}};
  for (auto const& [type, value] : cases) {
    auto const result = to_wire(property(type), value);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Errc::invalid_value);
    EXPECT_EQ(result.error().message().find("ann"), std::string::npos);
    EXPECT_EQ(result.error().fields.size(), 1u);
  }
}

TEST(ToWire, LengthCountsCharactersNotBytes) {
  std::string text;
  for (int i = 0; i < 65'536; ++i) text += "é";
  EXPECT_TRUE(to_wire(property(WireType::text), Value(text)));
  EXPECT_FALSE(to_wire(property(WireType::text), Value(text + "é")));
}

TEST(ToWire, ReadOnlyPropertiesAreNotWritten) {
  auto fixed = property(WireType::text);
  fixed.read_only = true;
  EXPECT_EQ(to_wire(fixed, Value(std::string("x"))).error().code, Errc::read_only);
}

}  // namespace
}  // namespace crmsync::connectors::hubspot::wire
