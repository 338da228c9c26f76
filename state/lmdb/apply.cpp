// SPDX-License-Identifier: Apache-2.0
#include "state/lmdb/apply.hpp"

#include "state/lmdb/link_tables.hpp"
#include "state/lmdb/match_index.hpp"

#include <string>
#include <vector>

namespace crmsync::state::lmdb {

using engine::Errc;

void CommitApplier::apply(Commit const& commit) {
  LinkTables links(transaction_, counts_);
  MatchIndex match(transaction_, counts_, match_seed_);
  for (auto const& row : commit.intake) put_intake(row);
  for (auto const& row : commit.webhooks) put_webhook(row);
  for (auto const& update : commit.match) match.replace(update);
  for (auto const& [mapping, side, row] : commit.cursors)
    transaction_.store(Table::cursors, side_key(mapping, side), row);
  for (auto const& [mapping, row] : commit.mappings) put_mapping(mapping, row);
  for (auto const& row : commit.links) {
    need(row.id != 0, "link", 0, "it has no id");
    numbers_.used_link(row.id);
    links.release(row.id, &row);
  }
  for (auto const id : commit.links_gone) links.release(id, nullptr);
  for (auto const& row : commit.links) links.put(row);
  for (auto const& row : commit.intents) put_intent(row);
  for (auto const op_id : commit.intents_done) drop_inbox<IntentRow>(op_id);
  for (auto const& row : commit.bases) put_base(row);
  for (auto const id : commit.links_gone) links.remove(id);
  for (auto const& row : commit.parked) put_inbox(row);
  for (auto const id : commit.parked_done) drop_inbox<ParkedRow>(id);
  for (auto const& row : commit.errors) put_inbox(row);
  for (auto const id : commit.errors_done) drop_inbox<ErrorRow>(id);
  for (auto const& row : commit.held) put_inbox(row);
  for (auto const id : commit.held_done) drop_inbox<HeldRow>(id);
  for (auto const& row : commit.history) put_history(row);
  for (auto const sequence : commit.settled)
    transaction_.erase(Table::intake, number_key(sequence));
  if (commit.clear_restored) set_fact(transaction_, fact::kRestored, 0);
  counts_.save(transaction_);
}

void CommitApplier::need(bool condition, char const* what, std::uint64_t number,
                         char const* why) const {
  if (condition) return;
  auto op = std::string("state: put ") + what;
  if (number != 0) op += " " + std::to_string(number);
  throw Failure(engine::make_error(Errc::internal, std::move(op), why));
}

void CommitApplier::put_intake(IntakeRow const& row) {
  need(row.sequence != 0, "intake row", 0, "it has no sequence");
  numbers_.used_sequence(row.sequence);
  transaction_.store(Table::intake, number_key(row.sequence), row);
}

void CommitApplier::put_webhook(WebhookRow const& row) {
  need(row.sequence != 0, "webhook", 0, "it has no sequence");
  numbers_.used_sequence(row.sequence);
  transaction_.store(Table::webhooks, number_key(row.sequence), row);
}

void CommitApplier::put_history(HistoryRow const& row) {
  need(row.sequence != 0, "history row", 0, "it has no sequence");
  numbers_.used_sequence(row.sequence);
  forget_inbox<HistoryRow>(row.sequence);
  transaction_.store(Table::history, number_key(row.sequence), row);
  transaction_.store(Table::history_by_link, index_key(row), IndexRow{});
}

void CommitApplier::put_mapping(MappingId mapping, MappingRow const& row) {
  auto const known = transaction_.find<FactRow>(Table::mapping_names, row.name);
  need(known && known->number == mapping, "mapping", mapping,
       "it was not registered under this name");
  transaction_.store(Table::mappings, mapping_key(mapping), row);
}

void CommitApplier::put_intent(IntentRow const& row) {
  need(row.link == 0 || transaction_.get(Table::links, number_key(row.link)), "intent", row.op_id,
       "its link does not exist");
  put_inbox(row);
}

void CommitApplier::put_base(BaseRow const& row) {
  need(transaction_.get(Table::links, number_key(row.link)).has_value(), "base", row.link,
       "its link does not exist");
  transaction_.store(Table::bases, number_key(row.link), row);
}

template <class Row>
void CommitApplier::forget_inbox(std::uint64_t number) {
  auto const key = number_key(number);
  auto const old = look<Row>(transaction_, Inbox<Row>::table, key);
  if constexpr (Counted<Row>) {
    if (old.row) counts_.add(old.row->mapping, Inbox<Row>::counter, -1);
    if (old.damaged) {
      transaction_.erase(Inbox<Row>::table, key);  // so that the new count leaves it out
      counts_.recount();
    }
  }
  if constexpr (Indexed<Row>) {
    if (old.row) transaction_.erase(Inbox<Row>::index, index_key(*old.row));
    if (old.damaged) erase_index_of(transaction_, Inbox<Row>::index, number);
  }
}

template <class Row>
void CommitApplier::put_inbox(Row const& row) {
  auto const number = Inbox<Row>::number(row);
  need(number != 0, RowType<Row>::name.data(), 0, "it has no id");
  numbers_.used_id(number);
  forget_inbox<Row>(number);
  transaction_.store(Inbox<Row>::table, number_key(number), row);
  counts_.add(row.mapping, Inbox<Row>::counter, 1);
  if constexpr (Indexed<Row>) transaction_.store(Inbox<Row>::index, index_key(row), IndexRow{});
}

template <class Row>
void CommitApplier::drop_inbox(std::uint64_t number) {
  forget_inbox<Row>(number);
  transaction_.erase(Inbox<Row>::table, number_key(number));
}

}  // namespace crmsync::state::lmdb
