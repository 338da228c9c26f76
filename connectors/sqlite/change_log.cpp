// SPDX-License-Identifier: Apache-2.0
#include "connectors/sqlite/change_log.hpp"

#include "connectors/sqlite/bookkeeping.hpp"
#include "connectors/sqlite/tuning.hpp"
#include "connectors/sqlite/value_codec.hpp"

#include <charconv>
#include <map>

namespace crmsync::connectors::sqlite {

using engine::ChangeEvent;
using engine::ChangeKind;
using engine::Cursor;
using engine::Errc;
using engine::Result;

namespace {

constexpr std::string_view kKind = "triggers";

std::optional<std::int64_t> parse_number(std::string_view text) {
  std::int64_t number = 0;
  auto const read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
  return number;
}

engine::Error expired(Database const& database, std::string why) {
  return database.fail(Errc::cursor_expired, std::move(why), "both sides are compared anew");
}

ChangeKind kind_of(std::string const& op) {
  if (op == "delete") return ChangeKind::deleted;
  if (op == "restore") return ChangeKind::restored;
  if (op == "rekey") return ChangeKind::rekeyed;
  return ChangeKind::changed;
}

Result<std::int64_t> last_sequence(Database& database) {
  return database.number("SELECT s.seq FROM sqlite_sequence AS s WHERE s.name = 'crmsync_changes'");
}

Result<LogPosition> served_position(Database& database, CaptureStream const& stream,
                                    Cursor const& cursor) {
  auto position = decode_position(cursor);
  if (!position) return expired(database, "the position was made by another kind of capture");
  auto epoch = read_meta(database, epoch_key(stream));
  if (!epoch) return epoch.error();
  if (*epoch != position->epoch)
    return expired(database, "the triggers on `" + stream.table + "` were missing for a while");
  auto last = last_sequence(database);
  if (!last) return last.error();
  if (*last < position->sequence)
    return expired(database, "the database is older than the last position read from it");
  auto purged = read_meta(database, purged_key(stream));
  if (!purged) return purged.error();
  if (parse_number(*purged).value_or(0) > position->sequence)
    return expired(database,
                   "changes of `" + stream.table + "` were dropped before they were read");
  return *position;
}

}  // namespace

Cursor encode_position(LogPosition const& position) {
  return engine::join_key({std::string(kKind), position.epoch, std::to_string(position.sequence)});
}

std::optional<LogPosition> decode_position(std::string_view cursor) {
  auto const parts = engine::split_key(cursor);
  if (parts.size() != 3 || parts[0] != kKind) return std::nullopt;
  auto const sequence = parse_number(parts[2]);
  if (!sequence) return std::nullopt;
  return LogPosition{parts[1], *sequence};
}

std::vector<ChangeEvent> coalesce(std::vector<LogRow> const& rows) {
  std::vector<ChangeEvent> events;
  std::map<std::string, std::size_t, std::less<>> open;  // key -> event that may still absorb
  for (auto const& row : rows) {
    ChangeEvent event;
    event.key = row.key;
    event.kind = kind_of(row.op);
    event.new_key = row.new_key;
    event.own_write = row.own;
    if (event.kind == ChangeKind::rekeyed) {
      open.erase(row.key);
      open.erase(row.new_key);
      events.push_back(std::move(event));
      continue;
    }
    auto const found = open.find(row.key);
    if (found == open.end()) {
      if (event.kind != ChangeKind::deleted) open.emplace(row.key, events.size());
      events.push_back(std::move(event));
      continue;
    }
    auto& kept = events[found->second];
    kept.own_write = kept.own_write && event.own_write;
    if (event.kind != ChangeKind::changed) kept.kind = event.kind;
    if (event.kind == ChangeKind::deleted) open.erase(found);
  }
  return events;
}

Result<Cursor> log_end(Database& database, CaptureStream const& stream) {
  auto epoch = read_meta(database, epoch_key(stream));
  if (!epoch) return epoch.error();
  auto last = last_sequence(database);
  if (!last) return last.error();
  return encode_position({*epoch, *last});
}

Result<ChangePage> read_log(Database& database, CaptureStream const& stream, Cursor const& cursor) {
  auto transaction = ReadTransaction::begin(database);
  if (!transaction) return transaction.error();
  auto position = served_position(database, stream, cursor);
  if (!position) return position.error();
  auto rows = database.query(
      "SELECT c.seq, c.op, c.key, c.new_key, c.own FROM crmsync_changes AS c "
      "WHERE c.obj = ?1 AND c.seq > ?2 ORDER BY c.seq LIMIT ?3",
      std::string_view(stream.name), position->sequence, kChangePageRows);
  if (!rows) return rows.error();
  std::vector<LogRow> log;
  std::int64_t looked_at = 0;
  for (;;) {  // ends after kChangePageRows rows
    auto row = rows->step();
    if (!row) return row.error();
    if (!*row) break;
    position->sequence = rows->integer(0);
    ++looked_at;
    if (!is_utf8(rows->text(2)) || !is_utf8(rows->text(3))) continue;
    log.push_back({std::string(rows->text(1)), std::string(rows->text(2)),
                   std::string(rows->text(3)), rows->integer(4) != 0});
  }
  ChangePage page;
  page.caught_up = looked_at < kChangePageRows;
  page.events = coalesce(log);
  page.next = encode_position(*position);
  return page;
}

Result<bool> purge_log(Database& database, CaptureStream const& stream, std::int64_t sequence) {
  auto waiting = database.number(
      "SELECT EXISTS (SELECT 1 FROM crmsync_changes AS c WHERE c.obj = ?1 AND c.seq <= ?2)",
      std::string_view(stream.name), sequence);
  if (!waiting) return waiting.error();
  if (*waiting == 0) return false;
  auto transaction = WriteTransaction::begin(database);
  if (!transaction) return transaction.error();
  auto deleted = database.query(
      "DELETE FROM crmsync_changes WHERE seq IN (SELECT c.seq FROM crmsync_changes AS c "
      "WHERE c.obj = ?1 AND c.seq <= ?2 ORDER BY c.seq LIMIT ?3)",
      std::string_view(stream.name), sequence, kPurgeSliceRows);
  if (!deleted) return deleted.error();
  if (auto ran = deleted->run(); !ran) return ran.error();
  bool const more = database.rows_changed() == kPurgeSliceRows;
  auto noted = write_meta(database, purged_key(stream), std::to_string(sequence));
  if (!noted) return noted.error();
  if (auto committed = transaction->commit(); !committed) return committed.error();
  return more;
}

}  // namespace crmsync::connectors::sqlite
