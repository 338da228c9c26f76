// SPDX-License-Identifier: Apache-2.0
#include "connectors/hubspot/wire/cursor.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>

namespace crmsync::connectors::hubspot::wire {
namespace {

constexpr std::int64_t kOverlap = 120'000;

// A search index as the vendor's: sorted pages of at most 200, nothing visible before its time.
class Index {
 public:
  void put(std::int64_t id, std::int64_t stamp, std::int64_t visible_at = 0) {
    rows_[id] = {stamp, visible_at};
  }

  std::vector<SearchHit> query(SearchFrom const& from, std::int64_t now) const {
    std::vector<SearchHit> hits;
    for (auto const& [id, row] : rows_) {
      if (row.visible_at > now) continue;
      bool const match = from.same_instant
                             ? row.stamp == from.stamp_ms && id > std::stoll(from.above_id)
                             : row.stamp >= from.stamp_ms;
      if (match) hits.push_back({std::to_string(id), row.stamp});
    }
    // Rows of one stamp come in no useful order.
    std::sort(hits.begin(), hits.end(), [&](SearchHit const& a, SearchHit const& b) {
      if (from.same_instant) return id_less(a.id, b.id);
      if (a.stamp_ms != b.stamp_ms) return a.stamp_ms < b.stamp_ms;
      return std::hash<std::string>{}(a.id) < std::hash<std::string>{}(b.id);
    });
    if (hits.size() > kSearchMax) hits.resize(kSearchMax);
    return hits;
  }

