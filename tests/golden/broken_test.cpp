// broken/NAME.yaml is what somebody might write; broken/NAME.expected is every word they are told.
// With CRMSYNC_GOLDEN_WRITE=1 the expected files are written anew; read the difference before you
// keep it.
// SPDX-License-Identifier: Apache-2.0
#include "mappings/codes.hpp"
#include "mappings/config.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace crmsync::mappings {
namespace {

namespace fs = std::filesystem;

fs::path folder() {
  return fs::path(CRMSYNC_SOURCE_DIR) / "tests/golden/broken";
}

std::string read_text(fs::path const& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

std::vector<std::string> names() {
  std::vector<std::string> out;
  for (auto const& entry : fs::directory_iterator(folder()))
    if (entry.path().extension() == ".yaml") out.push_back(entry.path().stem().string());
  std::sort(out.begin(), out.end());
  return out;
}

class BrokenMapping : public ::testing::TestWithParam<std::string> {};

TEST_P(BrokenMapping, IsToldAsExpected) {
  auto const result = load_mapping(read_text(folder() / (GetParam() + ".yaml")),
                                   "mappings.d/" + GetParam() + ".yaml");
  std::string told;
  bool is_refused = false;
  for (auto const& diagnostic : result.diagnostics) {
    told += render(diagnostic);
    is_refused |= !diagnostic.warning;
    EXPECT_NE(find_code(diagnostic.code), nullptr) << diagnostic.code;
  }
  EXPECT_EQ(is_refused, !result.mapping);
  ASSERT_FALSE(told.empty());
  auto const expected = folder() / (GetParam() + ".expected");
  if (std::getenv("CRMSYNC_GOLDEN_WRITE") != nullptr) std::ofstream(expected) << told;
  EXPECT_EQ(told, read_text(expected));
}

std::string test_name(::testing::TestParamInfo<std::string> const& param) {
  auto name = param.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Golden, BrokenMapping, ::testing::ValuesIn(names()), test_name);

TEST(BrokenMappings, AreManyAndEachExpectedFileHasItsText) {
  EXPECT_GE(names().size(), 25u);
  auto const known = names();
  for (auto const& entry : fs::directory_iterator(folder())) {
    if (entry.path().extension() != ".expected") continue;
    EXPECT_TRUE(std::count(known.begin(), known.end(), entry.path().stem().string()))
        << entry.path();
  }
}

}  // namespace
}  // namespace crmsync::mappings
