// Every row of the transform table keeps the promise of its kind; then each one by itself.
// SPDX-License-Identifier: Apache-2.0
#include "mappings/transforms/transform.hpp"

#include "mappings/transforms/normalise.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

namespace crmsync::mappings {
namespace {

using engine::Date;
using engine::Decimal;
using engine::FieldValue;
using engine::StringSet;
using engine::Value;
using engine::ValueType;

TransformUse use_of(std::string name, std::string parameter = {}) {
  auto const* row = find_transform(name);
  TransformUse use{std::move(name), {}};
  for (auto const& param : row->params)
    use.params.emplace_back(param.name,
                            parameter.empty() ? std::string(param.default_value) : parameter);
  return use;
}

// Each row with parameters to try it with.
std::vector<TransformUse> uses_of(TransformRow const& row) {
  std::string const name(row.name);
  if (row.name == "scale")
    return {use_of(name, "10"), use_of(name, "100"), use_of(name, "1000000")};
  if (row.name == "number") {
    std::vector<TransformUse> uses{use_of(name)};
    for (auto const& [decimal, group] : {std::pair{",", "."}, {",", " "}, {".", ","}})
      uses.push_back({name, {{"decimal", decimal}, {"group", group}}});
    return uses;
  }
  if (row.name == "boolean") return {{name, {{"true_word", "Ja"}, {"false_word", "nein"}}}};
  if (row.name == "truncate") return {{name, {{"max", "5"}, {"marker", "..."}}}};
  if (row.name == "country") return {use_of(name), use_of(name, "de"), use_of(name, "ja")};
  if (row.name == "split") return {use_of(name), use_of(name, ", "), use_of(name, ";;")};
  if (row.name == "date")
    return {use_of(name),
            use_of(name, "DD.MM.YYYY"),
            use_of(name, "MM/DD/YYYY"),
            use_of(name, "YYYYMMDD"),
            use_of(name, "epoch_s"),
            use_of(name, "epoch_ms")};
  return {use_of(name)};
}

// Pieces of text that have broken such code before: scripts, case rules, spaces, separators.
std::string random_text(std::mt19937& random) {
  static constexpr std::string_view kPieces[] = {
      "a",  "B",        "ß",         "İ",        "ΑΣ",
      "σ",  "é",        "e\xCC\x81", "日本",     "Ǆ",
      " ",  "\xC2\xA0", "\t",        ";",        ", ",
      ";;", "@",        ".",         "0",        "42",
      "-",  "+",        "K",         "ann@x.de", "\xF0\x9F\x98\x80"};
  std::string text;
  for (auto left = random() % 6; left > 0; --left) text += kPieces[random() % std::size(kPieces)];
  return text;
}

Value random_input(std::mt19937& random, TransformRow const& row, TransformUse const& use) {
  auto const day = engine::date_from_days(static_cast<std::int64_t>(random() % 80'000) - 40'000);
  if (row.name == "date") return *row.from_canonical(day, use).value;
  if (row.name == "number")
    return std::to_string(random() % 10'000) + std::string(use.param("group")) +
           std::to_string(100 + random() % 900) + std::string(use.param("decimal")) +
           std::to_string(random() % 100);
  if (row.name == "boolean")
    return std::string(use.param(random() % 2 == 0 ? "true_word" : "false_word"));
  if (row.name == "country") {
    static constexpr std::string_view kCodes[] = {"de", "FR", "usa", "JPN", "CI", "GB", "XX"};
    return std::string(kCodes[random() % std::size(kCodes)]);
  }
  if (row.name == "url" || row.name == "domain")
    return (random() % 2 == 0 ? "HTTP://" : "") + std::string("Www.Ex") +
           std::to_string(random() % 100) + ".DE" + (random() % 2 == 0 ? "/" : "/A?b=C");
  if (row.input(use) == ValueType::decimal) {
    auto const number = static_cast<std::int64_t>(random()) - (std::int64_t{1} << 31);
    return *Decimal::from_int(number).shifted(-static_cast<int>(random() % 4));
  }
  return random_text(random);
}

// True: the value came through both ways.
bool came_back(TransformRow const& row, TransformUse const& use, Value const& input) {
  auto const canonical = row.to_canonical(input, use);
  EXPECT_EQ(canonical.value.has_value(), canonical.problem.empty()) << row.name;
  if (!canonical.value || row.from_canonical == nullptr) return false;
  EXPECT_EQ(engine::type_of(*canonical.value), row.output) << row.name;
  auto const back = row.from_canonical(*canonical.value, use);
  if (!back.value) return false;  // refused rather than written wrongly
  EXPECT_EQ(row.to_canonical(*back.value, use).value, canonical.value)
      << row.name << ": " << display(input);
  if (row.kind == TransformKind::exact) {
    EXPECT_EQ(*back.value, input) << row.name;
  }
  return true;
}

TEST(EveryTransform, UndoingKeepsThePromiseOfItsKind) {
  std::mt19937 random(20260101);
  for (auto const& row : transform_table())
    for (auto const& use : uses_of(row)) {
      ASSERT_EQ(row.check(use), "") << row.name;
      int round_trips = 0;
      for (int i = 0; i < 5'000 && !::testing::Test::HasFailure(); ++i)
        round_trips += came_back(row, use, random_input(random, row, use)) ? 1 : 0;
      EXPECT_TRUE(round_trips > 100 || row.kind == TransformKind::one_way) << row.name;
    }
}

TEST(EveryTransform, NormalisersLeaveNormalFormsAlone) {
  std::mt19937 random(7);
  for (auto const& row : transform_table()) {
    if (!row.normalises) continue;
    auto const use = uses_of(row).front();
    ASSERT_EQ(row.input(use), row.output) << row.name;
    for (int i = 0; i < 5'000; ++i) {
      auto const once = row.to_canonical(random_text(random), use);
      if (!once.value || engine::is_blank(*once.value)) continue;
      ASSERT_EQ(row.to_canonical(*once.value, use).value, once.value) << row.name;
    }
  }
}

TEST(EveryTransform, IsNamedOnceAndExplained) {
  std::set<std::string_view> seen;
  for (auto const& row : transform_table()) {
    EXPECT_TRUE(seen.insert(row.name).second);
    EXPECT_TRUE(row.doc.ends_with('.')) << row.name;
    EXPECT_EQ(row.from_canonical == nullptr, row.kind == TransformKind::one_way) << row.name;
  }
}

FieldValue to(TransformUse const& use, Value const& value) {
  return find_transform(use.name)->to_canonical(value, use).value;
}
FieldValue from(TransformUse const& use, Value const& value) {
  return find_transform(use.name)->from_canonical(value, use).value;
}

TEST(Trim, RemovesNoBreakSpacesToo) {
  EXPECT_EQ(to(use_of("trim"), Value(std::string("\xC2\xA0 \ta b\n\xC2\xA0"))),
            Value(std::string("a b")));
}

TEST(Lower, FollowsUnicodeAndNoLocale) {
  EXPECT_EQ(to(use_of("lower"), Value(std::string("ÄÖÜ ΌΣΟΣ I"))),
            Value(std::string("äöü όσος i")));
  EXPECT_EQ(to(use_of("lower"), Value(std::string("\xFF"))), std::nullopt);
}

TEST(Email, NeedsOneAtSign) {
  EXPECT_EQ(to(use_of("email"), Value(std::string(" Ann@Example.COM "))),
            Value(std::string("ann@example.com")));
  for (auto const* text : {"ann", "a@b@c", "@x", "x@", "a b@c"})
    EXPECT_EQ(to(use_of("email"), Value(std::string(text))), std::nullopt) << text;
}

TEST(Digits, NothingLeftIsUnreadableNotBlank) {
  EXPECT_EQ(to(use_of("digits"), Value(std::string("+49 (30) 901-820"))),
            Value(std::string("4930901820")));
  EXPECT_EQ(to(use_of("digits"), Value(std::string("unknown"))), std::nullopt);
}

TEST(Scale, MovesThePointExactly) {
  auto const use = use_of("scale", "100");
  EXPECT_EQ(to(use, Decimal::from_int(1999)), Value(*Decimal::parse("19.99")));
  EXPECT_EQ(to(use, Decimal::from_int(-5)), Value(*Decimal::parse("-0.05")));
  EXPECT_EQ(to(use, *Decimal::parse("90071992547409931")),
            Value(*Decimal::parse("900719925474099.31")));
  EXPECT_EQ(from(use, *Decimal::parse("19.99")), Value(Decimal::from_int(1999)));
  EXPECT_EQ(from(use, *Decimal::parse("0.001")), Value(*Decimal::parse("0.1")));
}

TEST(Scale, TakesPowersOfTenOnly) {
  for (auto const* factor : {"1", "0", "50", "-10", "1000x", "0.1", "10000000000000000000000"})
    EXPECT_NE(find_transform("scale")->check(use_of("scale", factor)), "") << factor;
}

TEST(DateTransform, ReadsItsFormatAndNothingElse) {
  auto const german = use_of("date", "DD.MM.YYYY");
  EXPECT_EQ(to(german, Value(std::string("31.12.1990"))), Value(Date{1990, 12, 31}));
  EXPECT_EQ(from(german, Date{1990, 2, 3}), Value(std::string("03.02.1990")));
  for (auto const* text : {"31-12-1990", "1990-12-31", "31.12.90", "30.02.1990", "+1.12.1990",
                           "31.12.1990 10:00", "-1.12.1990"})
    EXPECT_EQ(to(german, Value(std::string(text))), std::nullopt) << text;
}

TEST(DateTransform, EpochNumbersAreMidnights) {
  EXPECT_EQ(to(use_of("date", "epoch_s"), Decimal::from_int(86'400)), Value(Date{1970, 1, 2}));
  EXPECT_EQ(to(use_of("date", "epoch_ms"), Decimal::from_int(-86'400'000)),
            Value(Date{1969, 12, 31}));
  EXPECT_EQ(to(use_of("date", "epoch_s"), Decimal::from_int(86'401)), std::nullopt);
  EXPECT_EQ(to(use_of("date", "epoch_s"), *Decimal::parse("9223372036854720000")), std::nullopt);
  EXPECT_EQ(to(use_of("date", "epoch_s"), *Decimal::parse("1e30")), std::nullopt);
}

TEST(DateTransform, FormatsNeedEveryPartOnce) {
  for (auto const* format : {"YYYY-MM", "YYYY-MM-DD-DD", "YY-MM-DD", "YYYY-MM-DDT", "%Y-%m-%d",
                             "YYYY-MM-D", "MYYYYM-DD"})
    EXPECT_NE(find_transform("date")->check(use_of("date", format)), "") << format;
}

TEST(Split, OrderAndBlanksMeanNothing) {
  auto const use = use_of("split");
  EXPECT_EQ(to(use, Value(std::string(" b;a ;; b"))), Value(StringSet({"a", "b"})));
  EXPECT_EQ(from(use, StringSet({"b", "a"})), Value(std::string("a;b")));
  EXPECT_EQ(to(use, Value(std::string(";"))), Value(StringSet{}));
}

TEST(Split, WhatCouldNotBeReadBackIsRefused) {
  EXPECT_EQ(from(use_of("split"), StringSet({"a;b"})), std::nullopt);
  EXPECT_EQ(from(use_of("split"), StringSet({" a"})), std::nullopt);
  EXPECT_EQ(from(use_of("split", ";;"), StringSet({"a;", "b"})), std::nullopt);
  EXPECT_NE(find_transform("split")->check(use_of("split", "  ")), "");
}

TEST(Upper, FollowsUnicodeAndNoLocale) {
  EXPECT_EQ(to(use_of("upper"), Value(std::string("i\xC3\xA4\xC3\x9F"))),
            Value(std::string("I\xC3\x84SS")));
}

TEST(Truncate, CountsCharactersAndMarksTheCut) {
  TransformUse const use{"truncate", {{"max", "5"}, {"marker", "\xE2\x80\xA6"}}};
  EXPECT_EQ(to(use, Value(std::string("\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4"))),
            Value(std::string("\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4")));
  EXPECT_EQ(to(use, Value(std::string("abcdef"))), Value(std::string("abcd\xE2\x80\xA6")));
  for (auto const* longest : {"0", "-1", "ten", "3", "1000001"})
    EXPECT_NE(
        find_transform("truncate")->check({"truncate", {{"max", longest}, {"marker", "..."}}}), "")
        << longest;
}

TEST(Url, IsWrittenInOneForm) {
  for (auto const* text : {"Example.com", " https://EXAMPLE.com/ ", "HTTPS://example.com"})
    EXPECT_EQ(to(use_of("url"), Value(std::string(text))),
              Value(std::string("https://example.com")));
  EXPECT_EQ(to(use_of("url"), Value(std::string("http://Example.com:8080/A?B=C"))),
            Value(std::string("http://example.com:8080/A?B=C")));
  EXPECT_EQ(to(use_of("url"), Value(std::string("example.com/?to=http://x.com/"))),
            Value(std::string("https://example.com/?to=http://x.com/")));
  for (auto const* text : {"nowhere", "ftp://example.com", "a b.com", "javascript://x.y", "x@y.com",
                           ".com", "example."})
    EXPECT_EQ(to(use_of("url"), Value(std::string(text))), std::nullopt) << text;
}

TEST(Domain, IsTheHostOfAnAddress) {
  for (auto const* text : {"https://www.Example.com/a", "ann@example.com", "example.com:443"})
    EXPECT_EQ(to(use_of("domain"), Value(std::string(text))), Value(std::string("example.com")))
        << text;
  EXPECT_EQ(to(use_of("domain"), Value(std::string("www.com"))), Value(std::string("www.com")));
}

TEST(Number, GroupsStandBeforeEveryThirdDigitOrItIsNoNumber) {
  TransformUse const german{"number", {{"decimal", ","}, {"group", "."}}};
  EXPECT_EQ(to(german, Value(std::string("-1.234.567,50"))), Value(*Decimal::parse("-1234567.5")));
  EXPECT_EQ(to(german, Value(std::string("1234,5"))), Value(*Decimal::parse("1234.5")));
  EXPECT_EQ(from(german, *Decimal::parse("-1234567.5")), Value(std::string("-1234567,5")));
  for (auto const* text :
       {"1.5", "1.23.456", "1,2,3", ",5", "5,", "1.2345", "", "-", "1e3", ".123"})
    EXPECT_EQ(to(german, Value(std::string(text))), std::nullopt) << text;
}

TEST(Number, MarksMustDiffer) {
  auto const check = [](char const* decimal, char const* group) {
    return find_transform("number")->check({"number", {{"decimal", decimal}, {"group", group}}});
  };
  EXPECT_EQ(check(",", "."), "");
  EXPECT_NE(check(".", "."), "");
  EXPECT_NE(check("x", ""), "");
  EXPECT_NE(check(".", "__"), "");
}

TEST(Boolean, TakesItsTwoWordsInAnyCase) {
  TransformUse const use{"boolean", {{"true_word", "Ja"}, {"false_word", "Nein"}}};
  EXPECT_EQ(to(use, Value(std::string(" JA "))), Value(true));
  EXPECT_EQ(from(use, Value(false)), Value(std::string("Nein")));
  EXPECT_EQ(to(use, Value(std::string("yes"))), std::nullopt);
  EXPECT_NE(
      find_transform("boolean")->check({"boolean", {{"true_word", "x"}, {"false_word", "X"}}}), "");
}

TEST(Country, NamesAndCodesBecomeTheCodeOfTwoLetters) {
  for (auto const* text : {"Germany", "germany", "DE", "deu"})
    EXPECT_EQ(to(use_of("country"), Value(std::string(text))), Value(std::string("DE"))) << text;
  EXPECT_EQ(to(use_of("country", "de"), Value(std::string("Deutschland"))),
            Value(std::string("DE")));
  EXPECT_EQ(from(use_of("country", "de"), Value(std::string("AT"))),
            Value(std::string("\xC3\x96sterreich")));
  EXPECT_EQ(to(use_of("country"), Value(std::string("Atlantis"))), std::nullopt);
  EXPECT_EQ(from(use_of("country"), Value(std::string("Germany"))), std::nullopt);
  EXPECT_NE(find_transform("country")->check(use_of("country", "klingon")), "");
}

TEST(Normalise, ComparesAsTheWordSays) {
  EXPECT_EQ(normalise("exact", " A "), " A ");
  EXPECT_EQ(normalise("trim", " A "), "A");
  EXPECT_EQ(normalise("lower", " STRASSE "), normalise("lower", "straße"));
  EXPECT_EQ(normalise("email", " A@B.c "), "a@b.c");
  EXPECT_EQ(normalise("email", "nobody"), "");
  EXPECT_EQ(normalise("digits", "(030) 12"), "03012");
}

}  // namespace
}  // namespace crmsync::mappings
