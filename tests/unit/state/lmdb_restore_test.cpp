// Putting a backup in the place of a state.
// SPDX-License-Identifier: Apache-2.0
#include "state/lmdb/facts.hpp"
#include "state/lmdb/key.hpp"
#include "tests/unit/state/lmdb_fixture.hpp"

#include <sys/stat.h>

namespace crmsync::state::tests {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

class LmdbRestore : public LmdbTest {
 protected:
  // A state with one linked record, backed up, then a second one linked.
  void SetUp() override {
    auto const store = open();
    contacts_ = store->register_mapping("contacts").value();
    add(*store, 1);
    ASSERT_TRUE(backup(*store, copy()));
    add(*store, 2);
    high_water_ = store->high_water();
    state_id_ = store->state_id();
  }
  void add(StateStore& store, LinkId id) const {
    auto const key = std::to_string(id);
    Commit changes;
    changes.links = {link_row(id, contacts_, key, "c" + key)};
    changes.bases = {base_row(id, "l@example.org")};
    keep(store, changes);
  }
  fs::path copy() const { return beside("backup.mdb"); }

  MappingId contacts_ = 0;
  std::uint64_t high_water_ = 0;
  std::string state_id_;
};

TEST_F(LmdbRestore, BackupIsPrivateAndSmall) {
  struct stat found {};
  ASSERT_EQ(::stat(copy().c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600u);
  EXPECT_LT(found.st_size, 512 << 10);
}

TEST_F(LmdbRestore, RestoredStateIsTheOldOneAndSaysSo) {
  ASSERT_TRUE(restore_lmdb_store(copy(), folder()));
  auto const store = open();
  EXPECT_TRUE(store->restored());
  EXPECT_EQ(store->state_id(), state_id_);
  EXPECT_LT(store->high_water(), high_water_);
  EXPECT_TRUE(store->link(1).value().has_value());
  EXPECT_FALSE(store->link(2).value().has_value());
  EXPECT_TRUE(store->verify());
}

TEST_F(LmdbRestore, RestoredMarkStaysUntilACommitClearsIt) {
  ASSERT_TRUE(restore_lmdb_store(copy(), folder()));
  open().reset();
  auto store = open();
  ASSERT_TRUE(store->restored());
  Commit changes;
  changes.clear_restored = true;
  keep(*store, changes);
  EXPECT_FALSE(store->restored());
  store.reset();
  EXPECT_FALSE(open()->restored());
}

TEST_F(LmdbRestore, ReplacedStatesAreKept) {
  ASSERT_TRUE(restore_lmdb_store(copy(), folder()));
  ASSERT_TRUE(restore_lmdb_store(copy(), folder()));
  EXPECT_TRUE(fs::exists(data().string() + ".before-restore"));
  EXPECT_TRUE(fs::exists(data().string() + ".before-restore-2"));
  ASSERT_TRUE(restore_lmdb_store(data().string() + ".before-restore", folder()));
  EXPECT_TRUE(open()->link(2).value().has_value());
}

TEST_F(LmdbRestore, RestoresIntoAnEmptyDirectory) {
  auto const elsewhere = beside("new-state");
  ASSERT_TRUE(restore_lmdb_store(copy(), elsewhere));
  auto made = options();
  made.directory = elsewhere;
  auto const store = open_lmdb_store(made).value();
  EXPECT_TRUE(store->restored());
  EXPECT_TRUE(store->link(1).value().has_value());
}

TEST_F(LmdbRestore, StateInUseIsNotReplaced) {
  auto const store = open();
  auto const status = restore_lmdb_store(copy(), folder());
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Errc::locked);
  EXPECT_TRUE(store->link(2).value().has_value());
}

TEST_F(LmdbRestore, DamagedBackupReplacesNothing) {
  {
    lmdb::Environment environment(copy(), lmdb::Access::read_write, 1u << 20, 1u << 30);
    auto transaction = environment.begin_write();
    auto value = std::string(transaction.get(lmdb::Table::bases, lmdb::number_key(1)).value());
    value[3] = static_cast<char>(value[3] ^ 1);
    transaction.put(lmdb::Table::bases, lmdb::number_key(1), value);
    transaction.commit();
  }
  auto const status = restore_lmdb_store(copy(), folder());
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Errc::corrupt);
  EXPECT_THAT(status.error().message(), HasSubstr("bases row 1"));
  EXPECT_TRUE(open()->link(2).value().has_value());
  EXPECT_FALSE(fs::exists(data().string() + ".before-restore"));
}

TEST_F(LmdbRestore, BackupThatIsMissingOrCutShortReplacesNothing) {
  EXPECT_FALSE(restore_lmdb_store(beside("nothing"), folder()));
  for (auto const bytes : {0u, 100u, 8'192u, 40'960u}) {
    fs::resize_file(copy(), std::min<std::uintmax_t>(bytes, fs::file_size(copy())));
    EXPECT_FALSE(restore_lmdb_store(copy(), folder())) << bytes;
  }
  auto const store = open();
  EXPECT_FALSE(store->restored());
  EXPECT_TRUE(store->link(2).value().has_value());
}

TEST_F(LmdbRestore, BackupOfANewerFormatIsRefused) {
  {
    lmdb::Environment environment(copy(), lmdb::Access::read_write, 1u << 20, 1u << 30);
    auto transaction = environment.begin_write();
    lmdb::set_fact(transaction, lmdb::fact::kFormatName, 9);
    transaction.commit();
  }
  auto const status = restore_lmdb_store(copy(), folder());
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().code, Errc::unsupported);
  EXPECT_TRUE(open()->link(2).value().has_value());
}

TEST_F(LmdbRestore, WhatWasDroppedIsNotInABackup) {
  auto const store = open();
  Commit changes;
  for (Sequence i = 1; i <= 300; ++i)
    changes.webhooks.push_back(webhook_row(i, 1, "forgotten-person " + std::to_string(i)));
  keep(*store, changes);
  ASSERT_TRUE(backup(*store, beside("with")));
  ASSERT_EQ(prune(*store, {100}, {0}, 1'000).value(), 300u);
  ASSERT_TRUE(backup(*store, beside("without")));
  EXPECT_TRUE(file_contains(beside("with"), "forgotten-person"));
  EXPECT_FALSE(file_contains(beside("without"), "forgotten-person"));
}

}  // namespace
}  // namespace crmsync::state::tests
