// Where incremental reading stands, and how one search page moves it. Pure.
//
// The search index lags behind the records and its results may not be paged past 10,000, so the
// position is a stamp: every page asks for "modified at or after it", and what was already
// delivered at exactly that instant is dropped. When one instant alone fills a page, its records
// are walked by id instead (`flood`). `safe_ms` is the stamp below which everything was read at a
// time when the index had surely caught up; whenever a pass ends, reading goes back to it, so that
// records which surfaced late are met on the next pass.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/hubspot/wire/record.hpp"
#include "connectors/hubspot/wire/request.hpp"
#include "engine/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace crmsync::connectors::hubspot::wire {

// The walk through archived records, which have no "since" and stand in the order of their ids.
struct ArchivedSweep {
  bool running = false;
  std::string after;            // page token of the running walk
  std::int64_t since_ms = 0;    // records archived from here on are news
  std::int64_t started_ms = 0;  // CRM time at which the running or last walk began
  std::int64_t not_before = 0;  // our time (ms) before which no new walk begins
  std::int64_t pages = 0;       // of the running walk
};

struct ChangeCursor {
  std::int64_t stamp_ms = 0;      // everything before it has been delivered in this pass
  std::vector<std::string> seen;  // delivered already at exactly stamp_ms, sorted
  bool flood = false;             // walking the one instant stamp_ms by id
  std::string flood_above = "0";
  std::int64_t safe_ms = 0;
  ArchivedSweep archived;
};

std::string encode_cursor(ChangeCursor const& cursor);
// cursor_expired: unreadable, or written by another version of this code.
engine::Result<ChangeCursor> decode_cursor(std::string_view text);

SearchFrom search_from(ChangeCursor const& cursor);

// One record of a search page with its modification stamp.
struct SearchHit {
  std::string id;
  std::int64_t stamp_ms = 0;
};

struct Step {
  std::vector<std::size_t> fresh;  // which hits of the page are to be delivered
  bool pass_done = false;          // the page was the last one
  bool stuck = false;              // a full page that does not lead on: the answer cannot be right
};

// Moves the cursor over one page of the search it described. `settled_ms`: CRM time when the
// request left, minus the overlap. `full_page`: records of a page that is not the last one.
Step advance(ChangeCursor& cursor, std::vector<SearchHit> const& page, std::int64_t settled_ms,
             std::size_t full_page = kSearchMax);

// The hits of a page; corrupt when a record has no stamp.
engine::Result<std::vector<SearchHit>> hits_of(WirePage const& page,
                                               std::string_view stamp_property);

// Decimal digits as numbers, so that "9" stands before "10".
bool id_less(std::string_view a, std::string_view b) noexcept;

}  // namespace crmsync::connectors::hubspot::wire
