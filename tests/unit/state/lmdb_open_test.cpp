// Who may open a state, and what is refused.
// SPDX-License-Identifier: Apache-2.0
#include "state/lmdb/facts.hpp"
#include "tests/unit/state/lmdb_fixture.hpp"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>

namespace crmsync::state::tests {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

unsigned mode_of(fs::path const& path) {
  struct stat found {};
  EXPECT_EQ(::stat(path.c_str(), &found), 0) << path;
  return found.st_mode & 0777;
}

TEST_F(LmdbTest, NewStateIsPrivate) {
  auto const old_mask = ::umask(0);
  auto const store = open();
  ::umask(old_mask);
  EXPECT_EQ(mode_of(folder()), 0700u);
  int files = 0;
  for (auto const& entry : fs::directory_iterator(folder())) {
    EXPECT_EQ(mode_of(entry.path()), 0600u) << entry.path();
    ++files;
  }
  EXPECT_EQ(files, 3);
}

TEST_F(LmdbTest, FileThatWasCopiedInWithWiderRightsIsTightened) {
  open().reset();
  ::chmod(data().c_str(), 0644);
  auto const store = open();
  EXPECT_EQ(mode_of(data()), 0600u);
}

TEST_F(LmdbTest, DirectoryOpenToOthersIsRefused) {
  for (unsigned const mode : {0750u, 0705u, 0710u, 0777u}) {
    fs::create_directory(folder());
    ::chmod(folder().c_str(), mode);
    auto const opened = try_open();
    ASSERT_FALSE(opened) << std::oct << mode;
    EXPECT_EQ(opened.error().code, Errc::config_invalid);
    EXPECT_THAT(opened.error().hint, HasSubstr("chmod 700 " + folder().string()));
    EXPECT_TRUE(fs::is_empty(folder()));
  }
}

TEST_F(LmdbTest, PathThatIsNoDirectoryIsRefused) {
  std::ofstream(folder()) << "x";
  EXPECT_FALSE(try_open());
}

TEST_F(LmdbTest, SecondStoreInOneProcessIsRefused) {
  auto const store = open();
  auto const second = try_open();
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::locked);
  EXPECT_THAT(second.error().message(), HasSubstr("in use by another crmsyncd"));
}

TEST_F(LmdbTest, SecondProcessIsRefusedUntilTheFirstIsGone) {
  auto const refused_in_child = [this] {
    auto const child = ::fork();
    if (child == 0) {
      auto const opened = open_lmdb_store(options());
      ::_exit(!opened && opened.error().code == Errc::locked ? 7 : 8);
    }
    int status = 0;
    ::waitpid(child, &status, 0);
    return WIFEXITED(status) && WEXITSTATUS(status) == 7;
  };
  auto store = open();
  EXPECT_TRUE(refused_in_child());
  store.reset();
  EXPECT_FALSE(refused_in_child());
}

TEST_F(LmdbTest, NewerStateIsRefusedPolitelyAndLeftAlone) {
  open().reset();
  tamper([](lmdb::Transaction& transaction) {
    lmdb::set_fact(transaction, lmdb::fact::kFormatName, 99);
  });
  auto const opened = try_open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::unsupported);
  EXPECT_THAT(opened.error().message(), HasSubstr("newer crmsyncd (format 99)"));
  EXPECT_THAT(opened.error().message(), HasSubstr("knows format 1"));
  tamper([](lmdb::Transaction& transaction) {
    EXPECT_EQ(lmdb::number_fact(transaction, lmdb::fact::kFormatName), 99u);
  });
}

TEST_F(LmdbTest, FileOfAnotherKindIsCorrupt) {
  fs::create_directory(folder());
  fs::permissions(folder(), fs::perms::owner_all);
  std::ofstream(data()) << std::string(100'000, 'x');
  auto const opened = try_open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::corrupt);
}

TEST_F(LmdbTest, FileThatWasCutShortIsAnErrorAndNoCrash) {
  {
    auto const store = open();
    Commit changes;
    for (Sequence i = 1; i < 2'000; ++i)
      changes.webhooks.push_back(webhook_row(i, 1, "0123456789"));
    keep(*store, changes);
  }
  auto const whole = fs::file_size(data());
  for (auto const part : {2, 3, 4, 8}) {
    fs::resize_file(data(), whole / static_cast<unsigned>(part) / 4096 * 4096);
    auto const opened = try_open();
    if (!opened) continue;
    auto const verified = (*opened)->verify();
    ASSERT_FALSE(verified) << part;
    EXPECT_EQ(verified.error().code, Errc::corrupt) << verified.error().message();
  }
}

TEST_F(LmdbTest, StateFromAnInterruptedCreationIsMadeAnew) {
  open().reset();
  tamper([](lmdb::Transaction& transaction) {
    for (auto const name : {lmdb::fact::kFormatName, lmdb::fact::kStateId, lmdb::fact::kMatchSeed})
      transaction.erase(lmdb::Table::facts, name);
  });
  auto const store = open();
  EXPECT_EQ(store->state_id().size(), 32u);
}

// Opening does not even look at the rows of the large tables.
TEST_F(LmdbTest, NothingIsScannedAtStart) {
  using lmdb::Table;
  std::uint64_t next_link = 0;
  {
    auto const store = open();
    auto const contacts = store->register_mapping("contacts").value();
    Commit changes;
    for (int i = 0; i < 100; ++i) {
      auto const link = store->next_link_id();
      auto const key = std::to_string(i);
      changes.links.push_back(link_row(link, contacts, key, "c" + key));
      changes.bases.push_back(base_row(link, "i@example.org"));
      changes.intake.push_back(intake_row(store->next_sequence(), contacts, key));
      changes.history.push_back(history_row(store->next_sequence(), link, 1));
      changes.webhooks.push_back(webhook_row(store->next_sequence(), 1, "{}"));
      changes.errors.push_back(error_row(store->next_id(), contacts, key));
      changes.match.push_back({contacts, Side::app, key, {key}});
    }
    keep(*store, changes);
    next_link = store->next_link_id();
  }
  for (auto const table :
       {Table::links, Table::link_order, Table::link_by_app, Table::link_by_crm, Table::bases,
        Table::intake, Table::history, Table::history_by_link, Table::webhooks, Table::errors,
        Table::errors_by_record, Table::match, Table::unlinked})
    EXPECT_EQ(damage_all(table), 100u);
  auto const store = open();
  EXPECT_GE(store->next_link_id(), next_link);
  EXPECT_EQ(store->counts(1).value().linked, 100u);
  EXPECT_EQ(store->intake_size().value(), 100u);
  EXPECT_FALSE(store->verify());
}

}  // namespace
}  // namespace crmsync::state::tests
