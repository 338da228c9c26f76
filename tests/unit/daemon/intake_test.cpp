// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/daemon/people.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crmsync::daemon::tests {
namespace {

using engine::Errc;
using engine::Side;
using ::testing::SizeIs;

// The world is not started: only what the test appends is there.
class IntakeTest : public ::testing::Test {
 protected:
  engine::Status append(std::vector<std::string> const& app_keys) {
    state::Commit changes;
    for (auto const& key : app_keys)
      changes.intake.push_back(world_.intake->row(world_.run->id, Side::app, key));
    return append(std::move(changes));
  }
  engine::Status append(state::Commit changes) {
    std::optional<engine::Status> out;
    world_.runtime.spawn(run(std::move(changes), out));
    world_.runtime.settle();
    EXPECT_TRUE(out);
    return out.value_or(engine::Status{});
  }
  connectors::Task<void> run(state::Commit changes, std::optional<engine::Status>& out) {
    out = co_await world_.intake->append(std::move(changes));
  }
  SmallWorld world_{MappingYaml{}, 3};
};

TEST_F(IntakeTest, AMarkIsDurableAndInTheDirtySet) {
  ASSERT_TRUE(append({"1"}));
  EXPECT_THAT(world_.intake_rows(), SizeIs(1));
  EXPECT_EQ(world_.run->dirty.size(), 1u);
}

TEST_F(IntakeTest, AMarkThatCouldNotBeStoredIsNowhere) {
  world_.store->refuse = [](state::Commit const&) -> std::optional<engine::Error> {
    return engine::make_error(Errc::storage_full, "commit", "no room");
  };
  EXPECT_FALSE(append({"1"}));
  EXPECT_EQ(world_.run->dirty.size(), 0u);
}

TEST_F(IntakeTest, AReKeyIsKnownBeforeThereIsRoomForItsMark) {
  world_.tuning.dirty_in_memory_max = 1;
  ASSERT_TRUE(append({"1"}));
  state::Commit changes;
  changes.intake = {world_.intake->row(world_.run->id, Side::app, "1")};
  changes.intake.front().kind = engine::ChangeKind::rekeyed;
  changes.intake.front().new_key = std::string("2");
  ASSERT_TRUE(append(std::move(changes)));
  EXPECT_EQ(world_.run->dirty.current_key({Side::app, "1"}), "2");
  auto const taken = world_.run->dirty.take(10, SteadyTime::max());
  ASSERT_THAT(taken, SizeIs(1));
  EXPECT_THAT(taken.front().sequences, SizeIs(1)) << "the other waits for room";
}

TEST_F(IntakeTest, MarksOfOneRecordCoalesceButEachRowIsSettledByItself) {
  ASSERT_TRUE(append({"1", "1"}));
  ASSERT_TRUE(append({"1"}));
  EXPECT_EQ(world_.run->dirty.size(), 1u);
  auto const taken = world_.run->dirty.take(10, SteadyTime::max());
  ASSERT_THAT(taken, SizeIs(1));
  EXPECT_THAT(taken.front().sequences, SizeIs(3));
}

TEST_F(IntakeTest, IsFullAtItsLimitAndHasRoomAgainWhenRowsAreSettled) {
  EXPECT_FALSE(world_.intake->full());
  ASSERT_TRUE(append({"1", "2", "3"}));
  EXPECT_TRUE(world_.intake->full());
  state::Commit settle;
  settle.settled.push_back(world_.intake_rows().front().sequence);
  ASSERT_TRUE(append(std::move(settle)));
  EXPECT_FALSE(world_.intake->full());
}

TEST_F(IntakeTest, MarksBeyondTheMemoryLimitWaitInTheJournal) {
  world_.tuning.dirty_in_memory_max = 1;
  ASSERT_TRUE(append({"1"}));
  ASSERT_TRUE(append({"2"}));
  EXPECT_EQ(world_.run->dirty.size(), 1u);
  auto const taken = world_.run->dirty.take(10, SteadyTime::max());
  ASSERT_THAT(taken, SizeIs(1));
  world_.run->dirty.finish(taken.front().id, world_.runtime.steady_now());
  world_.intake->feed();
  ASSERT_EQ(world_.run->dirty.size(), 1u);
  EXPECT_EQ(world_.run->dirty.take(10, SteadyTime::max()).front().id.key, "2");
}

TEST_F(IntakeTest, MarksOfAMappingThatIsNotConfiguredStay) {
  auto const other = world_.store->register_mapping("another");
  ASSERT_TRUE(other);
  state::Commit changes;
  changes.intake.push_back(world_.intake->row(*other, Side::app, "1"));
  ASSERT_TRUE(append(std::move(changes)));
  EXPECT_EQ(world_.run->dirty.size(), 0u);
  EXPECT_THAT(world_.intake_rows(), SizeIs(1));
}

TEST_F(IntakeTest, MarksOfAMappingThatIsNotConfiguredTakeNoRoomFromTheOthers) {
  auto const other = world_.store->register_mapping("another");
  ASSERT_TRUE(other);
  state::Commit changes;
  for (auto const* key : {"1", "2", "3"})
    changes.intake.push_back(world_.intake->row(*other, Side::app, key));
  ASSERT_TRUE(append(std::move(changes)));
  EXPECT_FALSE(world_.intake->full());
  ASSERT_TRUE(append({"1", "2", "3"}));
  EXPECT_TRUE(world_.intake->full());
}

TEST_F(IntakeTest, TheNextGenerationReadsWhatIsUnsettledFromTheStart) {
  ASSERT_TRUE(append({"1", "2"}));
  world_.intake->detach_all();
  MappingRun next(world_.runtime, 10);
  next.id = world_.run->id;
  next.mapping = world_.run->mapping;
  world_.intake->attach(next);
  world_.intake->feed();
  EXPECT_EQ(next.dirty.size(), 2u);
  world_.intake->detach_all();
}

}  // namespace
}  // namespace crmsync::daemon::tests
