// SPDX-License-Identifier: Apache-2.0
#include "engine/merge.hpp"

#include <gtest/gtest.h>

#include <array>

namespace crmsync::engine {
namespace {

Value const a = std::string("a");
Value const b = std::string("b");
Value const c = std::string("c");

TEST(MergeField, NothingMovedIsUntouched) {
  EXPECT_EQ(merge_field({a, a}, a, a), MergeKind::untouched);
}

TEST(MergeField, OwnRewriteOfTheCrmIsUntouched) {
  EXPECT_EQ(merge_field({a, b}, a, b), MergeKind::untouched);
}

TEST(MergeField, OneSideChangedFlows) {
  EXPECT_EQ(merge_field({a, a}, b, a), MergeKind::app_changed);
  EXPECT_EQ(merge_field({a, a}, a, b), MergeKind::crm_changed);
  EXPECT_EQ(merge_field({a, b}, a, c), MergeKind::crm_changed);
}

TEST(MergeField, BothChangedAlikeIsAgreed) {
  EXPECT_EQ(merge_field({a, a}, b, b), MergeKind::agreed);
  EXPECT_EQ(merge_field({a, b}, c, c), MergeKind::agreed);
}

TEST(MergeField, MovingToWhatTheOtherSideHoldsIsAgreed) {
  EXPECT_EQ(merge_field({a, b}, b, b), MergeKind::agreed);
  EXPECT_EQ(merge_field({a, b}, a, a), MergeKind::agreed);
}

TEST(MergeField, BothChangedDifferentlyIsCollision) {
  EXPECT_EQ(merge_field({a, a}, b, c), MergeKind::collision);
  EXPECT_EQ(merge_field({a, b}, b, a), MergeKind::collision);
}

TEST(MergeField, NullIsAValueAndUnknownIsNot) {
  EXPECT_EQ(merge_field({a, a}, Value(Null{}), a), MergeKind::app_changed);
  EXPECT_EQ(merge_field({a, a}, FieldValue(), b), MergeKind::unknown);
  EXPECT_EQ(merge_field({a, a}, b, FieldValue()), MergeKind::unknown);
}

TEST(MergeField, BaseWithAMissingSideIsNoBase) {
  EXPECT_EQ(merge_field({}, a, a), MergeKind::unadopted);
  EXPECT_EQ(merge_field({a, FieldValue()}, a, b), MergeKind::unadopted);
  EXPECT_EQ(merge_field({FieldValue(), a}, a, b), MergeKind::unadopted);
}

TEST(MergeField, EveryCombinationIsMirroredBySwappingTheSides) {
  std::array<FieldValue, 4> const values = {FieldValue(), Value(Null{}), a, b};
  for (auto const& base_app : values)
    for (auto const& base_crm : values)
      for (auto const& app : values)
        for (auto const& crm : values) {
          auto const kind = merge_field({base_app, base_crm}, app, crm);
          auto expected = kind;
          if (kind == MergeKind::app_changed) expected = MergeKind::crm_changed;
          if (kind == MergeKind::crm_changed) expected = MergeKind::app_changed;
          EXPECT_EQ(merge_field({base_crm, base_app}, crm, app), expected);
          EXPECT_EQ(kind == MergeKind::unknown, !app || !crm);
        }
}

TEST(MergeKind, HasNames) {
  EXPECT_EQ(to_string(MergeKind::collision), "collision");
  EXPECT_EQ(to_string(MergeKind::unadopted), "unadopted");
}

}  // namespace
}  // namespace crmsync::engine
