// SPDX-License-Identifier: Apache-2.0
#include "state/lmdb/link_tables.hpp"

#include "state/lmdb/apply.hpp"
#include "state/lmdb/key.hpp"

#include <utility>
#include <vector>

namespace crmsync::state::lmdb {

using engine::LinkState;

namespace {

Key order_key(MappingId mapping, LinkId link) {
  return mapping_key(mapping).u64(link);
}

}  // namespace

std::set<std::string> crm_keys(LinkRow const& row) {
  std::set<std::string> keys(row.crm_aliases.begin(), row.crm_aliases.end());
  keys.insert(row.crm_id);
  keys.erase("");
  return keys;
}

void LinkTables::release(LinkId id, LinkRow const* next) {
  auto const stored = look<LinkRow>(transaction_, Table::links, number_key(id));
  if (stored.damaged) return forget_by_scan(id);
  if (!stored.row) return;
  auto const& old = *stored.row;
  bool const moved = next == nullptr || next->mapping != old.mapping;
  if (!old.app_key.empty() && (moved || next->app_key != old.app_key))
    leave(Table::link_by_app, old.mapping, old.app_key, id);
  auto const kept = moved ? std::set<std::string>() : crm_keys(*next);
  for (auto const& key : crm_keys(old))
    if (!kept.contains(key)) leave(Table::link_by_crm, old.mapping, key, id);
  if (moved) leave_order(order_key(old.mapping, id));
}

void LinkTables::leave(Table table, MappingId mapping, std::string const& key, LinkId link) {
  auto const at = lookup_key(mapping, key);
  auto const found = look<LinkRefRow>(transaction_, table, at);
  if (found.damaged || (found.row && found.row->link == link)) transaction_.erase(table, at);
}

void LinkTables::leave_order(std::string_view order_key) {
  auto const found = look<LinkOrderRow>(transaction_, Table::link_order, order_key);
  if (found.row && found.row->state == LinkState::linked)
    counts_.add(leading_u32(order_key), &MappingCounts::linked, -1);
  if (found.damaged) counts_.recount();
  transaction_.erase(Table::link_order, order_key);
}

void LinkTables::claim(Table table, LinkRow const& row, std::string const& key, bool alias) {
  auto const at = lookup_key(row.mapping, key);
  auto const found = transaction_.find<LinkRefRow>(table, at);
  if (found && found->link == row.id && found->alias == alias) return;
  if (found && found->link != row.id) {
    auto const other = std::to_string(found->link);
    auto const* const what = table == Table::link_by_app ? "app key" : "CRM id";
    auto error = engine::make_error(
        engine::Errc::already_exists, "state: put link " + std::to_string(row.id),
        std::string("its ") + what + " is on link " + other + " already",
        "one record can belong to one pair only");
    error.other_key = other;
    throw Failure(std::move(error));
  }
  transaction_.store(table, at, LinkRefRow{row.id, alias});
}

void LinkTables::put(LinkRow const& row) {
  release(row.id, &row);  // the same link may come twice in one commit
  if (!row.app_key.empty()) claim(Table::link_by_app, row, row.app_key, false);
  for (auto const& key : crm_keys(row)) claim(Table::link_by_crm, row, key, key != row.crm_id);
  auto const at = order_key(row.mapping, row.id);
  auto const old = look<LinkOrderRow>(transaction_, Table::link_order, at);
  bool const was_linked = old.row && old.row->state == LinkState::linked;
  bool const is_linked = row.state == LinkState::linked;
  counts_.add(row.mapping, &MappingCounts::linked, int{is_linked} - int{was_linked});
  if (old.damaged) counts_.recount();
  if (!old.row || old.row->state != row.state)
    transaction_.store(Table::link_order, at, LinkOrderRow{row.state});
  transaction_.store(Table::links, number_key(row.id), row);
}

void LinkTables::remove(LinkId id) {
  release(id, nullptr);
  transaction_.erase(Table::links, number_key(id));
  transaction_.erase(Table::bases, number_key(id));
}

void LinkTables::forget_by_scan(LinkId id) {
  for (auto const table : {Table::link_by_app, Table::link_by_crm}) {
    std::vector<std::string> found;
    for_prefix(transaction_, table, {}, [&](Entry const& entry) {
      auto const reference = look<LinkRefRow>(transaction_, table, entry.key);
      if (reference.row && reference.row->link == id) found.emplace_back(entry.key);
      return true;
    });
    for (auto const& key : found) transaction_.erase(table, key);
  }
  std::vector<std::string> orders;
  for_prefix(transaction_, Table::link_order, {}, [&](Entry const& entry) {
    if (trailing_number(entry.key) == id) orders.emplace_back(entry.key);
    return true;
  });
  for (auto const& key : orders) leave_order(key);
  transaction_.erase(Table::links, number_key(id));
}

}  // namespace crmsync::state::lmdb
