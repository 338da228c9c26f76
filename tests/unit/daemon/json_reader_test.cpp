// SPDX-License-Identifier: Apache-2.0
#include "daemon/json_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crmsync::daemon {
namespace {

using ::testing::IsEmpty;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

FlatObject read(std::string_view body) {
  auto result = read_flat_object(body);
  EXPECT_TRUE(result) << body;
  return result ? *result : FlatObject{};
}

void expect_refused(std::string_view body) {
  auto const result = read_flat_object(body);
  ASSERT_FALSE(result) << body;
  EXPECT_EQ(result.error().code, engine::Errc::invalid_value);
  EXPECT_FALSE(result.error().hint.empty());
}

TEST(JsonReader, ReadsScalarsAsText) {
  EXPECT_THAT(
      read(R"({"a":"x","b":true,"c":false,"d":null})"),
      UnorderedElementsAre(Pair("a", "x"), Pair("b", "true"), Pair("c", "false"), Pair("d", "")));
}

TEST(JsonReader, AnEscapeOfHalfACharacterIsRefused) {
  expect_refused(R"({"a":"\udc00"})");
  expect_refused(R"({"\ude00":"b"})");
  expect_refused(R"({"a":"\ud800"})");
}

TEST(JsonReader, KeepsNumbersDigitByDigit) {
  EXPECT_THAT(read(R"({"n":12345678901234567.890,"e":1e30})"),
              UnorderedElementsAre(Pair("n", "12345678901234567.890"), Pair("e", "1e30")));
}

TEST(JsonReader, NoBodyAndAnEmptyObjectSayNothing) {
  EXPECT_THAT(read(""), IsEmpty());
  EXPECT_THAT(read(" {} "), IsEmpty());
}

TEST(JsonReader, DecodesEscapes) {
  EXPECT_THAT(read("{\"a\":\"\\u00e9\\n\"}"), UnorderedElementsAre(Pair("a", "\xc3\xa9\n")));
}

TEST(JsonReader, RefusesNesting) {
  expect_refused(R"({"a":{"b":"c"}})");
  expect_refused(R"({"a":{}})");
  expect_refused(R"({"a":["b"]})");
  expect_refused(R"({"a":[]})");
  expect_refused(std::string(1'000'000, '['));
  expect_refused(R"({"a":)" + std::string(1'000'000, '['));
}

TEST(JsonReader, RefusesRepeatedKeysAlsoWhenTheyAreSpelledDifferently) {
  expect_refused(R"({"a":"1","a":"1"})");
  expect_refused("{\"a\":\"1\",\"\\u0061\":\"2\"}");
}

TEST(JsonReader, RefusesWhatIsNoObject) {
  for (auto const* body : {"null", "true", "1", "\"a\"", "[]", "[{}]", "{", "}", "{\"a\"}",
                           "{\"a\":}", "{\"a\":1,}", "x"})
    expect_refused(body);
}

TEST(JsonReader, RefusesASecondDocumentAndTextAfterTheEnd) {
  expect_refused("{}{}");
  expect_refused(R"({"a":"1"} x)");
  expect_refused(std::string_view("{}\0{\"a\":1}", 10));
}

TEST(JsonReader, RefusesBrokenText) {
  expect_refused("{\"a\":\"\xff\"}");
  expect_refused("{\"a\":\"\xc3\"}");
  expect_refused("{\"a\":\"\\ud800\"}");
}

}  // namespace
}  // namespace crmsync::daemon
