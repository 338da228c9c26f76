// Hostile and careless YAML: refused with a place, never walked without bound.
// SPDX-License-Identifier: Apache-2.0
#include "mappings/yaml_reader.hpp"

#include "mappings/literals.hpp"
#include "mappings/utf8.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

namespace crmsync::mappings {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

struct Read {
  std::optional<YamlNode> root;
  std::vector<Diagnostic> diagnostics;
};

Read read(std::string_view text) {
  Report report("t.yaml", text);
  Read out{read_yaml(text, report), {}};
  out.diagnostics = report.take();
  return out;
}

std::string first_code(std::string_view text) {
  auto const out = read(text);
  return out.diagnostics.empty() ? "" : out.diagnostics.front().code;
}

TEST(YamlReader, ScalarsKeepTheirTextWhateverTheyLookLike) {
  auto const out = read("a: no\nb: 012\nc: 1.10\nd: \"null\"\ne: null\nf: ~\ng:\nh: 'it''s'\n");
  ASSERT_TRUE(out.root);
  EXPECT_THAT(out.diagnostics, IsEmpty());
  EXPECT_EQ(out.root->find("a")->text, "no");
  EXPECT_EQ(out.root->find("b")->text, "012");
  EXPECT_EQ(out.root->find("c")->text, "1.10");
  EXPECT_EQ(out.root->find("d")->text, "null");
  EXPECT_TRUE(out.root->find("d")->quoted);
  EXPECT_FALSE(out.root->find("a")->quoted);
  for (auto const* empty : {"e", "f", "g"})
    EXPECT_EQ(out.root->find(empty)->kind, YamlNode::Kind::null) << empty;
  EXPECT_EQ(out.root->find("h")->text, "it's");
  EXPECT_EQ(out.root->find("h")->at.length, 7);
}

TEST(YamlReader, PlacesCountFromOneAndInCharacters) {
  auto const out = read("grüße: {größe: zwölf, x: 'ab'}\nlist:\n  - eins\n");
  ASSERT_TRUE(out.root);
  auto const& inner = out.root->items[0];
  EXPECT_EQ(inner.keys[0].at.line, 1);
  EXPECT_EQ(inner.keys[0].at.column, 9);
  EXPECT_EQ(inner.keys[0].at.length, 5);
  EXPECT_EQ(inner.items[0].at.column, 16);
  EXPECT_EQ(inner.keys[1].at.column, 23);
  EXPECT_EQ(inner.items[1].at.length, 4);
  EXPECT_EQ(out.root->find("list")->items[0].at.line, 3);
  EXPECT_EQ(out.root->find("list")->items[0].at.column, 5);
}

TEST(YamlReader, WindowsLineEndsAndByteOrderMarkAreRead) {
  auto const out = read("\xEF\xBB\xBFversion: 1\r\nname: x\r\n");
  ASSERT_TRUE(out.root);
  EXPECT_EQ(out.root->keys[0].text, "version");
  EXPECT_EQ(out.root->find("name")->text, "x");
}

TEST(YamlReader, AliasBombEndsAtOnceWithItsPlaces) {
  std::string text = "a: &a [x, x, x, x, x, x, x, x, x]\n";
  for (char c = 'b'; c <= 'i'; ++c) {
    auto const before = std::string("*") + static_cast<char>(c - 1);
    text += std::string(1, c) + ": &" + c + " [";
    for (int i = 0; i < 9; ++i) text += (i == 0 ? "" : ", ") + before;
    text += "]\n";
  }
  auto const start = std::chrono::steady_clock::now();
  auto const out = read(text);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
  ASSERT_FALSE(out.diagnostics.empty());
  EXPECT_EQ(out.diagnostics[0].code, "M106");
  EXPECT_EQ(out.diagnostics[1].code, "M106");
  EXPECT_EQ(out.diagnostics[2].code, "M105");
  EXPECT_EQ(out.diagnostics[2].line, 2);
  EXPECT_EQ(out.diagnostics[2].column, 8);
}

TEST(YamlReader, AnchorsAliasesTagsAndMergeKeysAreRefused) {
  EXPECT_EQ(first_code("a: &x 1\n"), "M106");
  EXPECT_EQ(first_code("a: &x [1]\n"), "M106");
  EXPECT_EQ(first_code("a: &x\n"), "M106");
  EXPECT_EQ(first_code("a: !!str 1\n"), "M107");
  EXPECT_EQ(first_code("a: !thing 1\n"), "M107");
  EXPECT_EQ(first_code("a: !thing {b: c}\n"), "M107");
  EXPECT_EQ(first_code("a: ! 1\n"), "M107");
  EXPECT_EQ(first_code("a: !!set [b]\n"), "M107");
  EXPECT_EQ(first_code("!!str a: 1\n"), "M107");
  EXPECT_EQ(first_code("<<: {a: 1}\n"), "M109");
  EXPECT_THAT(read("x: &b {a: 1}\ny:\n  <<: *b\n").diagnostics,
              ElementsAre(Field(&Diagnostic::code, "M106"), Field(&Diagnostic::code, "M109"),
                          Field(&Diagnostic::code, "M105")));
}

TEST(YamlReader, DuplicateKeysNameTheFirst) {
  auto const out = read("a: 1\nb: {c: 1, c: 2}\na: 3\n");
  ASSERT_EQ(out.diagnostics.size(), 2u);
  EXPECT_EQ(out.diagnostics[0].code, "M108");
  EXPECT_EQ(out.diagnostics[0].line, 2);
  EXPECT_EQ(out.diagnostics[0].column, 11);
  EXPECT_EQ(out.diagnostics[1].line, 3);
  EXPECT_THAT(out.diagnostics[1].suggestion, HasSubstr("line 1"));
}

TEST(YamlReader, QuotedAndPlainKeysOfOneTextAreDuplicates) {
  EXPECT_EQ(first_code("a: 1\n\"a\": 2\n"), "M108");
}

TEST(YamlReader, SecondDocumentIsRefused) {
  EXPECT_EQ(first_code("a: 1\n---\nb: 2\n"), "M110");
  EXPECT_EQ(first_code("---\na: 1\n...\n---\nb: 2\n"), "M110");
  EXPECT_EQ(first_code("---\na: 1\n...\n"), "");
}

TEST(YamlReader, TwentyThousandBracketsAreRefusedWithoutRecursion) {
  for (auto const* bracket : {"[", "{a: ", "- ", "? "}) {
    std::string text;
    for (int i = 0; i < 20'000; ++i) text += bracket;
    auto const out = read(text);
    ASSERT_FALSE(out.diagnostics.empty()) << bracket;
    EXPECT_FALSE(out.root) << bracket;
    EXPECT_THAT(out.diagnostics[0].code, ::testing::AnyOf("M111", "M115", "M101")) << bracket;
  }
}

TEST(YamlReader, ThirtyTwoLevelsAreReadAndOneMoreIsNot) {
  EXPECT_EQ(first_code(std::string(32, '[') + std::string(32, ']')), "");
  EXPECT_EQ(first_code(std::string(33, '[') + std::string(33, ']')), "M111");
}

TEST(YamlReader, TwoMegabytesAreRefusedUnread) {
  EXPECT_EQ(first_code("a: " + std::string(2u << 20, 'x')), "M102");
  EXPECT_EQ(first_code("a: " + std::string((1u << 20) - 3, 'x')), "");
}

TEST(YamlReader, HundredThousandValuesAreTheBound) {
  std::string text = "[";
  for (int i = 0; i < 99'999; ++i) text += "1,";
  EXPECT_EQ(first_code(text + "]"), "");
  EXPECT_EQ(first_code(text + "1]"), "M112");
}

TEST(YamlReader, NulAndControlBytesAreRefusedWithTheirPlace) {
  using namespace std::string_view_literals;
  auto const out = read("a: 1\nb: x\0y\n"sv);
  ASSERT_EQ(out.diagnostics.size(), 1u);
  EXPECT_EQ(out.diagnostics[0].code, "M103");
  EXPECT_EQ(out.diagnostics[0].line, 2);
  EXPECT_EQ(out.diagnostics[0].column, 5);
  // The YAML library takes this byte for the end of the text: what follows would be lost unseen.
  EXPECT_EQ(first_code("a: 1\n\x04\nb: 2\n"), "M103");
  EXPECT_EQ(first_code("a: \x1b[2J\n"), "M103");
}

TEST(YamlReader, InvalidUtf8IsRefused) {
  for (auto const* text : {"a: \xFF", "a: \xC0\xAF", "a: \xED\xA0\x80", "a: \xF4\x90\x80\x80",
                           "a: \xE2\x82", "a: \x80"})
    EXPECT_EQ(first_code(text), "M104") << text;
  EXPECT_EQ(first_code("a: \xF0\x9F\x98\x80 \xE2\x82\xAC"), "");
}

TEST(YamlReader, EmptyAndCommentOnlyTextsAreNoFiles) {
  EXPECT_EQ(first_code(""), "M113");
  EXPECT_EQ(first_code("# nothing\n\n"), "M113");
}

TEST(YamlReader, KeysThatAreNoTextAreRefused) {
  EXPECT_EQ(first_code("? [a, b]\n: c\n"), "M115");
  EXPECT_EQ(first_code("{a: b}: c\n"), "M115");
  EXPECT_EQ(first_code("~: c\n"), "M115");
}

TEST(YamlReader, BrokenYamlKeepsItsPlace) {
  auto const out = read("a: 1\nb: [1, 2\nc: 3\n");
  ASSERT_EQ(out.diagnostics.size(), 1u);
  EXPECT_EQ(out.diagnostics[0].code, "M101");
  EXPECT_GE(out.diagnostics[0].line, 2);
}

TEST(YamlReader, EveryCutOfAFileIsReadOrRefused) {
  std::string const text =
      "version: 1\nmapping: \"a\\n\"\nlist: [a, {b: 'c'}, |\n  x]\ntext: |\n  block\n  more\n";
  for (std::size_t length = 0; length <= text.size(); ++length) {
    auto const out = read(std::string_view(text).substr(0, length));
    EXPECT_TRUE(out.root || !out.diagnostics.empty()) << length;
  }
}

TEST(Utf8, CountsCharactersNotBytes) {
  EXPECT_EQ(count_characters("größe"), 5u);
  EXPECT_EQ(count_characters("\xF0\x9F\x98\x80"), 1u);
  EXPECT_EQ(byte_offset("größe", 3), 4u);
  EXPECT_EQ(byte_offset("abc", 9), 3u);
}

TEST(Literals, DurationsNeedAUnitAndStayInBounds) {
  using std::chrono::milliseconds;
  EXPECT_EQ(parse_duration("500ms"), milliseconds(500));
  EXPECT_EQ(parse_duration("30s"), milliseconds(30'000));
  EXPECT_EQ(parse_duration("5m"), milliseconds(300'000));
  EXPECT_EQ(parse_duration("1h"), milliseconds(3'600'000));
  EXPECT_EQ(parse_duration("90d"), milliseconds(7'776'000'000));
  for (auto const* text :
       {"", "s", "30", "-1s", "1.5s", "30 s", "1w", "99999999999999999999d", "4000000d", "0x10s"})
    EXPECT_EQ(parse_duration(text), std::nullopt) << text;
}

TEST(Literals, PercentAndSizesAndRates) {
  EXPECT_EQ(parse_percent("20%"), 20.0);
  EXPECT_EQ(parse_percent("2.5"), 2.5);
  for (auto const* text : {"", "%", "101%", "-1%", "nan", "1e1", "2 %"})
    EXPECT_EQ(parse_percent(text), std::nullopt) << text;
  EXPECT_EQ(parse_bytes("64GiB"), 64ull << 30);
  EXPECT_EQ(parse_bytes("17"), 17u);
  EXPECT_EQ(parse_bytes("99999999999TiB"), std::nullopt);
  EXPECT_TRUE(is_rate("190/10s"));
  for (auto const* text : {"190", "0/10s", "190/0s", "/10s", "190/"}) EXPECT_FALSE(is_rate(text));
  EXPECT_EQ(parse_boolean("yes"), std::nullopt);
}

TEST(Literals, PlainHttpIsForThisMachineOnly) {
  for (auto const* url : {"https://api.hubapi.com", "https://x.example:8443/a?b", "http://[::1]:80",
                          "http://127.0.0.1:8080", "http://localhost"})
    EXPECT_EQ(url_fault(url), "") << url;
  for (auto const* url : {"http://api.hubapi.com", "ftp://x", "https://", "https://u:p@x.example",
                          "https://x y", "http://localhost.evil.example", "https://:80"})
    EXPECT_NE(url_fault(url), "") << url;
}

TEST(Literals, NamesAreShortAndPlain) {
  for (auto const* name : {"a", "0", "contacts-customers", "a_b"}) EXPECT_TRUE(is_name(name));
  for (auto const* name : {"", "-a", "_a", "A", "a b", "ä"}) EXPECT_FALSE(is_name(name)) << name;
  EXPECT_TRUE(is_name(std::string(63, 'a')));
  EXPECT_FALSE(is_name(std::string(64, 'a')));
}

}  // namespace
}  // namespace crmsync::mappings
