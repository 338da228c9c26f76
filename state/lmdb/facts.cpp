// SPDX-License-Identifier: Apache-2.0
#include "state/lmdb/facts.hpp"

#include "state/lmdb/key.hpp"

#include <initializer_list>
#include <utility>

namespace crmsync::state::lmdb {

namespace {

void load_space(Transaction const& transaction, std::string_view mark,
                std::initializer_list<Table> tables, std::atomic<std::uint64_t>& next) {
  auto found = std::max<std::uint64_t>(number_fact(transaction, mark), 1);
  for (auto const table : tables)
    if (auto const last = transaction.last(table))
      found = std::max(found, trailing_number(last->key) + 1);
  next = found;
}

void save_space(Transaction& transaction, std::string_view mark, std::uint64_t next) {
  if (number_fact(transaction, mark) != next) set_fact(transaction, mark, next);
}

}  // namespace

std::uint64_t number_fact(Transaction const& transaction, std::string_view name) {
  auto const row = transaction.find<FactRow>(Table::facts, name);
  return row ? row->number : 0;
}

std::string text_fact(Transaction const& transaction, std::string_view name) {
  auto row = transaction.find<FactRow>(Table::facts, name);
  return row ? std::move(row->text) : std::string();
}

void set_fact(Transaction& transaction, std::string_view name, std::uint64_t number) {
  transaction.store(Table::facts, name, FactRow{number, {}});
}

void set_fact(Transaction& transaction, std::string_view name, std::string text) {
  transaction.store(Table::facts, name, FactRow{0, std::move(text)});
}

void NumberSpaces::load(Transaction const& transaction) {
  load_space(transaction, fact::kNextSequence, {Table::intake, Table::webhooks, Table::history},
             sequence_);
  load_space(transaction, fact::kNextLink, {Table::links, Table::bases}, link_);
  load_space(transaction, fact::kNextId,
             {Table::intents, Table::parked, Table::errors, Table::held}, id_);
}

void NumberSpaces::save(Transaction& transaction) const {
  save_space(transaction, fact::kNextSequence, sequence_);
  save_space(transaction, fact::kNextLink, link_);
  save_space(transaction, fact::kNextId, id_);
}

void NumberSpaces::raise(std::atomic<std::uint64_t>& next, std::uint64_t used) noexcept {
  auto now = next.load();
  while (now <= used && !next.compare_exchange_weak(now, used + 1)) {
  }
}

}  // namespace crmsync::state::lmdb
