// A process that dies, at named points and at any moment, and what the next one finds.
// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/state/lmdb_fixture.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <random>

namespace crmsync::state::tests {
namespace {

constexpr int kCrashed = 42;
constexpr int kRanThrough = 43;

// Commit number n (from 1): intake row n, link n with its base, and the link before it removed.
Commit step(MappingId mapping, std::uint64_t n) {
  auto const key = std::to_string(n);
  Commit changes;
  changes.intake = {intake_row(n, mapping, key)};
  changes.links = {link_row(n, mapping, key, "c" + key)};
  changes.bases = {base_row(n, "j@example.org")};
  changes.errors = {error_row(n, mapping, key)};
  if (n > 1) changes.links_gone = {n - 1};
  return changes;
}

// In a child: commits steps 1 to `last`, writing one byte to `acknowledged` for each completion.
[[noreturn]] void run_child(StoreOptions options, int crash_at, std::string const& point,
                            std::uint64_t last, int acknowledged) {
  int calls = 0;
  bool armed = false;
  options.crash_probe = [&](std::string_view where) {
    if (armed && where == point && ++calls == crash_at) ::_exit(kCrashed);
  };
  auto opened = open_lmdb_store(std::move(options));
  if (!opened) ::_exit(1);
  auto& store = **opened;
  auto const mapping = store.register_mapping("contacts").value();
  armed = true;
  std::promise<void> finished;
  for (std::uint64_t n = 1; n <= last; ++n)
    store.commit(step(mapping, n), [&, n](Status status) {
      char const byte = status ? '+' : '-';
      if (::write(acknowledged, &byte, 1) != 1) ::_exit(2);
      if (n == last) finished.set_value();
    });
  finished.get_future().get();
  ::_exit(kRanThrough);
}

class LmdbCrash : public LmdbTest {
 protected:
  // Forks a child; reads its acknowledgements and kills it after `kill_after` of them.
  // Returns how many came in all.
  std::uint64_t run(int crash_at, std::string const& point, std::uint64_t last,
                    std::uint64_t kill_after) {
    int ends[2];
    EXPECT_EQ(::pipe(ends), 0);
    auto const child = ::fork();
    if (child == 0) {
      ::close(ends[0]);
      run_child(options(), crash_at, point, last, ends[1]);
    }
    ::close(ends[1]);
    std::uint64_t acknowledged = 0;
    char byte = 0;
    while (::read(ends[0], &byte, 1) == 1) {
      EXPECT_EQ(byte, '+');
      if (++acknowledged == kill_after) ::kill(child, SIGKILL);
    }
    ::close(ends[0]);
    ::waitpid(child, &exit_, 0);
    return acknowledged;
  }
  bool exited_with(int code) const { return WIFEXITED(exit_) && WEXITSTATUS(exit_) == code; }

  // Checks that the state is what some number of whole steps leaves; returns that number.
  std::uint64_t whole_steps() {
    auto const store = open();
    auto const verified = store->verify();
    EXPECT_TRUE(verified) << verified.error().message();
    auto const steps = store->intake_size().value();
    auto const links = store->links_after(1, 0, 10).value();
    EXPECT_EQ(links.size(), steps == 0 ? 0u : 1u);
    for (auto const& link : links) EXPECT_EQ(link.id, steps);
    EXPECT_EQ(store->counts(1).value().errors, steps);
    EXPECT_GT(store->next_link_id(), steps);
    return steps;
  }

 private:
  int exit_ = 0;
};

TEST_F(LmdbCrash, BeforeTheCommitNothingOfItRemains) {
  for (int at = 1; at <= 5; ++at) {
    auto const acknowledged = run(at, "before_commit", 400, 0);
    if (exited_with(kRanThrough)) break;
    ASSERT_TRUE(exited_with(kCrashed));
    EXPECT_EQ(whole_steps(), acknowledged);
    std::filesystem::remove_all(folder());
  }
}

TEST_F(LmdbCrash, AfterTheCommitAllOfItRemains) {
  for (int at = 1; at <= 5; ++at) {
    auto const acknowledged = run(at, "after_commit", 400, 0);
    if (exited_with(kRanThrough)) break;
    ASSERT_TRUE(exited_with(kCrashed));
    EXPECT_GT(whole_steps(), acknowledged);
    std::filesystem::remove_all(folder());
  }
}

TEST_F(LmdbCrash, KilledAtAnyMomentKeepsEveryAcknowledgedCommit) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 12; ++i) {
    auto const acknowledged = run(0, "", 20'000, 1 + random() % 3'000);
    EXPECT_GE(whole_steps(), acknowledged);
    std::filesystem::remove_all(folder());
  }
}

}  // namespace
}  // namespace crmsync::state::tests
