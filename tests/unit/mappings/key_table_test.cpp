// The key tables as documentation: complete, consistent, and what the loader goes by.
// SPDX-License-Identifier: Apache-2.0
#include "mappings/key_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <string>

namespace crmsync::mappings {
namespace {

class EveryKeyTable : public ::testing::TestWithParam<KeyTable (*)() noexcept> {};

TEST_P(EveryKeyTable, RowsAreUniqueAndExplained) {
  std::set<std::string_view> seen;
  for (auto const& row : GetParam()()) {
    EXPECT_TRUE(seen.insert(row.path).second) << row.path;
    EXPECT_TRUE(row.doc.ends_with('.')) << row.path;
    EXPECT_FALSE(row.required && !row.default_value.empty()) << row.path;
  }
}

TEST_P(EveryKeyTable, EveryRowStandsBelowARowThatHoldsKeys) {
  auto const table = GetParam()();
  for (auto const& row : table) {
    auto const dot = row.path.rfind('.');
    if (dot == std::string_view::npos) continue;
    auto parent = row.path.substr(0, dot);
    bool const in_list = parent.ends_with("[]");
    if (in_list) parent.remove_suffix(2);
    auto const* above = find_key(table, parent);
    ASSERT_NE(above, nullptr) << row.path;
    EXPECT_EQ(above->type, in_list ? KeyType::maps : KeyType::map) << row.path;
  }
}

TEST_P(EveryKeyTable, ChoicesHoldTheirDefault) {
  for (auto const& row : GetParam()()) {
    EXPECT_EQ(row.type == KeyType::choice, !row.choices.empty()) << row.path;
    if (row.type != KeyType::choice || row.default_value.empty()) continue;
    auto const words = split_choices(row.choices);
    EXPECT_NE(std::find(words.begin(), words.end(), row.default_value), words.end()) << row.path;
  }
}

INSTANTIATE_TEST_SUITE_P(Files, EveryKeyTable,
                         ::testing::Values(&mapping_keys, &settings_keys, &connection_common_keys));

TEST(KeyTable, ChildrenAreTheNamesOfOneLevel) {
  EXPECT_THAT(child_names(mapping_keys(), "schedule.app"),
              ::testing::ElementsAre("capture", "every"));
  EXPECT_THAT(child_names(mapping_keys(), "match.keys[]"),
              ::testing::ElementsAre("app", "crm", "compare"));
  EXPECT_TRUE(child_names(mapping_keys(), "nothing").empty());
}

}  // namespace
}  // namespace crmsync::mappings
