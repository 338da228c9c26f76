// The suite, run against LMDB.
// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/state/store_suite.hpp"

namespace crmsync::state::tests {
namespace {

Result<std::unique_ptr<StateStore>> open_lmdb(std::filesystem::path const& folder) {
  StoreOptions options;
  options.directory = folder;
  options.map_bytes_initial = 1u << 20;
  options.map_bytes_max = 1u << 30;
  return open_lmdb_store(std::move(options));
}

INSTANTIATE_TEST_SUITE_P(Lmdb, StoreSuite, ::testing::Values(Implementation{"lmdb", open_lmdb}),
                         [](auto const& test) { return test.param.name; });

}  // namespace
}  // namespace crmsync::state::tests
