// Atomicity, order, numbers, backup.
// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/state/store_suite.hpp"

#include <atomic>
#include <future>
#include <set>
#include <thread>

namespace crmsync::state::tests {
namespace {

// Collects completions in the order in which they ran. What they write to is theirs too: the
// last one still holds the lock when the test that waited for it goes on.
class Completions {
 public:
  explicit Completions(int expected) : kept_(std::make_shared<Kept>()) {
    kept_->expected = expected;
  }
  Done next(int number) {
    return [kept = kept_, number](Status status) {
      std::lock_guard const lock(kept->mutex);
      kept->order.push_back(number);
      if (!status) kept->failed.insert(number);
      if (++kept->finished == kept->expected) kept->all.set_value();
    };
  }
  void wait() { kept_->all.get_future().get(); }
  std::vector<int> order() const { return kept_->order; }
  std::set<int> failed() const { return kept_->failed; }

 private:
  struct Kept {
    int expected = 0;
    int finished = 0;
    std::mutex mutex;
    std::promise<void> all;
    std::vector<int> order;
    std::set<int> failed;
  };
  std::shared_ptr<Kept> kept_;
};

TEST_P(StoreSuite, FailingCommitChangesNothingAndHarmsNoOther) {
  auto const contacts = mapping("contacts");
  linked(contacts, "taken", "900");
  constexpr int kCommits = 200;
  Completions completions(kCommits);
  for (int i = 0; i < kCommits; ++i) {
    auto const number = static_cast<LinkId>(1'000 + i);
    auto const key = i % 10 == 3 ? std::string("taken") : "k" + std::to_string(i);
    Commit changes;
    changes.intake = {intake_row(number, contacts, key)};
    changes.match = {{contacts, Side::app, key, {"v" + key}}};
    changes.links = {link_row(number, contacts, key, "c" + std::to_string(i))};
    changes.bases = {base_row(number, "f@example.org")};
    changes.errors = {error_row(number, contacts, key)};
    store().commit(std::move(changes), completions.next(i));
  }
  completions.wait();
  EXPECT_EQ(completions.failed().size(), 20u);
  for (int const number : completions.failed()) EXPECT_EQ(number % 10, 3);
  EXPECT_EQ(store().intake_size().value(), 180u);
  EXPECT_EQ(store().counts(contacts).value().linked, 181u);
  EXPECT_EQ(store().counts(contacts).value().errors, 180u);
  EXPECT_EQ(store().counts(contacts).value().unlinked_app, 180u);
  auto const verified = store().verify();
  EXPECT_TRUE(verified) << verified.error().message();
}

TEST_P(StoreSuite, CompletionsRunInTheOrderOfSubmission) {
  constexpr int kCommits = 3'000;
  Completions completions(kCommits);
  for (int i = 0; i < kCommits; ++i) {
    Commit changes;
    changes.intake = {intake_row(static_cast<Sequence>(i + 1), 1, "k")};
    if (i % 7 == 0) changes.intake.clear();
    store().commit(std::move(changes), completions.next(i));
  }
  completions.wait();
  auto const order = completions.order();
  EXPECT_TRUE(std::ranges::is_sorted(order));
  EXPECT_TRUE(completions.failed().empty());
}

TEST_P(StoreSuite, LaterCommitSeesWhatAnEarlierOneDid) {
  auto const contacts = mapping("contacts");
  Completions completions(3);
  Commit first;
  first.links = {link_row(1, contacts, "7", "901")};
  first.bases = {base_row(1, "g@example.org")};
  Commit second;
  second.links = {link_row(2, contacts, "7", "902")};
  Commit third;
  third.links_gone = {1};
  store().commit(first, completions.next(0));
  store().commit(second, completions.next(1));
  store().commit(third, completions.next(2));
  completions.wait();
  EXPECT_EQ(completions.failed(), std::set<int>{1});
  EXPECT_FALSE(store().link(1).value().has_value());
}

TEST_P(StoreSuite, ManyWaitingCommitsShareTransactions) {
  constexpr int kCommits = 2'000;
  auto const before = store().high_water();
  Completions completions(kCommits);
  for (int i = 0; i < kCommits; ++i) {
    Commit changes;
    changes.intake = {intake_row(static_cast<Sequence>(i + 1), 1, "k")};
    store().commit(std::move(changes), completions.next(i));
  }
  completions.wait();
  EXPECT_LT(store().high_water() - before, kCommits / 4u);
  EXPECT_EQ(store().health().commits, static_cast<std::uint64_t>(kCommits));
}

TEST_P(StoreSuite, HighWaterGrowsWithEveryDurableTransactionAndIsKept) {
  auto const before = store().high_water();
  Commit changes;
  changes.intake = {intake_row(1, 1, "k")};
  keep(changes);
  auto const after = store().high_water();
  EXPECT_GT(after, before);
  keep(Commit());
  EXPECT_EQ(store().high_water(), after);
  reopen();
  EXPECT_EQ(store().high_water(), after);
}

TEST_P(StoreSuite, StateIdIsRandomAndKept) {
  auto const id = store().state_id();
  EXPECT_EQ(id.size(), 32u);
  reopen();
  EXPECT_EQ(store().state_id(), id);
  TempFolder other;
  auto const second = GetParam().open(other.path() / "s").value();
  EXPECT_NE(second->state_id(), id);
}

TEST_P(StoreSuite, ClosingKeepsWhatWasSubmitted) {
  constexpr int kCommits = 500;
  Completions completions(kCommits);
  for (int i = 0; i < kCommits; ++i) {
    Commit changes;
    changes.intake = {intake_row(static_cast<Sequence>(i + 1), 1, "k")};
    store().commit(std::move(changes), completions.next(i));
  }
  reopen();
  EXPECT_EQ(completions.order().size(), static_cast<std::size_t>(kCommits));
  EXPECT_EQ(store().intake_size().value(), static_cast<std::uint64_t>(kCommits));
}

TEST_P(StoreSuite, NumbersAreNeverGivenTwiceEvenWhenTheirRowsAreGone) {
  auto const contacts = mapping("contacts");
  std::set<std::uint64_t> sequences;
  std::set<std::uint64_t> links;
  std::set<std::uint64_t> ids;
  for (int round = 0; round < 4; ++round) {
    for (int i = 0; i < 5; ++i) {
      Commit changes;
      auto const sequence = store().next_sequence();
      auto const link = store().next_link_id();
      auto const id = store().next_id();
      EXPECT_TRUE(sequences.insert(sequence).second);
      EXPECT_TRUE(links.insert(link).second);
      EXPECT_TRUE(ids.insert(id).second);
      changes.intake = {intake_row(sequence, contacts, "k")};
      changes.links = {link_row(link, contacts, "k", "c")};
      changes.bases = {base_row(link, "h@example.org")};
      changes.errors = {error_row(id, contacts, "k")};
      keep(changes);
      Commit removal;
      removal.settled = {sequence};
      removal.links_gone = {link};
      removal.errors_done = {id};
      keep(removal);
    }
    reopen();
  }
}

TEST_P(StoreSuite, RowWithANumberOfItsOwnMovesTheNumbersOn) {
  Commit changes;
  changes.intake = {intake_row(10'000, 1, "k")};
  changes.errors = {error_row(20'000, 1, "k")};
  keep(changes);
  EXPECT_GT(store().next_sequence(), 10'000u);
  EXPECT_GT(store().next_id(), 20'000u);
}

TEST_P(StoreSuite, NewStateIsNotRestored) {
  EXPECT_FALSE(store().restored());
  Commit changes;
  changes.clear_restored = true;
  EXPECT_FALSE(changes.empty());
  keep(changes);
  EXPECT_FALSE(store().restored());
}

TEST_P(StoreSuite, ReadsFromAnotherThreadSeeWholeCommits) {
  auto const contacts = mapping("contacts");
  std::atomic<bool> stop = false;
  std::thread reader([&] {
    while (!stop) {
      auto const rows = store().links_after(contacts, 0, 1'000).value();
      for (auto const& row : rows)
        if (!store().base(row.id).value()) ADD_FAILURE() << "link without a base";
      EXPECT_TRUE(store().verify());
      EXPECT_GT(store().health().bytes_used, 0u);
    }
  });
  for (int i = 0; i < 200; ++i) {
    auto const number = std::to_string(i);
    linked(contacts, number, "c" + number);
  }
  stop = true;
  reader.join();
}

TEST_P(StoreSuite, BackupUnderLoadIsAWholeState) {
  auto const contacts = mapping("contacts");
  for (int i = 0; i < 50; ++i) {
    auto const number = std::to_string(i);
    linked(contacts, number, "c" + number);
  }
  std::atomic<bool> stop = false;
  std::atomic<int> next = 50;
  auto load = std::async(std::launch::async, [&] {
    while (!stop) {
      auto const number = std::to_string(next++);
      linked(contacts, number, "c" + number);
    }
  });
  TempFolder target;
  for (int i = 0; i < 5; ++i) {
    auto const status = backup(store(), target.path() / ("copy" + std::to_string(i)));
    EXPECT_TRUE(status) << status.error().message();
  }
  stop = true;
  load.get();
  EXPECT_EQ(backup(store(), target.path() / "copy0").error().code, Errc::already_exists);
  EXPECT_FALSE(backup(store(), target.path() / "missing" / "copy"));
  auto const files = std::filesystem::directory_iterator(target.path());
  EXPECT_EQ(std::distance(begin(files), end(files)), 5);
}

}  // namespace
}  // namespace crmsync::state::tests
