// Intake, cursors, mappings, webhooks, history and their pruning.
// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/state/store_suite.hpp"

namespace crmsync::state::tests {
namespace {

using ::testing::ElementsAre;

std::vector<Sequence> sequences(std::vector<IntakeRow> const& rows) {
  std::vector<Sequence> found;
  for (auto const& row : rows) found.push_back(row.sequence);
  return found;
}

TEST_P(StoreSuite, IntakeComesBackInOrderUntilItIsSettled) {
  auto const contacts = mapping("contacts");
  Commit changes;
  changes.intake = {intake_row(1, contacts, "a"), intake_row(2, contacts, "b"),
                    intake_row(3, contacts, "a")};
  keep(changes);
  EXPECT_EQ(store().intake_after(0, 10).value(), changes.intake);
  EXPECT_THAT(sequences(store().intake_after(1, 1).value()), ElementsAre(2));
  Commit settling;
  settling.settled = {1, 3, 99};
  keep(settling);
  EXPECT_THAT(sequences(store().intake_after(0, 10).value()), ElementsAre(2));
  EXPECT_EQ(store().intake_size().value(), 1u);
}

TEST_P(StoreSuite, IntakeThatArrivesOutOfSequenceIsStillRead) {
  auto const contacts = mapping("contacts");
  for (Sequence const sequence : {5u, 2u, 9u, 1u}) {
    Commit changes;
    changes.intake = {intake_row(sequence, contacts, "k")};
    keep(changes);
  }
  EXPECT_THAT(sequences(store().intake_after(0, 10).value()), ElementsAre(1, 2, 5, 9));
}

TEST_P(StoreSuite, RowsWithoutNumbersAreRefused) {
  Commit intake;
  intake.intake = {intake_row(0, 1, "k")};
  EXPECT_EQ(commit(store(), intake).error().code, Errc::internal);
  Commit history;
  history.history = {history_row(0, 1, 1)};
  EXPECT_EQ(commit(store(), history).error().code, Errc::internal);
  Commit error;
  error.errors = {error_row(0, 1, "k")};
  EXPECT_EQ(commit(store(), error).error().code, Errc::internal);
  Commit link;
  link.links = {link_row(0, 1, "k", "c")};
  EXPECT_EQ(commit(store(), link).error().code, Errc::internal);
}

TEST_P(StoreSuite, CursorAndIntakeMoveTogether) {
  auto const contacts = mapping("contacts");
  CursorRow row;
  row.cursor = std::string("\0\xff opaque", 9);
  row.snapshot = SnapshotPhase::running;
  row.snapshot_token = "page 3";
  row.snapshot_records = 300;
  row.polled_at = {17};
  Commit changes;
  changes.cursors = {{contacts, Side::crm, row}};
  changes.intake = {intake_row(1, contacts, "k")};
  keep(changes);
  EXPECT_EQ(store().cursor(contacts, Side::crm).value(), row);
  EXPECT_FALSE(store().cursor(contacts, Side::app).value().has_value());
}

TEST_P(StoreSuite, MappingKeepsItsIdAndItsFacts) {
  auto const contacts = mapping("contacts");
  auto const companies = mapping("companies");
  EXPECT_NE(contacts, companies);
  EXPECT_EQ(mapping("contacts"), contacts);
  EXPECT_EQ(store().mapping(contacts).value()->name, "contacts");
  MappingRow row;
  row.name = "contacts";
  row.paused = true;
  row.fields = {"email", "phone"};
  row.crm_identity = "portal 1";
  Commit changes;
  changes.mappings = {{contacts, row}};
  keep(changes);
  reopen();
  EXPECT_EQ(store().mapping(contacts).value(), row);
  EXPECT_EQ(mapping("contacts"), contacts);
  EXPECT_EQ(mapping("companies"), companies);
  EXPECT_FALSE(store().mapping(999).value().has_value());
}

TEST_P(StoreSuite, MappingUnderAnotherNameIsRefused) {
  auto const contacts = mapping("contacts");
  mapping("companies");
  MappingRow row;
  row.name = "companies";
  Commit changes;
  changes.mappings = {{contacts, row}};
  EXPECT_EQ(commit(store(), changes).error().code, Errc::internal);
  EXPECT_EQ(store().register_mapping("").error().code, Errc::limit_exceeded);
  EXPECT_EQ(store().register_mapping(std::string(201, 'x')).error().code, Errc::limit_exceeded);
}

TEST_P(StoreSuite, HistoryOfALinkComesNewestFirst) {
  Commit changes;
  for (Sequence sequence = 1; sequence <= 9; ++sequence)
    changes.history.push_back(history_row(sequence, sequence % 3, 10));
  keep(changes);
  auto const rows = store().history_of(1, 2).value();
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].sequence, 7u);
  EXPECT_EQ(rows[1].sequence, 4u);
  EXPECT_EQ(store().history_of(0, 10).value().size(), 3u);
  EXPECT_EQ(store().history_of(2, 10).value().front().sequence, 8u);
  EXPECT_TRUE(store().history_of(77, 10).value().empty());
  EXPECT_TRUE(store().verify());
}

TEST_P(StoreSuite, WebhooksKeepTheirRawBytes) {
  Commit changes;
  changes.webhooks = {webhook_row(1, 5, std::string("{\"a\":\0\"\xff\"}", 10)),
                      webhook_row(2, 6, "")};
  keep(changes);
  EXPECT_EQ(store().webhooks_after(0, 10).value(), changes.webhooks);
  EXPECT_EQ(store().webhooks_after(1, 10).value().size(), 1u);
}

TEST_P(StoreSuite, PruneDropsOldRowsInSlices) {
  Commit changes;
  for (int i = 1; i <= 10; ++i) {
    auto const number = static_cast<Sequence>(i);
    changes.webhooks.push_back(webhook_row(number, i, "body"));
    changes.history.push_back(history_row(100 + number, 1, i));
  }
  keep(changes);
  EXPECT_EQ(prune(store(), {8}, {4}, 4).value(), 4u);
  EXPECT_EQ(store().webhooks_after(0, 100).value().size(), 6u);
  EXPECT_EQ(prune(store(), {8}, {4}, 100).value(), 6u);
  EXPECT_EQ(store().webhooks_after(0, 100).value().front().sequence, 8u);
  EXPECT_EQ(store().history_of(1, 100).value().back().sequence, 104u);
  EXPECT_EQ(prune(store(), {8}, {4}, 100).value(), 0u);
  EXPECT_TRUE(store().verify());
}

TEST_P(StoreSuite, PruneLooksPastRowsThatAWrongClockMadeYoung) {
  Commit changes;
  changes.history = {history_row(1, 1, 1'000'000), history_row(2, 1, 1), history_row(3, 1, 2)};
  keep(changes);
  EXPECT_EQ(prune(store(), {0}, {10}, 100).value(), 2u);
  EXPECT_EQ(store().history_of(1, 10).value().size(), 1u);
}

TEST_P(StoreSuite, RowBeyondTheLimitIsRefusedAndHarmsNoOther) {
  Commit large;
  large.webhooks = {webhook_row(1, 1, std::string(16u << 20, 'x'))};
  EXPECT_EQ(commit(store(), large).error().code, Errc::limit_exceeded);
  Commit small;
  small.webhooks = {webhook_row(2, 1, std::string(1u << 20, 'x'))};
  keep(small);
  EXPECT_EQ(store().webhooks_after(0, 10).value(), small.webhooks);
}

}  // namespace
}  // namespace crmsync::state::tests
