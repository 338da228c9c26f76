// No connector without the suite.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/registry.hpp"
#include "tests/conformance/suite.hpp"

namespace crmsync::tests::conformance {
namespace {

TEST(ConformanceTable, HoldsExactlyTheRegisteredConnectors) {
  std::set<std::string_view> registered;
  for (auto const& row : connectors::connector_table()) registered.insert(row.type);
  std::set<std::string_view> tested;
  for (auto const& row : fixture_table()) tested.insert(row.type);
  EXPECT_FALSE(registered.empty());
  EXPECT_EQ(registered, tested)
      << "a connector was added or removed without its row in tests/conformance/fixture_table.cpp";
}

TEST(ConformanceTable, FixturesMakeTheTypeTheyName) {
  for (auto const& row : fixture_table())
    EXPECT_EQ(row.make()->connect()->type(), row.type) << row.name;
}

INSTANTIATE_TEST_SUITE_P(Connectors, ConnectorConformance,
                         testing::ValuesIn(fixture_table().begin(), fixture_table().end()),
                         [](auto const& row) { return std::string(row.param.name); });

}  // namespace
}  // namespace crmsync::tests::conformance
