// SPDX-License-Identifier: Apache-2.0
#include "connectors/sqlite/stamp_poll.hpp"

#include "connectors/sqlite/identifier.hpp"
#include "connectors/sqlite/row_reader.hpp"
#include "connectors/sqlite/tuning.hpp"
#include "connectors/sqlite/value_codec.hpp"

#include <algorithm>
#include <functional>
#include <limits>

namespace crmsync::connectors::sqlite {

using engine::ChangeEvent;
using engine::ChangeKind;
using engine::Cursor;
using engine::Errc;
using engine::Result;
using engine::Timestamp;

namespace {

constexpr std::string_view kKind = "poll";

std::string stamp_column(Layout const& layout) {
  return "r." + quoted_name(layout.reads[*layout.stamp]->name);
}

std::string usable_stamp(Layout const& layout) {
  return "typeof(" + stamp_column(layout) + ") IN ('integer', 'real', 'text')";
}

// The part of WHERE that follows from the position; parameters: 1 stamp, 2.. key.
std::string position_sql(Layout const& layout, PollPosition const& position) {
  if (!position.stamp) return "";
  auto const stamp = stamp_column(layout);
  if (position.key.empty()) return " AND " + stamp + " >= ?1";
  return " AND (" + stamp + ", " + layout.key.order_sql("r") + ") > (?1, " +
         layout.key.parameters_sql(2) + ")";
}

std::uint64_t digest(ChangeEvent const& event) {
  auto const& row = *event.payload;
  std::string text = std::string(engine::to_string(row.presence));
  auto const append = [&text](std::string const& part) {
    text += std::to_string(part.size()) + ":" + part;
  };
  append(std::to_string(row.version.order));
  for (auto const& [name, value] : row.fields) {
    append(name);
    append(std::string(engine::to_string(engine::type_of(value))));
    append(engine::display(value));
  }
  return std::hash<std::string>{}(text);
}

ChangeEvent event_of(engine::Observation row) {
  ChangeEvent event;
  event.key = row.key;
  event.kind =
      row.presence == engine::Presence::deleted ? ChangeKind::deleted : ChangeKind::changed;
  event.payload = std::move(row);
  return event;
}

}  // namespace

Cursor encode_position(PollPosition const& position) {
  if (!position.stamp) return engine::join_key({std::string(kKind), "", "", ""});
  return engine::join_key({std::string(kKind), encode_storage(*position.stamp),
                           encode_value(*position.stamp), position.key});
}

std::optional<PollPosition> decode_poll_position(std::string_view cursor) {
  auto const parts = engine::split_key(cursor);
  if (parts.size() != 4 || parts[0] != kKind) return std::nullopt;
  if (parts[1].empty()) return PollPosition{};
  auto stamp = decode_stamp(parts[1], parts[2]);
  if (!stamp) return std::nullopt;
  return PollPosition{std::move(stamp), parts[3]};
}

Stamp pass_start(Stamp const& last, Timestamp now, std::chrono::milliseconds overlap) {
  auto const time = stamp_time(last);
  constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min() / 2;
  if (!time || time->micros < kLowest) return last;
  Timestamp const start{std::min(now.micros, time->micros) - overlap.count() * 1000};
  auto const begin = stamp_at(last, start).value_or(last);
  // A number on the other side of the size that tells its unit would mean another time.
  auto const means = stamp_time(begin);
  return means && *means <= *time ? begin : last;
}

Result<Cursor> poll_start(Database& database, Layout const& layout, Timestamp now,
                          std::chrono::milliseconds overlap) {
  auto latest = database.prepare("SELECT max(" + stamp_column(layout) + ")" + layout.from +
                                 "WHERE " + usable_stamp(layout));
  if (!latest) return latest.error();
  auto row = latest->step();
  if (!row) return row.error();
  auto const stamp = read_stamp(*latest, 0);
  if (!*row || stamp.storage == Storage::null) return encode_position(PollPosition{});
  return encode_position(PollPosition{pass_start(stamp, now, overlap), {}});
}

Result<ChangePage> read_poll_page(Database& database, Layout const& layout, Cursor const& cursor,
                                  Timestamp now, std::chrono::milliseconds overlap) {
  auto position = decode_poll_position(cursor);
  auto const key_parts = position && !position->key.empty()
                             ? layout.key.parts(position->key)
                             : std::optional(std::vector<std::string>{});
  if (!position || !key_parts)
    return database.fail(Errc::cursor_expired,
                         "the position was made by another kind of capture or another key",
                         "both sides are compared anew");
  int const limit = layout.key.size() + 2;
  auto rows = database.prepare(
      "SELECT " + layout.select + layout.from + "WHERE " + usable_stamp(layout) + " AND " +
      layout.key.usable_sql("r") + position_sql(layout, *position) + " ORDER BY " +
      stamp_column(layout) + ", " + layout.key.order_sql("r") + " LIMIT ?" + std::to_string(limit));
  if (!rows) return rows.error();
  if (position->stamp) bind_stamp(*rows, 1, *position->stamp);
  Key::bind(*rows, 2, *key_parts);
  rows->bind(limit, kPollPageRows);
  ChangePage page;
  std::int64_t looked_at = 0;
  for (;;) {  // ends after kPollPageRows rows
    auto row = rows->step();
    if (!row) return row.error();
    if (!*row) break;
    ++looked_at;
    position->key = rows->text(0);
    position->stamp = read_stamp(*rows, static_cast<int>(*layout.stamp) + 1);
    if (!is_utf8(position->key)) continue;
    page.events.push_back(event_of(observe_row(*rows, layout, now, engine::ReadSource::listing)));
  }
  page.caught_up = looked_at < kPollPageRows;
  // A pass that has just begun and found nothing stays where it is.
  if (page.caught_up && position->stamp && !position->key.empty())
    *position = {pass_start(*position->stamp, now, overlap), {}};
  page.next = encode_position(*position);
  return page;
}

void SeenRows::filter(Cursor const& from, ChangePage& page) {
  // Somebody went back: what was delivered after that place may be lost.
  if (from != expected_) waiting_.clear();
  expected_ = page.next;
  Delivery delivery{page.next, {}};
  std::vector<ChangeEvent> fresh;
  for (auto& event : page.events) {
    auto const now = digest(event);
    auto const known = seen_.find(event.key);
    if (known != seen_.end() && known->second == now) continue;
    delivery.rows.emplace_back(event.key, now);
    fresh.push_back(std::move(event));
  }
  page.events = std::move(fresh);
  if (!delivery.rows.empty() || !waiting_.empty()) waiting_.push_back(std::move(delivery));
  if (waiting_.size() * static_cast<std::size_t>(kPollPageRows) > kSeenRowsMax)
    waiting_.pop_front();
}

void SeenRows::acknowledge(Cursor const& cursor) {
  auto const last = std::find_if(waiting_.rbegin(), waiting_.rend(),
                                 [&](Delivery const& one) { return one.next == cursor; });
  if (last == waiting_.rend()) return;
  auto const end = last.base();
  for (auto one = waiting_.begin(); one != end; ++one)
    for (auto const& [key, digest_seen] : one->rows) seen_[key] = digest_seen;
  waiting_.erase(waiting_.begin(), end);
  if (seen_.size() > kSeenRowsMax) seen_.clear();
}

}  // namespace crmsync::connectors::sqlite
