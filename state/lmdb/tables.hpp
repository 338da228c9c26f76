// The one list of LMDB databases. state/README.md says what each holds.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace crmsync::state::lmdb {

enum class Table : std::uint8_t {
  facts,
  mappings,
  mapping_names,
  counts,
  cursors,
  intake,
  webhooks,
  links,
  link_order,
  link_by_app,
  link_by_crm,
  bases,
  unlinked,
  match,
  intents,
  parked,
  parked_by_record,
  errors,
  errors_by_record,
  held,
  held_by_link,
  history,
  history_by_link,
};

struct TableInfo {
  Table table;
  char const* name;
  bool numbered;  // the key is one u64: shown as a number, and written with MDB_APPEND if it can be
};

constexpr std::array kTables{
    TableInfo{Table::facts, "facts", false},
    TableInfo{Table::mappings, "mappings", false},
    TableInfo{Table::mapping_names, "mapping_names", false},
    TableInfo{Table::counts, "counts", false},
    TableInfo{Table::cursors, "cursors", false},
    TableInfo{Table::intake, "intake", true},
    TableInfo{Table::webhooks, "webhooks", true},
    TableInfo{Table::links, "links", true},
    TableInfo{Table::link_order, "link_order", false},
    TableInfo{Table::link_by_app, "link_by_app", false},
    TableInfo{Table::link_by_crm, "link_by_crm", false},
    TableInfo{Table::bases, "bases", true},
    TableInfo{Table::unlinked, "unlinked", false},
    TableInfo{Table::match, "match", false},
    TableInfo{Table::intents, "intents", true},
    TableInfo{Table::parked, "parked", true},
    TableInfo{Table::parked_by_record, "parked_by_record", false},
    TableInfo{Table::errors, "errors", true},
    TableInfo{Table::errors_by_record, "errors_by_record", false},
    TableInfo{Table::held, "held", true},
    TableInfo{Table::held_by_link, "held_by_link", false},
    TableInfo{Table::history, "history", true},
    TableInfo{Table::history_by_link, "history_by_link", false},
};

constexpr std::size_t index_of(Table table) noexcept {
  return static_cast<std::size_t>(table);
}
constexpr TableInfo const& info(Table table) noexcept {
  return kTables[index_of(table)];
}

static_assert([] {
  for (std::size_t i = 0; i < kTables.size(); ++i)
    if (index_of(kTables[i].table) != i) return false;
  return true;
}());

}  // namespace crmsync::state::lmdb
