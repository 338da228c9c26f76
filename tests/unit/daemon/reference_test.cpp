// The reference page and the schemas in packaging/reference are what the tables say. With
// CRMSYNC_GOLDEN_WRITE=1 they are written anew; read the difference before you keep it.
// SPDX-License-Identifier: Apache-2.0
#include "daemon/reference.hpp"

#include "mappings/key_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace crmsync::daemon::tests {
namespace {

using ::testing::HasSubstr;

struct Page {
  char const* name;
  char const* file;
  std::string (*make)();
};

class Reference : public ::testing::TestWithParam<Page> {};

TEST_P(Reference, IsWhatTheTablesSay) {
  auto const path =
      std::filesystem::path(CRMSYNC_SOURCE_DIR) / "packaging/reference" / GetParam().file;
  auto const made = GetParam().make();
  if (std::getenv("CRMSYNC_GOLDEN_WRITE") != nullptr) std::ofstream(path) << made;
  std::ifstream stream(path);
  std::string const kept{std::istreambuf_iterator<char>(stream), {}};
  EXPECT_EQ(made, kept) << path << " is older than the tables: run with CRMSYNC_GOLDEN_WRITE=1";
}

INSTANTIATE_TEST_SUITE_P(Files, Reference,
                         ::testing::Values(Page{"Page", "configuration.md", reference_page},
                                           Page{"MappingSchema", "mapping-v1.json", mapping_schema},
                                           Page{"SettingsSchema", "settings-v1.json",
                                                settings_schema}),
                         [](auto const& one) { return std::string(one.param.name); });

TEST(ReferencePage, NamesEveryKeyThatTheLoaderTakes) {
  auto const page = reference_page();
  for (auto const& table : {mappings::mapping_keys(), mappings::settings_keys()})
    for (auto const& row : table) {
      if (row.type == mappings::KeyType::unsupported) continue;
      EXPECT_THAT(page, HasSubstr("`" + std::string(row.path) + "`"));
      EXPECT_FALSE(row.doc.empty()) << row.path;
    }
}

}  // namespace
}  // namespace crmsync::daemon::tests
