// SPDX-License-Identifier: Apache-2.0
#include "engine/record.hpp"

#include <gtest/gtest.h>

namespace crmsync::engine {
namespace {

TEST(Record, AbsentIsNotNull) {
  Record const record{{"phone", Null{}}};
  EXPECT_TRUE(record.contains("phone"));
  EXPECT_EQ(record.get("phone"), FieldValue(Null{}));
  EXPECT_FALSE(record.contains("email"));
  EXPECT_EQ(record.find("email"), nullptr);
  EXPECT_EQ(record.get("email"), FieldValue());
}

TEST(Record, OrderOfSettingDoesNotMatter) {
  Record a;
  a.set("b", std::int64_t{2});
  a.set("a", std::int64_t{1});
  a.set("b", std::int64_t{3});
  Record const b{{"a", std::int64_t{1}}, {"b", std::int64_t{3}}};
  EXPECT_EQ(a, b);
  EXPECT_EQ(a.size(), 2U);
  EXPECT_EQ(a.begin()->first, "a");
}

TEST(Record, OverlayReplacesAndKeeps) {
  Record record{{"a", std::int64_t{1}}, {"b", std::int64_t{2}}};
  record.overlay({{"b", Null{}}, {"c", true}});
  EXPECT_EQ(record, (Record{{"a", std::int64_t{1}}, {"b", Null{}}, {"c", true}}));
}

TEST(Record, EraseMakesUnknown) {
  Record record{{"a", std::int64_t{1}}};
  record.erase("b");
  EXPECT_EQ(record.size(), 1U);
  record.erase("a");
  EXPECT_TRUE(record.empty());
}

}  // namespace
}  // namespace crmsync::engine
