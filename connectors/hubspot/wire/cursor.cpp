// SPDX-License-Identifier: Apache-2.0
#include "connectors/hubspot/wire/cursor.hpp"

#include "connectors/hubspot/wire/routes.hpp"
#include "connectors/hubspot/wire/value.hpp"
#include "engine/mutant.hpp"

#include <algorithm>

namespace crmsync::connectors::hubspot::wire {

namespace {

constexpr std::int64_t kFormat = 1;

engine::Error unreadable() {
  return engine::make_error(engine::Errc::cursor_expired, "hubspot: resume",
                            "the stored position cannot be read",
                            "all records are compared once, then changes are followed again");
}

bool was_seen(ChangeCursor const& cursor, SearchHit const& hit) {
  return hit.stamp_ms == cursor.stamp_ms &&
         std::binary_search(cursor.seen.begin(), cursor.seen.end(), hit.id);
}

// Everything up to `reached` was just read at a time when the index had settled up to `settled`.
// That only extends the safe stretch where it joins it without a gap.
void extend_safe(ChangeCursor& cursor, std::int64_t from, std::int64_t reached,
                 std::int64_t settled) {
  if (cursor.safe_ms != from) return;
  cursor.safe_ms = std::max(cursor.safe_ms, std::min(reached, settled));
}

void end_pass(ChangeCursor& cursor) {
  cursor.flood = false;
  cursor.flood_above = "0";
  if (engine::mutant(engine::Mutant::no_overlap)) cursor.safe_ms = cursor.stamp_ms;
  if (cursor.safe_ms == cursor.stamp_ms) return;  // what was seen there stays known
  cursor.stamp_ms = cursor.safe_ms;
  cursor.seen.clear();
}

Step advance_flood(ChangeCursor& cursor, std::vector<SearchHit> const& page,
                   std::size_t full_page) {
  Step step;
  std::string const before = cursor.flood_above;
  for (std::size_t i = 0; i < page.size(); ++i) {
    if (!was_seen(cursor, page[i])) step.fresh.push_back(i);
    if (id_less(cursor.flood_above, page[i].id)) cursor.flood_above = page[i].id;
  }
  step.stuck = !page.empty() && cursor.flood_above == before;
  if (page.size() >= full_page) return step;
  // The instant is exhausted. It only counts as safe when it was settled on arrival.
  bool const safe = cursor.safe_ms == cursor.stamp_ms;
  cursor.stamp_ms += 1;
  if (safe) cursor.safe_ms = cursor.stamp_ms;
  cursor.seen.clear();
  cursor.flood = false;
  cursor.flood_above = "0";
  return step;
}

}  // namespace

bool id_less(std::string_view a, std::string_view b) noexcept {
  return a.size() != b.size() ? a.size() < b.size() : a < b;
}

SearchFrom search_from(ChangeCursor const& cursor) {
  return {cursor.stamp_ms, cursor.flood, cursor.flood_above};
}

Step advance(ChangeCursor& cursor, std::vector<SearchHit> const& page, std::int64_t settled_ms,
             std::size_t full_page) {
  if (cursor.flood) return advance_flood(cursor, page, full_page);
  Step step;
  std::int64_t reached = cursor.stamp_ms;
  for (std::size_t i = 0; i < page.size(); ++i) {
    if (!was_seen(cursor, page[i])) step.fresh.push_back(i);
    reached = std::max(reached, page[i].stamp_ms);
  }
  std::int64_t const from = cursor.stamp_ms;
  bool const full = page.size() >= full_page;
  bool const one_instant = full && reached == from;
  extend_safe(cursor, from, reached, settled_ms);
  if (reached != from) cursor.seen.clear();
  for (auto const& hit : page)
    if (hit.stamp_ms == reached) cursor.seen.push_back(hit.id);
  std::sort(cursor.seen.begin(), cursor.seen.end());
  cursor.seen.erase(std::unique(cursor.seen.begin(), cursor.seen.end()), cursor.seen.end());
  cursor.stamp_ms = reached;
  cursor.flood = one_instant;
  if (one_instant && engine::mutant(engine::Mutant::page_cap)) {
    cursor.flood = false;
    ++cursor.stamp_ms;
  }
  if (!full) {
    end_pass(cursor);
    step.pass_done = true;
  }
  return step;
}

engine::Result<std::vector<SearchHit>> hits_of(WirePage const& page,
                                               std::string_view stamp_property) {
  std::vector<SearchHit> hits;
  hits.reserve(page.records.size());
  for (auto const& record : page.records) {
    std::optional<engine::Timestamp> at;
    auto const* text = record.property(stamp_property);
    if (text != nullptr && *text) at = parse_stamp(**text);
    if (!at) at = record.updated_at;
    if (!at || at->micros < 0)
      return engine::make_error(engine::Errc::corrupt, "hubspot: read search page",
                                "record " + record.id + " has no modification stamp");
    hits.push_back({record.id, at->micros / 1000});
  }
  return hits;
}

std::string encode_cursor(ChangeCursor const& cursor) {
  JsonWriter json;
  json.begin_object();
  json.key("v").integer(kFormat);
  json.key("stamp").integer(cursor.stamp_ms);
  json.key("safe").integer(cursor.safe_ms);
  json.key("seen").texts(cursor.seen);
  if (cursor.flood) json.pair("flood", cursor.flood_above);
  auto const& sweep = cursor.archived;
  json.key("archived").begin_object();
  json.key("running").boolean(sweep.running);
  json.pair("after", sweep.after);
  json.key("since").integer(sweep.since_ms);
  json.key("started").integer(sweep.started_ms);
  json.key("not_before").integer(sweep.not_before);
  json.key("pages").integer(sweep.pages);
  json.end_object().end_object();
  return json.str();
}

engine::Result<ChangeCursor> decode_cursor(std::string_view text) {
  auto document = JsonDocument::parse(text);
  if (!document) return unreadable();
  auto const root = document->root();
  auto const stamp = root["stamp"].integer();
  auto const safe = root["safe"].integer();
  if (root["v"].integer() != kFormat || !stamp || !safe || *safe > *stamp) return unreadable();
  ChangeCursor cursor;
  cursor.stamp_ms = *stamp;
  cursor.safe_ms = *safe;
  for (auto const& item : root["seen"].items())
    cursor.seen.push_back(JsonView(&item).text_or_empty());
  cursor.flood = root["flood"].exists();
  if (cursor.flood) cursor.flood_above = root["flood"].text_or_empty();
  if (cursor.flood && !is_record_id(cursor.flood_above)) return unreadable();
  auto const archived = root["archived"];
  cursor.archived.running = archived["running"].is_true();
  cursor.archived.after = archived["after"].text_or_empty();
  cursor.archived.since_ms = archived["since"].integer().value_or(0);
  cursor.archived.started_ms = archived["started"].integer().value_or(0);
  cursor.archived.not_before = archived["not_before"].integer().value_or(0);
  cursor.archived.pages = archived["pages"].integer().value_or(0);
  return cursor;
}

}  // namespace crmsync::connectors::hubspot::wire
