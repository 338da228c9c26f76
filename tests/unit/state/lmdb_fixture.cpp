// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/state/lmdb_fixture.hpp"

#include <fstream>
#include <sstream>
#include <utility>
#include <vector>

namespace crmsync::state::tests {

namespace {

std::string spoiled(std::string_view value) {
  std::string bytes(value);
  auto& byte = bytes[bytes.size() / 2];
  byte = static_cast<char>(byte ^ 4);
  return bytes;
}

}  // namespace

StoreOptions LmdbTest::options() const {
  StoreOptions made;
  made.directory = folder();
  made.map_bytes_initial = map_bytes_initial_;
  made.map_bytes_max = map_bytes_max_;
  return made;
}

std::unique_ptr<StateStore> LmdbTest::open() const {
  auto opened = try_open();
  if (!opened) ADD_FAILURE() << opened.error().message();
  return std::move(opened).value();
}

void LmdbTest::tamper(std::function<void(lmdb::Transaction&)> const& change) const {
  lmdb::Environment environment(data(), lmdb::Access::read_write, 64u << 20, 64u << 20);
  auto transaction = environment.begin_write();
  change(transaction);
  transaction.commit();
}

void LmdbTest::damage(lmdb::Table table, std::string_view key) const {
  tamper([&](lmdb::Transaction& transaction) {
    auto const value = transaction.get(table, key);
    ASSERT_TRUE(value.has_value());
    transaction.put(table, key, spoiled(*value));
  });
}

std::size_t LmdbTest::damage_all(lmdb::Table table) const {
  std::vector<std::pair<std::string, std::string>> rows;
  tamper([&](lmdb::Transaction& transaction) {
    lmdb::for_prefix(transaction, table, {}, [&](lmdb::Entry const& entry) {
      rows.emplace_back(entry.key, spoiled(entry.value));
      return true;
    });
    for (auto const& [key, value] : rows) transaction.put(table, key, value);
  });
  return rows.size();
}

void LmdbTest::keep(StateStore& store, Commit changes) const {
  auto const status = commit(store, std::move(changes));
  ASSERT_TRUE(status) << status.error().message();
}

bool LmdbTest::file_contains(std::filesystem::path const& file, std::string_view text) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream bytes;
  bytes << stream.rdbuf();
  return bytes.str().find(text) != std::string::npos;
}

}  // namespace crmsync::state::tests
