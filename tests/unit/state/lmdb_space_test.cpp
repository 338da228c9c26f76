// A map that grows, a map that may not grow, a disk that is full.
// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/state/lmdb_fixture.hpp"

#include <sys/resource.h>

#include <csignal>

namespace crmsync::state::tests {
namespace {

using ::testing::HasSubstr;

Commit webhooks(Sequence first, int count, std::size_t bytes) {
  Commit changes;
  for (int i = 0; i < count; ++i)
    changes.webhooks.push_back(
        webhook_row(first + static_cast<Sequence>(i), 10, std::string(bytes, 'w')));
  return changes;
}

TEST_F(LmdbTest, MapGrowsFromOneMebibyteWhileItIsRead) {
  auto const store = open();
  auto const contacts = store->register_mapping("contacts").value();
  for (int page = 0; page < 20; ++page) {
    Commit changes;
    for (int i = 0; i < 500; ++i) {
      auto const link = store->next_link_id();
      auto const key = std::to_string(link);
      changes.links.push_back(link_row(link, contacts, key, "c" + key));
      changes.bases.push_back(base_row(link, "somebody-" + key + "@example.org"));
    }
    keep(*store, changes);
    EXPECT_TRUE(store->link_by_app(contacts, "1").value().has_value());
  }
  EXPECT_EQ(store->counts(contacts).value().linked, 10'000u);
  auto const health = store->health();
  EXPECT_GT(health.bytes_used, 1u << 20);
  EXPECT_EQ(health.bytes_limit, map_bytes_max_);
  auto const verified = store->verify();
  EXPECT_TRUE(verified) << verified.error().message();
}

TEST_F(LmdbTest, SingleCommitLargerThanTheMapMakesItGrow) {
  auto const store = open();
  keep(*store, webhooks(1, 8, 3u << 20));
  EXPECT_EQ(store->webhooks_after(0, 100).value().size(), 8u);
}

TEST_F(LmdbTest, ASmallCommitThatStillFitsDoesNotMakeAFullStateLookWell) {
  map_bytes_max_ = 2u << 20;
  auto const store = open();
  Sequence sequence = 1;
  while (commit(*store, webhooks(sequence, 5, 100'000))) sequence += 5;
  ASSERT_TRUE(store->health().full);
  keep(*store, webhooks(10'000, 1, 10));
  EXPECT_TRUE(store->health().full);
  ASSERT_GT(prune(*store, {100}, {0}, 30).value(), 5u);
  keep(*store, webhooks(10'001, 1, 10));
  EXPECT_FALSE(store->health().full);
}

TEST_F(LmdbTest, StateLargerThanItsInitialMapOpensAgain) {
  {
    auto const store = open();
    keep(*store, webhooks(1, 100, 100'000));
  }
  auto const store = open();
  keep(*store, webhooks(1'000, 100, 100'000));
  EXPECT_EQ(store->webhooks_after(0, 1'000).value().size(), 200u);
}

TEST_F(LmdbTest, FullStateSaysSoLosesNothingAndRecoversAfterPruning) {
  map_bytes_max_ = 2u << 20;
  auto const store = open();
  Sequence sequence = 1;
  Status status;
  while ((status = commit(*store, webhooks(sequence, 5, 20'000)))) sequence += 5;
  EXPECT_EQ(status.error().code, Errc::storage_full);
  EXPECT_THAT(status.error().hint, HasSubstr("nothing was lost"));
  EXPECT_TRUE(store->health().full);
  auto const kept = store->webhooks_after(0, 10'000).value().size();
  EXPECT_EQ(kept, sequence - 1);
  EXPECT_GT(kept, 20u);
  for (int i = 0; i < 20; ++i) EXPECT_FALSE(commit(*store, webhooks(sequence, 5, 20'000)));
  EXPECT_TRUE(store->verify());

  ASSERT_EQ(prune(*store, {100}, {0}, 30).value(), 30u);
  keep(*store, webhooks(sequence, 5, 20'000));
  EXPECT_FALSE(store->health().full);
  EXPECT_EQ(store->webhooks_after(0, 10'000).value().size(), kept - 30 + 5);
  EXPECT_TRUE(store->verify());
}

TEST_F(LmdbTest, FullStateStaysUsableThroughManyRoundsOfPruning) {
  map_bytes_max_ = 2u << 20;
  auto const store = open();
  Sequence sequence = 1;
  for (int round = 0; round < 20; ++round) {
    while (commit(*store, webhooks(sequence, 3, 30'000))) sequence += 3;
    ASSERT_GT(prune(*store, {100}, {0}, 15).value(), 0u) << "round " << round;
    keep(*store, webhooks(sequence, 3, 30'000));
    sequence += 3;
  }
  EXPECT_LE(std::filesystem::file_size(data()), (2u << 20) + (512u << 10));
}

TEST_F(LmdbTest, RoomThatACommitGaveBackIsUsedBeforeTheStateIsCalledFull) {
  map_bytes_max_ = 2u << 20;
  auto const store = open();
  auto const contacts = store->register_mapping("contacts").value();
  auto const large = [&](std::uint64_t id) {
    auto row = intent_row(id, contacts, 0);
    row.sent = {{"notes", engine::Value(std::string(20'000, 'n'))}};
    return row;
  };
  std::uint64_t next = 1;
  for (int round = 0; round < 10; ++round) {
    Commit put;
    Commit drop;
    for (int i = 0; i < 50; ++i, ++next) {
      put.intents.push_back(large(next));
      drop.intents_done.push_back(next);
    }
    keep(*store, put);
    keep(*store, drop);
  }
}

TEST_F(LmdbTest, SmallCommitBesideOneThatNoLongerFitsIsKept) {
  map_bytes_max_ = 2u << 20;
  auto const store = open();
  std::promise<Status> first_done;
  std::promise<Status> large_done;
  std::promise<Status> small_done;
  // The first commit keeps the store thread busy, so that the other two share a batch.
  store->commit(webhooks(1, 10, 1'000),
                [&](Status status) { first_done.set_value(std::move(status)); });
  store->commit(webhooks(100, 10, 400'000),
                [&](Status status) { large_done.set_value(std::move(status)); });
  store->commit(webhooks(200, 1, 100),
                [&](Status status) { small_done.set_value(std::move(status)); });
  EXPECT_TRUE(first_done.get_future().get());
  auto const large = large_done.get_future().get();
  ASSERT_FALSE(large);
  EXPECT_EQ(large.error().code, Errc::storage_full);
  EXPECT_TRUE(small_done.get_future().get());
  EXPECT_EQ(store->webhooks_after(0, 100).value().size(), 11u);
}

// A file size limit stands in for a disk without room: the write fails in the same place.
class DiskLimit {
 public:
  explicit DiskLimit(std::uint64_t bytes) {
    ::signal(SIGXFSZ, SIG_IGN);
    ::getrlimit(RLIMIT_FSIZE, &before_);
    auto limit = before_;
    limit.rlim_cur = bytes;
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  DiskLimit(DiskLimit const&) = delete;
  DiskLimit& operator=(DiskLimit const&) = delete;
  ~DiskLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, SIG_DFL);
  }

 private:
  rlimit before_{};
};

TEST_F(LmdbTest, FullDiskIsStorageFullAndPasses) {
  auto const store = open();
  keep(*store, webhooks(1, 10, 10'000));
  {
    DiskLimit const limit(std::filesystem::file_size(data()) + 8'192);
    auto const status = commit(*store, webhooks(100, 50, 20'000));
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, Errc::storage_full) << status.error().message();
    EXPECT_TRUE(store->health().full);
    EXPECT_EQ(store->webhooks_after(0, 100).value().size(), 10u);
  }
  keep(*store, webhooks(100, 50, 20'000));
  EXPECT_FALSE(store->health().full);
  EXPECT_EQ(store->webhooks_after(0, 100).value().size(), 60u);
  EXPECT_TRUE(store->verify());
}

TEST_F(LmdbTest, BackupToAFullDiskLeavesNoFile) {
  auto const store = open();
  keep(*store, webhooks(1, 100, 20'000));
  auto const target = beside("copy");
  {
    DiskLimit const limit(500'000);
    auto const status = backup(*store, target);
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, Errc::storage_full) << status.error().message();
  }
  EXPECT_FALSE(std::filesystem::exists(target));
  auto const files = std::filesystem::directory_iterator(target.parent_path());
  EXPECT_EQ(std::distance(begin(files), end(files)), 1);
  EXPECT_TRUE(backup(*store, target));
}

}  // namespace
}  // namespace crmsync::state::tests
