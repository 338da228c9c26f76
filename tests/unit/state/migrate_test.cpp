// Format steps, with steps made up for the test.
// SPDX-License-Identifier: Apache-2.0
#include "state/migrations/migrate.hpp"

#include "state/lmdb/facts.hpp"
#include "tests/unit/state/lmdb_fixture.hpp"

#include <array>

namespace crmsync::state::tests {
namespace {

using lmdb::FormatStep;
using lmdb::Transaction;
namespace fs = std::filesystem;

void note(Transaction& transaction, std::string_view name) {
  lmdb::set_fact(transaction, name, lmdb::number_fact(transaction, name) + 1);
}

constexpr std::array kTwoSteps{
    FormatStep{1, "first", [](Transaction& transaction) { note(transaction, "first"); }},
    FormatStep{2, "second", [](Transaction& transaction) { note(transaction, "second"); }},
};

bool g_power_is_out = false;
constexpr std::array kStepThatDies{
    kTwoSteps[0],
    FormatStep{2, "dies",
               [](Transaction& transaction) {
                 note(transaction, "second");
                 if (g_power_is_out) throw lmdb::Failure(engine::Error{});
               }},
};

class Migrate : public LmdbTest {
 protected:
  void SetUp() override { open().reset(); }

  Status run(std::span<FormatStep const> steps, std::uint64_t target) {
    return lmdb::guarded([&] {
      lmdb::Environment environment(data(), lmdb::Access::read_write, 1u << 20, 64u << 20);
      lmdb::migrate(environment, folder(), steps, target);
    });
  }
  std::uint64_t fact(std::string_view name, fs::path const& file) {
    lmdb::Environment environment(file, lmdb::Access::read_only, 1u << 20, 64u << 20);
    return environment.read(
        [&](Transaction const& transaction) { return lmdb::number_fact(transaction, name); });
  }
  std::uint64_t fact(std::string_view name) { return fact(name, data()); }
};

TEST_F(Migrate, StateOfTheRunningFormatIsLeftAlone) {
  ASSERT_TRUE(run(kTwoSteps, 1));
  EXPECT_EQ(fact("first"), 0u);
  EXPECT_FALSE(fs::exists(folder() / "state.mdb.format-1"));
}

TEST_F(Migrate, EveryMissingStepRunsOnceAfterACopyWasMade) {
  ASSERT_TRUE(run(kTwoSteps, 3));
  EXPECT_EQ(fact("format"), 3u);
  EXPECT_EQ(fact("first"), 1u);
  EXPECT_EQ(fact("second"), 1u);
  EXPECT_EQ(fact("format", folder() / "state.mdb.format-1"), 1u);
  EXPECT_EQ(fact("first", folder() / "state.mdb.format-1"), 0u);
  ASSERT_TRUE(run(kTwoSteps, 3));
  EXPECT_EQ(fact("first"), 1u);
}

TEST_F(Migrate, StoppedBetweenStepsItGoesOnFromThere) {
  g_power_is_out = true;
  EXPECT_FALSE(run(kStepThatDies, 3));
  EXPECT_EQ(fact("format"), 2u);
  EXPECT_EQ(fact("second"), 0u);
  g_power_is_out = false;
  ASSERT_TRUE(run(kStepThatDies, 3));
  EXPECT_EQ(fact("format"), 3u);
  EXPECT_EQ(fact("first"), 1u);
  EXPECT_EQ(fact("second"), 1u);
}

TEST_F(Migrate, NewerStateIsRefused) {
  ASSERT_TRUE(run(kTwoSteps, 3));
  auto const status = run(std::span(kTwoSteps).first(1), 2);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Errc::unsupported);
  EXPECT_EQ(fact("format"), 3u);
  EXPECT_EQ(try_open().error().code, Errc::unsupported);
}

TEST_F(Migrate, FormatWithoutAWayForwardIsRefusedBeforeAnythingChanges) {
  auto const status = run(std::span(kTwoSteps).first(1), 3);
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Errc::corrupt);
  EXPECT_EQ(fact("format"), 1u);
}

TEST(FormatSteps, LeadWithoutAGapToTheRunningFormat) {
  EXPECT_NO_THROW(lmdb::check_format(1, lmdb::kFormat, lmdb::format_steps()));
}

}  // namespace
}  // namespace crmsync::state::tests
