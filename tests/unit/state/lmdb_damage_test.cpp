// Rows whose bytes were changed on the disk.
// SPDX-License-Identifier: Apache-2.0
#include "state/lmdb/index.hpp"
#include "state/lmdb/key.hpp"
#include "tests/unit/state/lmdb_fixture.hpp"

namespace crmsync::state::tests {
namespace {

using lmdb::number_key;
using lmdb::Table;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class LmdbDamage : public LmdbTest {
 protected:
  // Three linked records and one row of every other kind for each.
  void SetUp() override {
    auto const store = open();
    contacts_ = store->register_mapping("contacts").value();
    Commit changes;
    for (std::uint64_t i = 1; i <= 3; ++i) {
      auto const key = "key" + std::to_string(i);
      changes.links.push_back(link_row(i, contacts_, key, "crm" + std::to_string(i)));
      changes.bases.push_back(base_row(i, "canary@example.org"));
      changes.intake.push_back(intake_row(i, contacts_, key));
      changes.history.push_back(history_row(i, 1, 1));
      changes.webhooks.push_back(webhook_row(i, 1, "canary@example.org"));
      changes.match.push_back({contacts_, Side::app, "u" + key, {"canary@example.org"}});
      changes.intents.push_back(intent_row(i, contacts_, i));
      changes.errors.push_back(error_row(10 + i, contacts_, key));
      changes.parked.push_back(parked_row(20 + i, contacts_, i, "email"));
      changes.held.push_back(held_row(30 + i, contacts_, i));
    }
    changes.cursors = {{contacts_, Side::app, CursorRow{"c", {}, {}, 0, {}}}};
    keep(*store, changes);
    ASSERT_TRUE(store->verify());
  }

  template <class T>
  static void expect_named(Result<T> const& result, std::string const& row) {
    ASSERT_FALSE(result) << row;
    EXPECT_EQ(result.error().code, Errc::corrupt);
    EXPECT_THAT(result.error().message(),
                AllOf(HasSubstr(row), HasSubstr("restore a backup"), Not(HasSubstr("canary"))));
  }

  MappingId contacts_ = 0;
};

TEST_F(LmdbDamage, ReadOfADamagedRowNamesTableAndRowAndNoValue) {
  damage(Table::bases, number_key(2));
  damage(Table::links, number_key(2));
  damage(Table::errors, number_key(12));
  damage(Table::parked, number_key(22));
  damage(Table::cursors, lmdb::side_key(contacts_, Side::app));
  damage(Table::mappings, lmdb::mapping_key(contacts_));
  damage(Table::counts, lmdb::mapping_key(contacts_));
  auto const store = open();
  expect_named(store->base(2), "bases row 2:");
  expect_named(store->link(2), "links row 2:");
  expect_named(store->link_by_app(contacts_, "key2"), "links row 2:");
  expect_named(store->error(12), "errors row 12:");
  expect_named(store->parked(22), "parked row 22:");
  expect_named(store->cursor(contacts_, Side::app), "cursors row 0000000100:");
  expect_named(store->mapping(contacts_), "mappings row 00000001:");
  expect_named(store->counts(contacts_), "counts row 00000001:");
  EXPECT_EQ(store->base(2).error().other_key, "2");
  EXPECT_TRUE(store->base(1).value().has_value());
  EXPECT_TRUE(store->link_by_app(contacts_, "key3").value().has_value());
}

TEST_F(LmdbDamage, ListsStopBeforeADamagedRowAndGoOnBehindIt) {
  damage(Table::intake, number_key(2));
  auto const store = open();
  EXPECT_EQ(store->intake_after(0, 10).value().size(), 1u);
  auto const blocked = store->intake_after(1, 10);
  expect_named(blocked, "intake row 2:");
  EXPECT_EQ(store->intake_after(std::stoull(blocked.error().other_key), 10).value().size(), 1u);
  Commit settling;
  settling.settled = {2};
  keep(*store, settling);
  EXPECT_EQ(store->intake_after(0, 10).value().size(), 2u);
  EXPECT_TRUE(store->verify());
}

TEST_F(LmdbDamage, EveryKindOfDamagedRowFailsTheVerification) {
  struct Spot {
    Table table;
    std::string key;
    std::string shown;
  };
  std::vector<Spot> const spots{
      {Table::intake, std::string(number_key(1)), "intake row 1"},
      {Table::webhooks, std::string(number_key(1)), "webhooks row 1"},
      {Table::history, std::string(number_key(1)), "history row 1"},
      {Table::intents, std::string(number_key(1)), "intents row 1"},
      {Table::held, std::string(number_key(31)), "held row 31"},
      {Table::link_by_app, std::string(lmdb::lookup_key(contacts_, "key1")), "link_by_app row"},
      {Table::link_by_crm, std::string(lmdb::lookup_key(contacts_, "crm1")), "link_by_crm row"},
      {Table::unlinked, std::string(lmdb::record_key(contacts_, Side::app, "ukey1")),
       "unlinked row"},
      {Table::mapping_names, "contacts", "mapping_names row"},
  };
  for (auto const& [table, key, shown] : spots) {
    damage(table, key);
    {
      auto const store = open();
      auto const verified = store->verify();
      expect_named(verified, shown);
    }
    damage(table, key);  // the same bit again: whole
  }
  EXPECT_TRUE(open()->verify());
}

TEST_F(LmdbDamage, DamagedRowsCanBeReplaced) {
  damage(Table::links, number_key(2));
  damage(Table::bases, number_key(2));
  damage(Table::intents, number_key(2));
  damage(Table::errors, number_key(12));
  damage(Table::parked, number_key(22));
  damage(Table::held, number_key(32));
  damage(Table::history, number_key(2));
  damage(Table::unlinked, lmdb::record_key(contacts_, Side::app, "ukey2"));
  auto const store = open();
  Commit changes;
  changes.links = {link_row(2, contacts_, "moved", "crm2")};
  changes.bases = {base_row(2, "k@example.org")};
  changes.intents = {intent_row(2, contacts_, 2)};
  changes.errors = {error_row(12, contacts_, "moved")};
  changes.parked = {parked_row(22, contacts_, 2, "phone")};
  changes.held = {held_row(32, contacts_, 1)};
  changes.history = {history_row(2, 3, 1)};
  changes.match = {{contacts_, Side::app, "ukey2", {"another"}}};
  keep(*store, changes);
  auto const verified = store->verify();
  EXPECT_TRUE(verified) << verified.error().message();
  EXPECT_FALSE(store->link_by_app(contacts_, "key2").value().has_value());
  EXPECT_EQ(store->link_by_app(contacts_, "moved").value()->id, 2u);
  EXPECT_EQ(store->match(contacts_, Side::app, 0, "canary@example.org", 9).value().size(), 2u);
}

TEST_F(LmdbDamage, DamagedRowsCanBeRemoved) {
  damage(Table::links, number_key(2));
  damage(Table::link_order, lmdb::mapping_key(contacts_).u64(3));
  damage(Table::link_by_app, lmdb::lookup_key(contacts_, "key3"));
  damage(Table::intents, number_key(2));
  damage(Table::errors, number_key(12));
  damage(Table::parked, number_key(22));
  damage(Table::held, number_key(32));
  damage(Table::unlinked, lmdb::record_key(contacts_, Side::app, "ukey2"));
  auto const store = open();
  Commit changes;
  changes.links_gone = {2, 3};
  changes.intents_done = {2, 3};
  changes.errors_done = {12};
  changes.parked_done = {22};
  changes.held_done = {32};
  changes.match = {{contacts_, Side::app, "ukey2", {}}};
  keep(*store, changes);
  auto const verified = store->verify();
  EXPECT_TRUE(verified) << verified.error().message();
  auto const counts = store->counts(contacts_).value();
  EXPECT_EQ(counts.linked, 1u);
  EXPECT_EQ(counts.errors, 2u);
  EXPECT_EQ(counts.unlinked_app, 2u);
}

TEST_F(LmdbDamage, RowUnderAnotherKeyIsFound) {
  tamper([](lmdb::Transaction& transaction) {
    auto const value = std::string(*transaction.get(Table::bases, number_key(1)));
    transaction.put(Table::bases, number_key(2), value);
  });
  auto const verified = open()->verify();
  ASSERT_FALSE(verified);
  EXPECT_THAT(verified.error().message(), HasSubstr("another row's key"));
}

TEST_F(LmdbDamage, LostCrossReferencesAreFound) {
  auto const finds = [this](Table table, std::string const& key, std::string const& defect) {
    std::string kept;
    tamper([&](lmdb::Transaction& transaction) {
      kept = std::string(transaction.get(table, key).value());
      transaction.erase(table, key);
    });
    {
      auto const verified = open()->verify();
      ASSERT_FALSE(verified) << defect;
      EXPECT_THAT(verified.error().message(), HasSubstr(defect));
    }
    tamper([&](lmdb::Transaction& transaction) { transaction.put(table, key, kept); });
  };
  finds(Table::bases, std::string(number_key(2)), "no base");
  finds(Table::link_by_app, std::string(lmdb::lookup_key(contacts_, "key1")), "app key");
  finds(Table::link_by_crm, std::string(lmdb::lookup_key(contacts_, "crm1")), "CRM id");
  finds(Table::link_order, std::string(lmdb::mapping_key(contacts_).u64(1)), "mapping's links");
  finds(Table::errors_by_record, std::string(lmdb::index_key(error_row(11, contacts_, "key1"))),
        "missing in its index");
  finds(Table::errors, std::string(number_key(11)), "does not exist");
  finds(Table::unlinked, std::string(lmdb::record_key(contacts_, Side::app, "ukey1")),
        "not unlinked");
  finds(Table::counts, std::string(lmdb::mapping_key(contacts_)), "missing");
  EXPECT_TRUE(open()->verify());
}

TEST_F(LmdbDamage, NoMatchValueStandsInTheFile) {
  {
    auto const store = open();
    Commit changes;
    changes.match = {{contacts_, Side::crm, "901", {"secret-person@example.org"}}};
    keep(*store, changes);
  }
  EXPECT_FALSE(file_contains(data(), "secret-person"));
  EXPECT_TRUE(file_contains(data(), "ukey1"));
}

}  // namespace
}  // namespace crmsync::state::tests
