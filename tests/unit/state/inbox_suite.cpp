// Intents, parked fields, errors, held changes.
// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/state/store_suite.hpp"

namespace crmsync::state::tests {
namespace {

TEST_P(StoreSuite, IntentStaysUntilItIsDone) {
  auto const contacts = mapping("contacts");
  auto const link = linked(contacts, "7", "901");
  auto row = intent_row(store().next_id(), contacts, link.id);
  row.sent = {{"Email", engine::Value(std::string("x@example.org"))}};
  Commit changes;
  changes.intents = {row, intent_row(store().next_id(), contacts, 0)};
  keep(changes);
  row.attempt = 2;
  Commit again;
  again.intents = {row};
  keep(again);
  EXPECT_EQ(store().counts(contacts).value().intents, 2u);
  EXPECT_EQ(store().intents_after(0, 10).value().front(), row);
  Commit done;
  done.intents_done = {row.op_id, row.op_id, 4711};
  keep(done);
  EXPECT_EQ(store().counts(contacts).value().intents, 1u);
  EXPECT_EQ(store().intents_after(0, 10).value().size(), 1u);
  EXPECT_TRUE(store().verify());
}

TEST_P(StoreSuite, IntentOfALinkThatDoesNotExistIsRefused) {
  Commit changes;
  changes.intents = {intent_row(1, mapping("contacts"), 4711)};
  EXPECT_EQ(commit(store(), changes).error().code, Errc::internal);
}

TEST_P(StoreSuite, IntentMayComeWithItsLink) {
  auto const contacts = mapping("contacts");
  auto const id = store().next_link_id();
  Commit changes;
  changes.intents = {intent_row(store().next_id(), contacts, id)};
  changes.links = {link_row(id, contacts, "7", "")};
  changes.bases = {base_row(id, "e@example.org")};
  keep(changes);
  EXPECT_TRUE(store().verify());
}

TEST_P(StoreSuite, ParkedFieldsAreFoundByLinkOrByRecord) {
  auto const contacts = mapping("contacts");
  auto const companies = mapping("companies");
  auto of_record = parked_row(3, contacts, 0, "");
  of_record.side = Side::crm;
  of_record.key = "901";
  auto longer = of_record;
  longer.id = 4;
  longer.key = "9012";
  auto elsewhere = of_record;
  elsewhere.id = 5;
  elsewhere.mapping = companies;
  Commit changes;
  changes.parked = {parked_row(1, contacts, 7, "email"), parked_row(2, contacts, 7, "phone"),
                    of_record, longer, elsewhere};
  keep(changes);
  EXPECT_EQ(store().parked_of(contacts, 7, Side::app, "").value().size(), 2u);
  EXPECT_THAT(store().parked_of(contacts, 0, Side::crm, "901").value(),
              ::testing::ElementsAre(of_record));
  EXPECT_TRUE(store().parked_of(contacts, 0, Side::app, "901").value().empty());
  EXPECT_EQ(store().parked(2).value()->field, "phone");
  EXPECT_EQ(store().parked_after(2, 10).value().size(), 3u);
  EXPECT_EQ(store().counts(contacts).value().parked, 4u);
  EXPECT_EQ(store().counts(companies).value().parked, 1u);
  Commit done;
  done.parked_done = {1, 3, 88};
  keep(done);
  EXPECT_EQ(store().parked_of(contacts, 7, Side::app, "").value().size(), 1u);
  EXPECT_TRUE(store().parked_of(contacts, 0, Side::crm, "901").value().empty());
  EXPECT_EQ(store().counts(contacts).value().parked, 2u);
  EXPECT_TRUE(store().verify());
}

TEST_P(StoreSuite, ParkedFieldThatGetsALinkMovesInTheIndex) {
  auto const contacts = mapping("contacts");
  auto row = parked_row(1, contacts, 0, "");
  row.key = "7";
  Commit changes;
  changes.parked = {row};
  keep(changes);
  row.link = 12;
  changes.parked = {row};
  keep(changes);
  EXPECT_TRUE(store().parked_of(contacts, 0, Side::app, "7").value().empty());
  EXPECT_EQ(store().parked_of(contacts, 12, Side::app, "").value().size(), 1u);
  EXPECT_EQ(store().counts(contacts).value().parked, 1u);
  EXPECT_TRUE(store().verify());
}

TEST_P(StoreSuite, ErrorsAreFoundByRecordAndReplacedById) {
  auto const contacts = mapping("contacts");
  auto row = error_row(store().next_id(), contacts, "7");
  row.record_side = Side::app;
  row.detail = "Email is not valid";
  row.fields = {"Email"};
  Commit changes;
  changes.errors = {row, error_row(store().next_id(), contacts, "77")};
  keep(changes);
  row.attempts = 5;
  changes.errors = {row};
  keep(changes);
  EXPECT_THAT(store().errors_of(contacts, Side::app, "7").value(), ::testing::ElementsAre(row));
  EXPECT_TRUE(store().errors_of(contacts, Side::crm, "7").value().empty());
  EXPECT_EQ(store().error(row.id).value(), row);
  EXPECT_EQ(store().counts(contacts).value().errors, 2u);
  Commit done;
  done.errors_done = {row.id};
  keep(done);
  EXPECT_FALSE(store().error(row.id).value().has_value());
  EXPECT_TRUE(store().errors_of(contacts, Side::app, "7").value().empty());
  EXPECT_EQ(store().errors_after(0, 10).value().size(), 1u);
  EXPECT_TRUE(store().verify());
}

TEST_P(StoreSuite, RowThatChangesItsMappingIsCountedThere) {
  auto const contacts = mapping("contacts");
  auto const companies = mapping("companies");
  Commit changes;
  changes.errors = {error_row(1, contacts, "7")};
  keep(changes);
  changes.errors = {error_row(1, companies, "7")};
  keep(changes);
  EXPECT_EQ(store().counts(contacts).value().errors, 0u);
  EXPECT_EQ(store().counts(companies).value().errors, 1u);
  EXPECT_TRUE(store().errors_of(contacts, Side::app, "7").value().empty());
  EXPECT_TRUE(store().verify());
}

TEST_P(StoreSuite, HeldChangesAreFoundByLink) {
  auto const contacts = mapping("contacts");
  auto row = held_row(1, contacts, 7);
  Commit changes;
  changes.held = {row, held_row(2, contacts, 8)};
  keep(changes);
  row.approved = true;
  changes.held = {row};
  keep(changes);
  EXPECT_THAT(store().held_of(7).value(), ::testing::ElementsAre(row));
  EXPECT_EQ(store().held_after(0, 10).value().size(), 2u);
  EXPECT_EQ(store().counts(contacts).value().held, 2u);
  Commit done;
  done.held_done = {1};
  keep(done);
  EXPECT_TRUE(store().held_of(7).value().empty());
  EXPECT_EQ(store().counts(contacts).value().held, 1u);
  EXPECT_TRUE(store().verify());
}

}  // namespace
}  // namespace crmsync::state::tests
