// SPDX-License-Identifier: Apache-2.0
#include "engine/identity.hpp"

#include <gtest/gtest.h>

namespace crmsync::engine {
namespace {

using Parts = std::vector<std::string>;

TEST(JoinKey, EscapesOnlyWhatItMust) {
  EXPECT_EQ(join_key({"42"}), "42");
  EXPECT_EQ(join_key({"a", "b"}), "a|b");
  EXPECT_EQ(join_key({"a|b"}), "a\\|b");
  EXPECT_EQ(join_key({"a\\", "b"}), "a\\\\|b");
}

TEST(JoinKey, EveryShortKeyRoundTrips) {
  std::string const alphabet = "a|\\";
  std::vector<std::string> words = {""};
  for (std::size_t i = 0; words.size() < 40; ++i)
    for (char const c : alphabet) words.push_back(words[i] + c);
  for (auto const& first : words) {
    EXPECT_EQ(split_key(join_key({first})), Parts{first});
    for (auto const& second : words)
      ASSERT_EQ(split_key(join_key({first, second})), (Parts{first, second}));
  }
}

TEST(JoinKey, DifferentPartsGiveDifferentKeys) {
  EXPECT_NE(join_key({"a|", "b"}), join_key({"a", "|b"}));
  EXPECT_NE(join_key({"a", "", "b"}), join_key({"a", "b"}));
}

TEST(SplitKey, TakesAnyText) {
  EXPECT_EQ(split_key(""), Parts{""});
  EXPECT_EQ(split_key("\\"), Parts{"\\"});
  EXPECT_EQ(split_key("\\x"), Parts{"x"});
  EXPECT_EQ(split_key("|"), (Parts{"", ""}));
}

TEST(Side, OtherIsAnInvolution) {
  EXPECT_EQ(other(Side::app), Side::crm);
  EXPECT_EQ(other(other(Side::app)), Side::app);
  EXPECT_EQ(to_string(LinkState::detached), "detached");
}

TEST(VersionToken, ZeroIsUnknown) {
  EXPECT_FALSE(VersionToken{}.known());
  EXPECT_TRUE(VersionToken{5}.known());
  EXPECT_LT(VersionToken{5}, VersionToken{6});
}

}  // namespace
}  // namespace crmsync::engine
