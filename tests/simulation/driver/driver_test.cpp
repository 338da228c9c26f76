// The driver itself: processes, tapes, small cases.
// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/driver/case.hpp"
#include "tests/simulation/driver/crash_points.hpp"
#include "tests/simulation/driver/crew.hpp"
#include "tests/simulation/driver/result.hpp"
#include "tests/simulation/driver/shrink.hpp"
#include "tests/simulation/driver/tally.hpp"

#include "engine/mutant.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

#include <cstdlib>
#include <map>
#include <string>

namespace crmsync::simulation {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::chrono::seconds kMax{60};

TEST(Crew, HandsOverWhatEachJobReturnedHoweverLong) {
  std::map<int, std::size_t> sizes;
  Crew crew(3, kMax);
  for (int i = 1; i <= 8; ++i)
    crew.start([i] { return std::string(static_cast<std::size_t>(i) * 100'000, 'x'); },
               [&sizes, i](Ending const& ending) { sizes[i] = ending.text.size(); });
  crew.finish();
  for (int i = 1; i <= 8; ++i) EXPECT_EQ(sizes[i], static_cast<std::size_t>(i) * 100'000);
}

TEST(Crew, AJobThatAbortsHarmsNobody) {
  EXPECT_EQ(run_apart(kMax, []() -> std::string { std::abort(); }).how, Ending::How::aborted);
  EXPECT_EQ(run_apart(kMax, [] { return std::string("fine"); }).text, "fine");
}

TEST(Crew, AJobThatNeverEndsIsKilled) {
  auto const ending = run_apart(std::chrono::seconds(1), []() -> std::string {
    for (;;) ::pause();
  });
  EXPECT_EQ(ending.how, Ending::How::endless);
  EXPECT_EQ(result_of(ending).invariant, "no end");
}

TEST(Result, ComesOutOfAProcessAsItWas) {
  RunReport report;
  report.figures.events = 17;
  report.figures.faults[3] = 4;
  report.violation = Violation{"I6", "two\nlines", {}, 0};
  auto const result = result_of({Ending::How::ran, result_text(report)});
  EXPECT_EQ(result.figures.events, 17u);
  EXPECT_EQ(result.figures.faults[3], 4u);
  EXPECT_EQ(result.invariant, "I6");
  EXPECT_EQ(result.text, "two\nlines");
}

TEST(Tape, IsReadAsItWasWritten) {
  Case one;
  one.seed = 42;
  one.crash_row = "edits";
  one.invariant = "I2";
  one.options.actions_left_out = {1, 5};
  one.options.faults_left_out = {Fault::crm_partial, Fault::crash};
  one.options.crash_at = {7, 9};
  one.options.even_schedule = true;
  auto const read = read_tape(tape_text(one));
  ASSERT_TRUE(read) << read.error().message();
  EXPECT_EQ(read->seed, 42u);
  EXPECT_EQ(read->crash_row, "edits");
  EXPECT_EQ(read->invariant, "I2");
  EXPECT_EQ(read->options.actions_left_out, one.options.actions_left_out);
  EXPECT_EQ(read->options.faults_left_out, one.options.faults_left_out);
  EXPECT_EQ(read->options.crash_at, one.options.crash_at);
  EXPECT_TRUE(read->options.even_schedule);
  EXPECT_FALSE(read->options.restored);
}

TEST(Tape, ThatNamesWhatThereIsNotIsRefused) {
  EXPECT_FALSE(read_tape("no tape"));
  EXPECT_FALSE(read_tape("{}"));
  auto const row = read_tape(R"({"seed":"1","crash_row":"no such day"})");
  ASSERT_FALSE(row);
  EXPECT_THAT(row.error().message(), HasSubstr("no such day"));
  EXPECT_FALSE(read_tape(R"({"seed":"1","faults_left_out":"earthquake"})"));
  EXPECT_FALSE(read_tape(R"({"seed":"1","crash_at":"now"})"));
}

TEST(CrashRows, EachHasItsOwnNameAndARunWithoutACrashIsSound) {
  std::map<std::string_view, int> names;
  for (auto const& row : crash_rows()) ++names[row.name];
  EXPECT_EQ(names.size(), crash_rows().size());
  EXPECT_GE(names.size(), 20u);
  RunOptions options;
  options.crash_at = {0};  // no boundary has this number
  auto const report = run_scenario(crash_scenario(0), options);
  EXPECT_FALSE(report.violation) << report.violation->text;
  EXPECT_EQ(report.figures.crashes, 1u) << "the one at the end of every run";
  EXPECT_GT(report.figures.boundaries, 50u);
}

TEST(Tally, NamesTheFaultsThatNobodyMet) {
  Tally tally;
  Result result;
  result.figures.faults[static_cast<std::size_t>(Fault::crm_partial)] = 1;
  tally.add(Scenario(), result);
  auto const never = tally.faults_never_met();
  EXPECT_EQ(never.size(), kFaults - 1);
  EXPECT_THAT(never, Not(Contains(to_string(Fault::crm_partial))));
}

#ifdef CRMSYNC_MUTANTS

// In a process of its own: the bug is gone with it.
TEST(Shrink, LeavesOutWhatTheViolationDoesNotNeed) {
  auto const ending = run_apart(std::chrono::seconds(300), [] {
    engine::switch_mutant(engine::Mutant::full_record_write);
    Case found;
    found.seed = 1;
    found.invariant = result_of({Ending::How::ran, result_text(run_seed(1, {}))}).invariant;
    auto const small = shrink(found, {.runs_max = 60, .wall_max = std::chrono::seconds(240)});
    auto const again = run_scenario(small.scenario(), small.options);
    bool const same = again.violation && again.violation->invariant == found.invariant;
    return std::string(same ? "same " : "lost ") +
           std::to_string(small.options.actions_left_out.size());
  });
  EXPECT_THAT(ending.text, ::testing::StartsWith("same "));
  EXPECT_GT(std::atoi(ending.text.substr(5).c_str()), 10) << ending.text;
}

#endif

}  // namespace
}  // namespace crmsync::simulation
