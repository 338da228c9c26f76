// SPDX-License-Identifier: Apache-2.0
#include "connectors/sqlite/row_reader.hpp"

#include "connectors/sqlite/stamp.hpp"
#include "connectors/sqlite/tuning.hpp"
#include "connectors/sqlite/value_codec.hpp"

namespace crmsync::connectors::sqlite {

using engine::Errc;
using engine::Observation;
using engine::Presence;
using engine::Result;
using engine::Timestamp;
using engine::Value;

namespace {

// Anything but a blank marks the row as deleted; unreadable text says nothing about it.
Presence presence_of(engine::FieldValue const& marker, Storage storage) {
  if (storage == Storage::null) return Presence::present;
  if (!marker) return storage == Storage::text ? Presence::unknown : Presence::deleted;
  if (engine::is_blank(*marker)) return Presence::present;
  if (auto const* flag = std::get_if<bool>(&*marker); flag && !*flag) return Presence::present;
  return Presence::deleted;
}

constexpr std::string_view kTokenPrefix = "after:";

}  // namespace

Observation observe_row(Statement const& row, Layout const& layout, Timestamp observed_at,
                        engine::ReadSource source) {
  Observation seen;
  seen.key = row.text(0);
  seen.current_key = seen.key;
  seen.presence = Presence::present;
  seen.observed_at = observed_at;
  seen.source = source;
  for (std::size_t i = 0; i < layout.fields_count; ++i) {
    auto value = read_value(row, static_cast<int>(i) + 1, *layout.reads[i]);
    if (value) seen.fields.set(layout.reads[i]->name, std::move(*value));
  }
  if (layout.stamp) {
    seen.changed_at = stamp_time(read_stamp(row, static_cast<int>(*layout.stamp) + 1));
    if (seen.changed_at) seen.version.order = seen.changed_at->micros;
  }
  if (layout.marker) {
    int const index = static_cast<int>(*layout.marker) + 1;
    seen.presence =
        presence_of(read_value(row, index, *layout.reads[*layout.marker]), row.storage(index));
  }
  return seen;
}

Result<Observation> read_by_key(Database& database, Layout const& layout,
                                engine::RecordKey const& key, Timestamp observed_at) {
  Observation absent;
  absent.key = key;
  absent.current_key = key;
  absent.observed_at = observed_at;
  auto const parts = layout.key.parts(key);
  if (!parts) return absent;  // unknown: this key was made for other key columns
  auto row = database.prepare("SELECT " + layout.select + layout.from + "WHERE " +
                              layout.key.match_sql("r", 1));
  if (!row) return row.error();
  Key::bind(*row, 1, *parts);
  auto found = row->step();
  if (!found) return found.error();
  if (!*found) {
    absent.presence = Presence::deleted;
    return absent;
  }
  if (row->storage(0) == Storage::null) return absent;
  auto seen = observe_row(*row, layout, observed_at, engine::ReadSource::by_id);
  seen.key = key;
  return seen;
}

Result<Observation> read_by_rowid(Database& database, Layout const& layout, std::int64_t rowid,
                                  Timestamp observed_at) {
  auto row = database.query(
      "SELECT " + layout.select + layout.from + "WHERE r." + layout.table.rowid_name + " = ?1",
      rowid);
  if (!row) return row.error();
  auto found = row->step();
  if (!found) return found.error();
  if (!*found) return Observation{};
  return observe_row(*row, layout, observed_at, engine::ReadSource::by_id);
}

Result<std::vector<Observation>> read_by_keys(Database& database, Layout const& layout,
                                              std::vector<engine::RecordKey> const& keys,
                                              Timestamp observed_at) {
  auto transaction = ReadTransaction::begin(database);
  if (!transaction) return transaction.error();
  std::vector<Observation> seen;
  seen.reserve(keys.size());
  for (auto const& key : keys) {
    auto observation = read_by_key(database, layout, key, observed_at);
    if (!observation) return observation.error();
    seen.push_back(std::move(*observation));
  }
  return seen;
}

Result<SnapshotPage> read_snapshot_page(Database& database, Layout const& layout,
                                        std::string const& token, Timestamp observed_at) {
  std::string after;
  if (!token.empty()) {
    if (!token.starts_with(kTokenPrefix))
      return database.fail(Errc::cursor_expired, "the snapshot position is not ours",
                           "the snapshot begins anew");
    after = token.substr(kTokenPrefix.size());
  }
  auto const& key = layout.key;
  auto const limit = "?" + std::to_string(key.size() + 1);
  auto rows = database.prepare(
      "SELECT " + layout.select + layout.from + "WHERE " + key.usable_sql("r") +
      (after.empty() ? "" : " AND (" + key.order_sql("r") + ") > (" + key.parameters_sql(1) + ")") +
      " ORDER BY " + key.order_sql("r") + " LIMIT " + limit);
  if (!rows) return rows.error();
  if (!after.empty()) {
    auto const parts = key.parts(after);
    if (!parts)
      return database.fail(Errc::cursor_expired, "the snapshot position has another key",
                           "the snapshot begins anew");
    Key::bind(*rows, 1, *parts);
  }
  rows->bind(key.size() + 1, kSnapshotPageRows);
  SnapshotPage page;
  std::int64_t looked_at = 0;
  for (;;) {  // ends after kSnapshotPageRows rows
    auto row = rows->step();
    if (!row) return row.error();
    if (!*row) break;
    ++looked_at;
    page.next = std::string(kTokenPrefix) + std::string(rows->text(0));
    if (!is_utf8(rows->text(0))) continue;
    auto seen = observe_row(*rows, layout, observed_at, engine::ReadSource::listing);
    if (seen.presence == Presence::present) page.records.push_back(std::move(seen));
  }
  page.done = looked_at < kSnapshotPageRows;
  return page;
}

}  // namespace crmsync::connectors::sqlite
