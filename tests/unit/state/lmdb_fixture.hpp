// A state directory on LMDB, and ways to look behind the interface and to spoil it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "state/lmdb/environment.hpp"
#include "tests/unit/state/store_suite.hpp"

#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace crmsync::state::tests {

class LmdbTest : public ::testing::Test {
 protected:
  std::filesystem::path folder() const { return folder_.path() / "state"; }
  std::filesystem::path data() const { return folder() / "state.mdb"; }
  std::filesystem::path beside(std::string const& name) const { return folder_.path() / name; }

  StoreOptions options() const;
  Result<std::unique_ptr<StateStore>> try_open() const { return open_lmdb_store(options()); }
  std::unique_ptr<StateStore> open() const;

  // Changes the file of a closed state.
  void tamper(std::function<void(lmdb::Transaction&)> const& change) const;
  // Flips one bit in the middle of a stored value.
  void damage(lmdb::Table table, std::string_view key) const;
  std::size_t damage_all(lmdb::Table table) const;

  void keep(StateStore& store, Commit changes) const;
  static bool file_contains(std::filesystem::path const& file, std::string_view text);

  std::uint64_t map_bytes_initial_ = 1u << 20;
  std::uint64_t map_bytes_max_ = 256u << 20;

 private:
  TempFolder folder_;
};

}  // namespace crmsync::state::tests
