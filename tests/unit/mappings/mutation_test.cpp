// Files as hands and disks spoil them: whatever is changed, a load ends with a mapping or a reason.
// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/mappings/mapping_text.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace crmsync::mappings {
namespace {

constexpr std::string_view kPieces[] = {
    "[", "]",  "{", "}",    ":",        ": ",     "- ",     "\n",     "\n  ",
    ",", "\"", "'", "~",    "null",     "&a ",    "*a",     "!t ",    "<<: ",
    "#", "|",  ">", "app",  "crm",      "fields", "both",   "to_crm", "9",
    "%", "\t", "ä", "\xFF", "furthest", "scale",  "values", "default"};

std::string spoiled(std::string text, std::mt19937& random) {
  for (auto left = 1 + random() % 4; left > 0 && !text.empty(); --left) {
    auto const at = random() % text.size();
    auto const length = std::min<std::size_t>(random() % 12, text.size() - at);
    switch (random() % 4) {
      case 0:
        text.erase(at, length);
        break;
      case 1:
        text.insert(at, kPieces[random() % std::size(kPieces)]);
        break;
      case 2:
        text.replace(at, length, kPieces[random() % std::size(kPieces)]);
        break;
      default:
        text.insert(random() % text.size(), text.substr(at, length));
        break;
    }
  }
  return text;
}

TEST(SpoiledMapping, IsAMappingOrHasAReason) {
  std::mt19937 random(42);
  auto const example = read_text(std::filesystem::path(CRMSYNC_SOURCE_DIR) /
                                 "mappings/examples/contacts-customers.yaml");
  int refused = 0;
  for (int i = 0; i < 1'000; ++i) {
    auto const text = spoiled(example, random);
    auto const result = load_mapping(text, "m.yaml");
    bool const has_error =
        std::any_of(result.diagnostics.begin(), result.diagnostics.end(),
                    [](Diagnostic const& diagnostic) { return !diagnostic.warning; });
    ASSERT_NE(result.mapping.has_value(), has_error) << text;
    for (auto const& diagnostic : result.diagnostics) ASSERT_FALSE(render(diagnostic).empty());
    refused += has_error ? 1 : 0;
    if (!result.mapping) continue;
    ASSERT_EQ(result.mapping->fields.size(), result.mapping->rules.fields.size());
    ASSERT_FALSE(result.mapping->fields.empty());
    ASSERT_FALSE(result.mapping->match.empty());
    ASSERT_FALSE(result.mapping->app.key.empty());
  }
  // Both ends of the road were seen.
  EXPECT_GT(refused, 300);
  EXPECT_LT(refused, 1'000);
}

TEST(MappingsReadme, ShowsTheSmallestMappingAsItIs) {
  std::filesystem::path const root(CRMSYNC_SOURCE_DIR);
  EXPECT_THAT(read_text(root / "mappings/README.md"),
              ::testing::HasSubstr(read_text(root / "mappings/examples/smallest.yaml")));
}

}  // namespace
}  // namespace crmsync::mappings
