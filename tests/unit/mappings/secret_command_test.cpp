// A secret command is bounded in time, and nothing it started outlives it.
// SPDX-License-Identifier: Apache-2.0
#include "mappings/config/secrets.hpp"

#include <gtest/gtest.h>

namespace crmsync::mappings {
namespace {

using std::chrono::milliseconds;

TEST(SecretCommand, EndsAtItsDeadlineWhateverItDoes) {
  auto const start = std::chrono::steady_clock::now();
  for (auto const& argv : {std::vector<std::string>{"/bin/sleep", "100"},
                           {"/bin/sh", "-c", "exec 1>&-; sleep 100"},
                           {"/bin/sh", "-c", "sleep 100 & echo x; wait"}}) {
    auto const output = run_command(argv, 100, milliseconds(150));
    EXPECT_EQ(output.problem, "took too long");
    EXPECT_EQ(output.bytes, "");
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
}

TEST(SecretCommand, AnEndBySignalIsNoSuccess) {
  auto const output =
      run_command({"/bin/sh", "-c", "echo half; kill -9 $$"}, 100, std::chrono::seconds(10));
  EXPECT_EQ(output.problem, "was ended by signal 9");
  EXPECT_EQ(output.bytes, "");
}

TEST(SecretCommand, ComplaintsAreNotPartOfTheSecret) {
  auto const output =
      run_command({"/bin/sh", "-c", "echo oops >&2; echo yes"}, 100, std::chrono::seconds(10));
  EXPECT_EQ(output.problem, "");
  EXPECT_EQ(output.bytes, "yes\n");
}

}  // namespace
}  // namespace crmsync::mappings
