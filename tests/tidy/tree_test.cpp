// The project's tree against the house rules: one test per rule, every breach listed at once.
// SPDX-License-Identifier: Apache-2.0
#include "tests/tidy/include_rules.hpp"
#include "tests/tidy/text_rules.hpp"
#include "tests/tidy/tree_rules.hpp"

#include <gtest/gtest.h>

namespace crmsync::tests::tidy {
namespace {

class HouseRules : public testing::Test {
 protected:
  static void SetUpTestSuite() { tree() = read_tree(CRMSYNC_SOURCE_DIR); }
  static Tree& tree() {
    static Tree tree;
    return tree;
  }

  void expect_none(Findings const& findings) {
    for (auto const& finding : findings) ADD_FAILURE() << finding.text();
  }
  void expect_none_in_files(Findings (*check)(SourceFile const&)) {
    ASSERT_GT(tree().files.size(), 10u) << "no source tree at " << CRMSYNC_SOURCE_DIR;
    for (auto const& file : tree().files) expect_none(check(file));
  }
};

TEST_F(HouseRules, IncludesFollowTheTable) {
  expect_none_in_files(check_includes);
}
TEST_F(HouseRules, OneFileKnowsTheLibrary) {
  expect_none(check_sole_users(tree()));
}
TEST_F(HouseRules, PureFilesDoNotReachAsio) {
  expect_none(check_reached_includes(tree()));
}
TEST_F(HouseRules, FilesAreShortAndNarrow) {
  expect_none_in_files(check_shape);
}
TEST_F(HouseRules, NamesSayOneRole) {
  expect_none_in_files(check_name);
}
TEST_F(HouseRules, EverySourceNamesItsLicence) {
  expect_none_in_files(check_licence_line);
}
TEST_F(HouseRules, NothingIsLeftForLater) {
  expect_none_in_files(check_words);
}
TEST_F(HouseRules, TimeAndChanceAreHandedIn) {
  expect_none_in_files(check_injected_time);
}
TEST_F(HouseRules, OneFactoryMakesTlsContexts) {
  expect_none_in_files(check_tls_factory);
}
TEST_F(HouseRules, ClangCompilesEverything) {
  expect_none_in_files(check_clang_reads_it);
}
TEST_F(HouseRules, NothingIsAwaitedInsideAChoice) {
  expect_none_in_files(check_awaited_choices);
}
TEST_F(HouseRules, FunctionsFitOnAScreen) {
  expect_none_in_files(check_function_length);
}
TEST_F(HouseRules, TopLevelIsTheHouse) {
  expect_none(check_top_level(tree()));
}
TEST_F(HouseRules, EveryRoomHasItsPage) {
  expect_none(check_readmes(tree()));
}
TEST_F(HouseRules, LinksLeadSomewhere) {
  expect_none(check_links(tree()));
}

}  // namespace
}  // namespace crmsync::tests::tidy