 private:
  struct Row {
    std::int64_t stamp;
    std::int64_t visible_at;
  };
  std::map<std::int64_t, Row> rows_;
};

ChangeCursor from_stamp(std::int64_t stamp) {
  ChangeCursor cursor;
  cursor.stamp_ms = stamp;
  cursor.safe_ms = stamp;
  return cursor;
}

struct Pass {
  std::vector<std::string> delivered;
  int pages = 0;
};

// One pass at time `now`; the cursor goes through its text after every page, as over a restart.
Pass run_pass(ChangeCursor& cursor, Index const& index, std::int64_t now, int pages_max = 1'000) {
  Pass pass;
  while (pass.pages < pages_max) {
    auto const page = index.query(search_from(cursor), now);
    auto const before = cursor;
    auto const step = advance(cursor, page, now - kOverlap);
    EXPECT_FALSE(step.stuck);
    EXPECT_LE(cursor.safe_ms, cursor.stamp_ms);
    EXPECT_GE(cursor.safe_ms, before.safe_ms);
    EXPECT_LE(cursor.safe_ms, std::max(before.safe_ms, now - kOverlap + 1));
    for (auto const i : step.fresh) pass.delivered.push_back(page[i].id);
    ++pass.pages;
    cursor = decode_cursor(encode_cursor(cursor)).value();
    if (step.pass_done) return pass;
  }
  return pass;
}

std::set<std::string> unique(std::vector<std::string> const& ids) {
  return {ids.begin(), ids.end()};
}

TEST(Cursor, SurvivesItsText) {
  ChangeCursor cursor = from_stamp(17);
  cursor.seen = {"1", "20"};
  cursor.flood = true;
  cursor.flood_above = "99";
  cursor.archived = {.running = true,
                     .after = "a\"b",
                     .since_ms = 1,
                     .started_ms = 2,
                     .not_before = 3,
                     .pages = 4};
  auto const text = encode_cursor(cursor);
  EXPECT_EQ(encode_cursor(decode_cursor(text).value()), text);
}

TEST(Cursor, AnUnreadableTextHasExpired) {
  for (auto const* text :
       {"", "x", "{}", R"({"v":2,"stamp":1,"safe":1})", R"({"v":1,"stamp":1,"safe":2})",
        R"({"v":1,"stamp":1,"safe":1,"flood":"x"})"})
    EXPECT_EQ(decode_cursor(text).error().code, engine::Errc::cursor_expired) << text;
}

TEST(Cursor, EveryRecordOfManyPagesArrivesOnce) {
  Index index;
  for (std::int64_t id = 1; id <= 1'050; ++id) index.put(id, 1'000 + id * 10);
  auto cursor = from_stamp(0);
  auto const pass = run_pass(cursor, index, 10'000'000);
  EXPECT_EQ(pass.delivered.size(), 1'050u);
  EXPECT_EQ(unique(pass.delivered).size(), 1'050u);
}

TEST(Cursor, RecordsOfOneStampMayStraddleAPage) {
  Index index;
  for (std::int64_t id = 1; id <= 450; ++id) index.put(id, 1'000 + id / 7);
  auto cursor = from_stamp(0);
  auto const pass = run_pass(cursor, index, 10'000'000);
  EXPECT_EQ(unique(pass.delivered).size(), 450u);
  EXPECT_EQ(pass.delivered.size(), 450u);
}

TEST(Cursor, AFloodOfOneStampIsWalkedById) {
  for (std::int64_t const size : {199, 200, 201, 400, 12'345}) {
    Index index;
    index.put(1'000'000, 4'000);
    for (std::int64_t id = 1; id <= size; ++id) index.put(id, 5'000);
    index.put(2'000'000, 6'000);
    auto cursor = from_stamp(0);
    auto const pass = run_pass(cursor, index, 10'000'000);
    EXPECT_EQ(unique(pass.delivered).size(), static_cast<std::size_t>(size) + 2) << size;
    EXPECT_LE(pass.pages, size / 200 + 5) << size;
  }
}

TEST(Cursor, AFloodAtTheStartingStampIsFoundToo) {
  Index index;
  for (std::int64_t id = 1; id <= 1'000; ++id) index.put(id, 5'000);
  auto cursor = from_stamp(5'000);
  EXPECT_EQ(unique(run_pass(cursor, index, 10'000'000).delivered).size(), 1'000u);
  EXPECT_EQ(run_pass(cursor, index, 10'000'000).delivered.size(), 0u);
}

TEST(Cursor, AQuietSystemRepeatsNothing) {
  Index index;
  for (std::int64_t id = 1; id <= 30; ++id) index.put(id, 1'000 + id);
  auto cursor = from_stamp(0);
  run_pass(cursor, index, 10'000'000);
  auto const again = run_pass(cursor, index, 20'000'000);
  EXPECT_TRUE(again.delivered.empty());
  EXPECT_EQ(again.pages, 1);
}

TEST(Cursor, RecordsThatSurfaceLateAreMetInTheOverlap) {
  Index index;
  std::int64_t const now = 1'000'000;
  index.put(1, now - 1'000);
  index.put(2, now - 60'000, now + 50'000);  // indexed late, with an older stamp
  auto cursor = from_stamp(now - 500'000);
  EXPECT_EQ(run_pass(cursor, index, now).delivered, std::vector<std::string>{"1"});
  auto const later = run_pass(cursor, index, now + 50'000);
  EXPECT_TRUE(unique(later.delivered).contains("2"));
}

TEST(Cursor, NeverPassesTheOverlapWhenAPassEnds) {
  Index index;
  std::int64_t const now = 1'000'000;
  for (std::int64_t id = 1; id <= 700; ++id) index.put(id, now - 700 + id);
  auto cursor = from_stamp(0);
  run_pass(cursor, index, now);
  EXPECT_LE(cursor.stamp_ms, now - kOverlap);
}

TEST(Cursor, APassThatWasCutShortGoesBackToWhatIsSafe) {
  Index index;
  std::int64_t const now = 1'000'000;
  for (std::int64_t id = 1; id <= 900; ++id) index.put(id, now - 90'000 + id * 10);
  index.put(5'000, now - 89'000, now + 1'000);  // surfaces while the daemon is down
  auto cursor = from_stamp(now - 400'000);
  run_pass(cursor, index, now, 2);  // two pages, then a crash
  std::int64_t const hour_later = now + 3'600'000;
  auto const rest = run_pass(cursor, index, hour_later);
  auto const next = run_pass(cursor, index, hour_later);
  bool const met =
      unique(rest.delivered).contains("5000") || unique(next.delivered).contains("5000");
  EXPECT_TRUE(met);
}

TEST(Cursor, AFloodThatHasNotSettledIsWalkedAgain) {
  Index index;
  std::int64_t const now = 1'000'000;
  for (std::int64_t id = 1; id <= 500; ++id) index.put(id, now - 1'000);
  index.put(501, now - 1'000, now + 30'000);
  auto cursor = from_stamp(now - 300'000);
  EXPECT_EQ(unique(run_pass(cursor, index, now).delivered).size(), 500u);
  EXPECT_TRUE(unique(run_pass(cursor, index, now + 30'000).delivered).contains("501"));
}

TEST(Cursor, ARecordChangedDuringThePassIsMetAgain) {
  Index index;
  for (std::int64_t id = 1; id <= 400; ++id) index.put(id, 1'000 + id);
  auto cursor = from_stamp(0);
  run_pass(cursor, index, 10'000'000, 1);
  index.put(5, 9'000);  // was on the first page
  auto const rest = run_pass(cursor, index, 10'000'000);
  EXPECT_TRUE(unique(rest.delivered).contains("5"));
  EXPECT_EQ(unique(rest.delivered).size(), 201u);
}

TEST(Cursor, AnAnswerThatRepeatsItselfIsNoticed) {
  std::vector<SearchHit> page;
  for (int id = 1; id <= 200; ++id) page.push_back({std::to_string(id), 5'000});
  auto cursor = from_stamp(5'000);
  EXPECT_FALSE(advance(cursor, page, 1'000'000).stuck);
  EXPECT_FALSE(advance(cursor, page, 1'000'000).stuck);
  EXPECT_TRUE(advance(cursor, page, 1'000'000).stuck);
}

// Random histories: records keep changing and surface up to the lag later; whatever happened is
// delivered once things are quiet, wherever passes were cut.
TEST(Cursor, RandomHistoriesLoseNothing) {
  std::uint64_t state = 42;
  auto const random = [&state](std::uint64_t below) {
    state = state * 6'364'136'223'846'793'005ULL + 1'442'695'040'888'963'407ULL;
    return static_cast<std::int64_t>((state >> 33) % below);
  };
  for (int round = 0; round < 25; ++round) {
    Index index;
    std::int64_t now = 1'000'000;
    auto cursor = from_stamp(now - kOverlap);
    std::map<std::string, std::int64_t> written;
    std::map<std::string, std::int64_t> delivered;
    for (int step = 0; step < 40; ++step) {
      std::int64_t const stamp = now - now % 1'000;  // many share one
      for (std::int64_t n = random(300); n > 0; --n) {
        auto const id = 1 + random(900);
        index.put(id, stamp, now + random(kOverlap - 2'000));
        written[std::to_string(id)] = stamp;
      }
      now += random(40'000);
      for (std::int64_t page = 1 + random(4); page > 0; --page) {
        auto const hits = index.query(search_from(cursor), now);
        auto const result = advance(cursor, hits, now - kOverlap);
        for (auto const i : result.fresh)
          delivered[hits[i].id] = std::max(delivered[hits[i].id], hits[i].stamp_ms);
      }
    }
    now += 10 * kOverlap;
    for (int pass = 0; pass < 2; ++pass) {
      for (int page = 0; page < 200; ++page) {
        auto const hits = index.query(search_from(cursor), now);
        auto const result = advance(cursor, hits, now - kOverlap);
        for (auto const i : result.fresh)
          delivered[hits[i].id] = std::max(delivered[hits[i].id], hits[i].stamp_ms);
        if (result.pass_done) break;
      }
    }
    ASSERT_EQ(delivered, written) << "round " << round;
  }
}

}  // namespace
}  // namespace crmsync::connectors::hubspot::wire
