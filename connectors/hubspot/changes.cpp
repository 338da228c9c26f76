// SPDX-License-Identifier: Apache-2.0
#include "connectors/hubspot/changes.hpp"

#include <algorithm>

namespace crmsync::connectors::hubspot {

namespace {

using engine::ChangeEvent;
using engine::ChangeKind;
using engine::Errc;
using engine::Result;
using engine::Status;
using std::chrono::milliseconds;

// The vendor gives no bound for its index. A write that surfaces later than this is not read before
// the record changes again, so this is longer than the longest lag that was ever reported (5 min).
constexpr milliseconds kOverlap{360'000};
constexpr int kArchivePagesPerCall = 5;
// A large recycle bin is walked less often: on average one page per this time.
constexpr std::int64_t kArchivePagePauseMs = 10'000;
constexpr std::int64_t kArchivePauseMaxMs = 3'600'000;

std::int64_t ms_of(engine::Timestamp at) {
  return at.micros / 1000;
}

}  // namespace

milliseconds ChangeFeed::overlap() const noexcept {
  return spec_.overlap.count() > 0 ? spec_.overlap : kOverlap;
}

Task<Result<engine::Cursor>> ChangeFeed::start() {
  auto table = co_await schema_.get();
  if (!table) co_return table.error();
  if (!account_.clock_known()) {
    // Positions are in the account's time, and its answers tell that.
    Call call{.route = wire::RouteId::account, .doing = "read account of"};
    auto answer = co_await account_.expect(call);
    if (!answer) co_return answer.error();
  }
  wire::ChangeCursor cursor;
  cursor.stamp_ms = std::max<std::int64_t>(0, ms_of(account_.crm_now()) - overlap().count());
  cursor.safe_ms = cursor.stamp_ms;
  cursor.archived.since_ms = cursor.stamp_ms;
  co_return wire::encode_cursor(cursor);
}

Task<Result<wire::Step>> ChangeFeed::search(wire::ChangeCursor& cursor, ChangePage& page) {
  auto table = co_await schema_.get();
  if (!table) co_return table.error();
  std::string const stamp(wire::stamp_property(spec_.object));
  auto names = reader_.properties();
  if (std::find(names.begin(), names.end(), stamp) == names.end()) names.push_back(stamp);
  auto const from = wire::search_from(cursor);
  auto body = wire::search_body(from, stamp, names);
  // Search bodies are short; what does not fit is read by id afterwards.
  bool const with_fields = body.size() <= wire::kSearchBodyMax;
  if (!with_fields) body = wire::search_body(from, stamp, {stamp});
  Call call{.route = wire::RouteId::search,
            .object = schema_.object(),
            .body = std::move(body),
            .doing = "search"};
  // Before the request: the index has settled at least up to here when it is answered.
  std::int64_t const settled = ms_of(account_.crm_now()) - overlap().count();
  auto answer = co_await account_.expect(call);
  if (!answer) co_return answer.error();
  auto found = wire::parse_page(answer->body);
  if (!found) co_return found.error();
  auto hits = wire::hits_of(*found, stamp);
  if (!hits) co_return hits.error();
  auto step = wire::advance(cursor, *hits, settled);
  if (step.stuck)
    co_return engine::make_error(Errc::corrupt, "hubspot: search " + spec_.object,
                                 "the answer repeats itself and does not lead on",
                                 "the search is tried again");
  for (auto const index : step.fresh) {
    ChangeEvent event;
    event.key = found->records[index].id;
    if (with_fields)
      event.payload = reader_.observe(found->records[index], **table, answer->sent_at,
                                      engine::ReadSource::search);
    page.events.push_back(std::move(event));
  }
  co_return step;
}

Task<Result<bool>> ChangeFeed::archive_page(wire::ArchivedSweep& sweep, ChangePage& page) {
  Call call{.route = wire::RouteId::list,
            .object = schema_.object(),
            .query = wire::list_query({"hs_object_id"}, sweep.after, true),
            .doing = "list archived",
            .lane = Lane::backfill};
  auto answer = co_await account_.expect(call);
  if (!answer) co_return answer.error();
  auto found = wire::parse_page(answer->body);
  if (!found) co_return found.error();
  for (auto const& record : found->records) {
    auto const at = record.archived_at ? record.archived_at : record.updated_at;
    if (at && ms_of(*at) < sweep.since_ms) continue;
    ChangeEvent event;
    event.key = record.id;
    event.kind = ChangeKind::deleted;
    page.events.push_back(std::move(event));
  }
  if (!found->after.empty() && found->after == sweep.after)
    co_return engine::make_error(Errc::corrupt, "hubspot: list archived " + spec_.object,
                                 "the page leads to itself");
  sweep.after = found->after;
  ++sweep.pages;
  co_return sweep.after.empty();
}

void ChangeFeed::end_walk(wire::ArchivedSweep& sweep) const {
  std::int64_t const pause =
      std::max<std::int64_t>(account_.options().archived_every.count(),
                             std::min(sweep.pages * kArchivePagePauseMs, kArchivePauseMaxMs));
  sweep.running = false;
  // Records archived behind the walk's back are met by the next one.
  sweep.since_ms = std::max(sweep.since_ms, sweep.started_ms - overlap().count());
  sweep.not_before = ms_of(account_.runtime().now()) +
                     (sweep.pages > 1 ? pause : account_.options().archived_every.count());
}

Task<Status> ChangeFeed::walk_archive(wire::ArchivedSweep& sweep, ChangePage& page) {
  std::int64_t const now = ms_of(account_.runtime().now());
  // A clock that was set back must not put the walk off for long.
  bool const far = sweep.not_before > now + kArchivePauseMaxMs;
  // The first full poll after a start also asks who was deleted while nobody looked, if that is
  // cheap.
  bool const first = !walked_ && sweep.pages <= kArchivePagesPerCall;
  if (!sweep.running && now < sweep.not_before && !far && !first) co_return Status();
  walked_ = true;
  if (!sweep.running) {
    sweep.running = true;
    sweep.after.clear();
    sweep.pages = 0;
    sweep.started_ms = ms_of(account_.crm_now());
  }
  for (int i = 0; i < kArchivePagesPerCall; ++i) {
    auto done = co_await archive_page(sweep, page);
    if (!done) co_return done.error();
    if (!*done) continue;
    end_walk(sweep);
    break;
  }
  co_return Status();
}

Task<Result<ChangePage>> ChangeFeed::next(engine::Cursor text) {
  auto cursor = wire::decode_cursor(text);
  if (!cursor) co_return cursor.error();
  ChangePage page;
  auto step = co_await search(*cursor, page);
  if (!step) co_return step.error();
  if (step->pass_done) {
    auto status = co_await walk_archive(cursor->archived, page);
    if (!status) co_return status.error();
  }
  page.caught_up = step->pass_done && !cursor->archived.running;
  page.next = wire::encode_cursor(*cursor);
  co_return page;
}

}  // namespace crmsync::connectors::hubspot
