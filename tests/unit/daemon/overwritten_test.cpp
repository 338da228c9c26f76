// SPDX-License-Identifier: Apache-2.0
#include "daemon/overwritten.hpp"

#include "tests/unit/daemon/pair_case.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crmsync::daemon::tests {
namespace {

using engine::FieldVersion;
using engine::Record;
using engine::Timestamp;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// We read "Ann" (record stamp 100) and wrote "Anna".
class Window : public ::testing::Test {
 protected:
  static FieldVersion ours(std::string value, std::int64_t at) {
    return {text(std::move(value)), Timestamp{at}, "INTEGRATION", true};
  }
  static FieldVersion theirs(std::string value, std::int64_t at) {
    return {text(std::move(value)), Timestamp{at}, "CRM_UI", false};
  }
  // Newest first. The values that were lost.
  std::vector<engine::Value> lost(std::vector<FieldVersion> versions) {
    engine::Observation after;
    after.history["name"] = std::move(versions);
    CrmWrite const write{{1}, sent_, consumed_, stored_, read_stamp_};
    found_ = find_overwritten(one_.mapping, write, after);
    std::vector<engine::Value> values;
    for (auto const& one : found_) values.push_back(one.version.value);
    return values;
  }
  PairCase one_;
  Record sent_ = {{"name", text("Anna")}};
  Record consumed_ = {{"name", text("Ann")}};
  Record stored_;
  std::optional<Timestamp> read_stamp_ = Timestamp{100};
  std::vector<Overwritten> found_;
};

TEST_F(Window, NothingBetweenReadAndWriteIsNothingLost) {
  EXPECT_THAT(lost({ours("Anna", 200), theirs("Ann", 100)}), IsEmpty());
}

TEST_F(Window, EveryEditBetweenReadAndWriteIsFoundNewestFirst) {
  EXPECT_THAT(lost({ours("Anna", 200), theirs("Two", 190), theirs("One", 150), theirs("Ann", 100)}),
              ElementsAre(text("Two"), text("One")));
  EXPECT_EQ(found_.front().field, 1u);
  EXPECT_EQ(found_.front().by, known("Anna"));
}

TEST_F(Window, EditsAfterOurWriteLostNothing) {
  EXPECT_THAT(lost({theirs("Later", 300), ours("Anna", 200), theirs("Ann", 100)}), IsEmpty());
}

TEST_F(Window, EditsBeforeOurReadWereSeen) {
  EXPECT_THAT(lost({ours("Anna", 200), theirs("Old", 90), theirs("Older", 80)}), IsEmpty());
}

TEST_F(Window, AnEditWithTheStampOfOurReadButAnotherValueWasNotSeen) {
  EXPECT_THAT(lost({ours("Anna", 200), theirs("Same moment", 100), theirs("Ann", 100)}),
              ElementsAre(text("Same moment")));
}

TEST_F(Window, OurOwnWritesAreNotLost) {
  EXPECT_THAT(lost({ours("Anna", 200), ours("Between", 150), theirs("Ann", 100)}), IsEmpty());
}

TEST_F(Window, AnEditToTheVeryValueThatWeWroteIsNotLost) {
  EXPECT_THAT(lost({ours("Anna", 200), theirs("Anna", 150), theirs("Ann", 100)}), IsEmpty());
}

TEST_F(Window, ARewrittenValueIsRecognisedByTheAnswer) {
  stored_ = {{"name", text("ANNA")}};
  EXPECT_THAT(lost({ours("ANNA", 200), theirs("Lost", 150), theirs("Ann", 100)}),
              ElementsAre(text("Lost")));
}

TEST_F(Window, WithoutAttributionOurValueMarksOurWrite) {
  EXPECT_THAT(lost({theirs("Anna", 200), theirs("Lost", 150), theirs("Ann", 100)}),
              ElementsAre(text("Lost")));
}

TEST_F(Window, AHistoryWithoutOurValueSaysNothing) {
  EXPECT_THAT(lost({theirs("Other", 200), theirs("Ann", 100)}), IsEmpty());
}

TEST_F(Window, WithoutAStampTheValueThatWasReadEndsTheSearch) {
  read_stamp_.reset();
  EXPECT_THAT(lost({ours("Anna", 200), theirs("Lost", 150), theirs("Ann", 100), theirs("Old", 50)}),
              ElementsAre(text("Lost")));
}

TEST_F(Window, AFieldWithoutHistoryIsUnobservable) {
  engine::Observation const after;
  CrmWrite const write{{0, 1, 2}, sent_, consumed_, stored_, read_stamp_};
  EXPECT_THAT(find_overwritten(one_.mapping, write, after), IsEmpty());
}

class DeletedEdits : public Window {
 protected:
  std::size_t lost_with_the_record(std::vector<FieldVersion> versions) {
    engine::Observation after;
    after.history["name"] = std::move(versions);
    return find_deleted_edits(one_.mapping, consumed_, read_stamp_, after).size();
  }
};

TEST_F(DeletedEdits, AreThoseAfterOurRead) {
  EXPECT_EQ(lost_with_the_record({theirs("Late", 150), theirs("Ann", 100), theirs("Old", 50)}), 1u);
  EXPECT_EQ(lost_with_the_record({theirs("Ann", 100), theirs("Old", 50)}), 0u);
  EXPECT_EQ(lost_with_the_record({ours("Ours", 150), theirs("Ann", 100)}), 0u);
}

}  // namespace
}  // namespace crmsync::daemon::tests
