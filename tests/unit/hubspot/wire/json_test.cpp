// SPDX-License-Identifier: Apache-2.0
#include "connectors/hubspot/wire/json.hpp"

#include <gtest/gtest.h>

namespace crmsync::connectors::hubspot::wire {
namespace {

std::string nested(int depth) {
  return std::string(static_cast<std::size_t>(depth), '[') +
         std::string(static_cast<std::size_t>(depth), ']');
}

TEST(Json, NumbersKeepTheirText) {
  auto document = JsonDocument::parse(R"({"a":12345678901234567.890,"b":7,"c":-1e3})");
  ASSERT_TRUE(document);
  EXPECT_EQ(document->root()["a"].text_or_empty(), "12345678901234567.890");
  EXPECT_EQ(document->root()["b"].integer(), 7);
  EXPECT_EQ(document->root()["c"].text_or_empty(), "-1e3");
}

TEST(Json, AskingNothingForMoreGivesNothing) {
  auto document = JsonDocument::parse(R"({"a":null,"b":[1]})");
  ASSERT_TRUE(document);
  auto const root = document->root();
  EXPECT_FALSE(root["x"]["y"]["z"].exists());
  EXPECT_TRUE(root["a"].is_null());
  EXPECT_FALSE(root["a"].text());
  EXPECT_TRUE(root["x"].items().empty());
  EXPECT_EQ(root["b"].items().size(), 1u);
}

TEST(Json, DepthIsBounded) {
  EXPECT_TRUE(JsonDocument::parse(nested(64)));
  auto const deep = JsonDocument::parse(nested(65));
  ASSERT_FALSE(deep);
  EXPECT_EQ(deep.error().code, engine::Errc::corrupt);
  EXPECT_FALSE(JsonDocument::parse(nested(200'000)));
  EXPECT_FALSE(JsonDocument::parse(std::string(200'000, '[')));
}

TEST(Json, AKeyTwiceIsRefusedAtAnyDepth) {
  EXPECT_FALSE(JsonDocument::parse(R"({"a":1,"a":2})"));
  EXPECT_FALSE(JsonDocument::parse(R"([{"b":[{"a":1,"c":2,"a":1}]}])"));
  EXPECT_TRUE(JsonDocument::parse(R"([{"a":1},{"a":2}])"));
}

TEST(Json, SizeEncodingAndRestAreChecked) {
  EXPECT_FALSE(JsonDocument::parse(R"({"a":1})", {.bytes_max = 6}));
  EXPECT_FALSE(JsonDocument::parse("\"\xC3\x28\""));
  EXPECT_FALSE(JsonDocument::parse(R"({} {})"));
  EXPECT_FALSE(JsonDocument::parse(std::string("{}\0{}", 5)));
  EXPECT_FALSE(JsonDocument::parse(""));
  EXPECT_FALSE(JsonDocument::parse(R"({"a":1)"));
  EXPECT_FALSE(JsonDocument::parse("{\"a\":NaN}"));
}

TEST(Json, EscapedNulStaysInsideTheText) {
  auto document = JsonDocument::parse(R"({"a":"x\u0000y"})");
  ASSERT_TRUE(document);
  EXPECT_EQ(document->root()["a"].text_or_empty(), std::string("x\0y", 3));
}

TEST(Json, AFailureDoesNotQuoteTheText) {
  auto const bad = JsonDocument::parse(R"({"email":"ann@example.com" "x"})");
  ASSERT_FALSE(bad);
  EXPECT_EQ(bad.error().message().find("ann"), std::string::npos);
}

TEST(Json, WhatIsWrittenReadsBack) {
  JsonWriter json;
  std::string const odd = "quote\" slash\\ line\n tab\t é \xF0\x9F\x98\x80";
  json.begin_object().pair("a", odd).key("b").texts(std::vector<std::string>{"x", "y"});
  json.key("n").integer(-5).key("t").boolean(true).end_object();
  auto document = JsonDocument::parse(json.str());
  ASSERT_TRUE(document);
  EXPECT_EQ(document->root()["a"].text_or_empty(), odd);
  EXPECT_EQ(document->root()["b"].items().size(), 2u);
  EXPECT_EQ(document->root()["n"].integer(), -5);
  EXPECT_TRUE(document->root()["t"].is_true());
}

TEST(Json, IntegersAreWholeTexts) {
  EXPECT_EQ(parse_integer("-12"), -12);
  for (auto const* text : {"", " 1", "1 ", "1.0", "+1", "0x1", "99999999999999999999"})
    EXPECT_FALSE(parse_integer(text)) << text;
}

TEST(Json, AnEscapeOfHalfACharacterIsRefused) {
  for (auto const* text : {R"(["\udc00"])", R"({"\ude00": 1})", R"(["\ud800"])", R"(["\ud83dx"])"})
    EXPECT_FALSE(JsonDocument::parse(text)) << text;
  EXPECT_TRUE(JsonDocument::parse(R"(["\ud83d\ude00"])"));
}

TEST(Json, Utf8IsChecked) {
  EXPECT_TRUE(is_valid_utf8("Žlutý 東京"));
  EXPECT_TRUE(is_valid_utf8(""));
  EXPECT_FALSE(is_valid_utf8("\xFF"));
  EXPECT_FALSE(is_valid_utf8("\xC3"));
  EXPECT_FALSE(is_valid_utf8("\xED\xA0\x80"));  // a surrogate
}

}  // namespace
}  // namespace crmsync::connectors::hubspot::wire
