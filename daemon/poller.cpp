// SPDX-License-Identifier: Apache-2.0
#include "daemon/poller.hpp"

#include "daemon/store_access.hpp"
#include "engine/mutant.hpp"
#include "engine/retry.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace crmsync::daemon {

using connectors::Task;
using engine::mutant;
using engine::Mutant;
using engine::Presence;
using engine::Side;
using state::SnapshotPhase;

namespace {

constexpr std::chrono::milliseconds kFullPause{1'000};
constexpr std::size_t kLinksPerPage = 500;
constexpr std::int64_t kEchoMicros = 60'000'000;

bool same_where_known(engine::Record const& base, engine::Record const& seen) {
  return std::ranges::all_of(base, [&](engine::Record::Entry const& entry) {
    auto const* value = seen.find(entry.first);
    return value != nullptr && *value == entry.second;
  });
}

}  // namespace

Poller::Poller(MappingRun& run, Side side, state::StateStore& store, Intake& intake,
               connectors::Runtime& runtime)
    : run_(run),
      side_(side),
      here_(run.side(side)),
      store_(store),
      intake_(intake),
      runtime_(runtime) {}

bool Poller::failed(engine::Error const& error) {
  if (!here_.trouble) here_.trouble_since = runtime_.steady_now();
  here_.trouble = error;
  retry_after_ms_ = error.retry_after_ms;
  ++failures_;
  return false;
}

std::chrono::milliseconds Poller::pause_after_failure() {
  auto const code = here_.trouble ? here_.trouble->code : engine::Errc::transient;
  if (engine::retry_kind(code) == engine::RetryKind::hold) return std::chrono::seconds(60);
  return std::chrono::milliseconds(
      engine::backoff_delay_ms({}, failures_ - 1, runtime_.random01(), retry_after_ms_));
}

Task<void> Poller::run() {
  auto const every = side_ == Side::app ? run_.mapping.app.poll_every : run_.mapping.crm.poll_every;
  if (run_.reconcile && side_ == Side::app) static_cast<void>(co_await mark_all_links());
  while (!run_.stopping) {
    if (intake_.full()) {
      co_await run_.poll(side_).wait(kFullPause);
      continue;
    }
    bool ok = true;
    if (here_.read_again) here_.cursor.snapshot = SnapshotPhase::none;
    here_.read_again = false;
    if (here_.cursor.snapshot == SnapshotPhase::none) {
      // A list shows who is there; whether linked records are gone must be asked by key.
      if (side_ == Side::app) ok = co_await mark_all_links();
      if (ok) ok = co_await begin_snapshot();
    } else if (here_.cursor.snapshot == SnapshotPhase::running) {
      ok = co_await snapshot_page();
    } else {
      ok = co_await poll_once();
    }
    if (run_.stopping) co_return;
    if (!ok) {
      auto const pause = pause_after_failure();
      co_await run_.poll(side_).wait(pause);
      continue;
    }
    failures_ = 0;
    here_.trouble.reset();
    if (here_.cursor.snapshot == SnapshotPhase::complete && here_.polled_since_start &&
        !intake_.full())
      co_await run_.poll(side_).wait(every);
  }
}

// The position is taken before the snapshot is read, so that the two join without a gap.
Task<bool> Poller::begin_snapshot() {
  auto cursor = co_await here_.endpoint->start_cursor();
  if (!cursor) co_return failed(cursor.error());
  // A lost position has lost deletes, which no snapshot shows: every link is marked before the new
  // position replaces the old one.
  if (here_.cursor.snapshot != SnapshotPhase::none && !co_await mark_all_links()) co_return false;
  auto next = here_.cursor;
  next.cursor = std::move(*cursor);
  next.snapshot = SnapshotPhase::running;
  next.snapshot_token.clear();
  next.snapshot_records = 0;
  co_return co_await store_page({}, std::move(next));
}

Task<bool> Poller::store_page(state::Commit changes, state::CursorRow next) {
  changes.cursors.push_back({run_.id, side_, next});
  auto status = co_await intake_.append(std::move(changes));
  if (!status) co_return failed(status.error());
  here_.cursor = std::move(next);
  co_return true;
}

Task<bool> Poller::snapshot_page() {
  auto page = co_await here_.endpoint->snapshot(here_.cursor.snapshot_token);
  if (!page) co_return failed(page.error());
  state::Commit changes;
  for (auto& seen : page->records) {
    engine::ChangeEvent event;
    event.key = seen.key;
    event.payload = std::move(seen);
    if (!is_news(event)) continue;
    auto const& payload = *event.payload;
    auto link = side_ == Side::app ? store_.link_by_app(run_.id, payload.key)
                                   : store_.link_by_crm(run_.id, payload.key);
    if (link && !*link) {
      std::string external_id;
      if (side_ == Side::app) {
        auto named = next_external_id(store_, run_.id, payload.key);
        if (!named) co_return failed(named.error());
        external_id = std::move(*named);
      }
      changes.match.push_back(
          {run_.id, side_, payload.key, run_.match_values(side_, payload, external_id)});
    }
    changes.intake.push_back(intake_.row(run_.id, side_, payload.key));
    if (side_ == Side::crm) run_.payloads.put(side_, payload);
  }
  auto next = here_.cursor;
  next.snapshot_token = std::move(page->next);
  next.snapshot_records += page->records.size();
  if (page->done) {
    next.snapshot = SnapshotPhase::complete;
    next.snapshot_token.clear();
  }
  bool const done = page->done;
  if (!co_await store_page(std::move(changes), std::move(next))) co_return false;
  if (done) run_.wake.notify();
  co_return true;
}

// A page may repeat what is confirmed already (overlap, our own write): that is no news.
bool Poller::is_news(engine::ChangeEvent const& event) const {
  if (!event.payload || event.kind != engine::ChangeKind::changed) return true;
  auto const& seen = *event.payload;
  auto link = side_ == Side::app ? store_.link_by_app(run_.id, seen.key)
                                 : store_.link_by_crm(run_.id, seen.key);
  if (!link || !*link) return true;
  bool const gone = seen.presence != Presence::present;
  if ((*link)->state != engine::LinkState::linked) return !gone;
  if (gone) return side_ != Side::app || !(*link)->app_gone_at;
  auto base = store_.base((*link)->id);
  if (!base && base.error().code == engine::Errc::corrupt) return !is_set_aside(**link);
  if (!base || !*base) return true;
  auto const& row = **base;
  auto const version = side_ == Side::app ? row.app_version : row.crm_version;
  if (mutant(Mutant::echo_written_back)) return true;
  if (mutant(Mutant::echo_by_time) && side_ == Side::crm && seen.changed_at &&
      seen.changed_at->micros < row.crm_seen_at.micros + kEchoMicros)
    return false;
  bool const stale = seen.version.known() && seen.version < version;
  if (stale && !mutant(Mutant::stale_read)) return false;  // a lagging source
  // A field that still waits for its first base is news whatever it holds.
  bool const owed = std::ranges::any_of(row.marks, [](state::FieldMark const& mark) {
    return mark.owed || mark.answer || mark.status == engine::BaseStatus::unadopted;
  });
  auto const& fields = side_ == Side::app ? row.app : row.crm;
  return owed || fields.empty() || !same_where_known(fields, seen.fields);
}

// Its damaged row is in the inbox: reading the same again and again tells nobody anything.
bool Poller::is_set_aside(state::LinkRow const& link) const {
  auto const errors = store_.errors_of(run_.id, Side::app, link.app_key);
  return errors && std::ranges::any_of(*errors, [](state::ErrorRow const& row) {
           return row.code == engine::Errc::corrupt;
         });
}

Task<bool> Poller::poll_once() {
  auto const started = runtime_.now();
  bool caught_up = false;
  while (!caught_up && !run_.stopping) {
    if (intake_.full()) co_return true;
    if (!co_await change_page(caught_up)) co_return false;
  }
  if (caught_up) {
    positions_lost_ = 0;
    here_.polled_since_start = true;
    ++here_.polls;
    here_.cursor.polled_at = started;
    run_.wake.notify();
  }
  co_return true;
}

Task<bool> Poller::change_page(bool& caught_up) {
  auto const cursor = here_.cursor.cursor;
  auto page = co_await here_.endpoint->changes(cursor);
  if (!page && page.error().code == engine::Errc::cursor_expired) {
    // The position is lost: read everything again and look at every link; values decide. It counts
    // as a failure, so that a system which serves no position at all is not read in a loop.
    auto const lost = page.error();
    if (!co_await begin_snapshot()) co_return false;
    failures_ = positions_lost_++;
    co_return failed(lost);
  }
  if (!page) co_return failed(page.error());
  state::Commit changes;
  for (auto& event : page->events) {
    if (event.own_write) ++run_.counters.own_writes_seen;
    if (!is_news(event)) continue;
    auto row = intake_.row(run_.id, side_, event.key);
    row.kind = event.kind;
    row.new_key = event.new_key;
    changes.intake.push_back(std::move(row));
    if (!event.new_key.empty())
      changes.intake.push_back(intake_.row(run_.id, side_, event.new_key));
    if (event.payload && side_ == Side::crm) run_.payloads.put(side_, std::move(*event.payload));
  }
  caught_up = page->caught_up;
  if (changes.intake.empty() && page->next == cursor) co_return true;
  auto next = here_.cursor;
  next.cursor = page->next;
  auto const durable = next.cursor;
  if (mutant(Mutant::cursor_first) && !co_await store_page({}, next)) co_return false;
  if (!co_await store_page(std::move(changes), std::move(next))) co_return false;
  auto done = co_await here_.endpoint->acknowledge(durable);
  if (!done) co_return failed(done.error());
  co_return true;
}

// False when not every link could be marked.
Task<bool> Poller::mark_all_links() {
  state::LinkId after = 0;
  while (!run_.stopping) {
    auto links = store_.links_after(run_.id, after, kLinksPerPage);
    if (!links) {
      // A damaged row waits for `verify`; the links behind it are marked all the same.
      auto const& row = links.error().other_key;
      state::LinkId damaged = 0;
      std::from_chars(row.data(), row.data() + row.size(), damaged);
      if (links.error().code != engine::Errc::corrupt || damaged <= after)
        co_return failed(links.error());
      after = damaged;
      continue;
    }
    if (links->empty()) co_return true;
    state::Commit changes;
    for (auto const& link : *links) {
      after = link.id;
      if (link.state != engine::LinkState::linked) continue;
      changes.intake.push_back(
          intake_.row(run_.id, side_, side_ == Side::app ? link.app_key : link.crm_id));
    }
    if (changes.intake.empty()) continue;
    auto status = co_await intake_.append(std::move(changes));
    if (!status) co_return failed(status.error());
  }
  co_return false;
}

}  // namespace crmsync::daemon
