// SPDX-License-Identifier: Apache-2.0
#include "daemon/sync_loop.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>
#include <exception>
#include <utility>

namespace crmsync::daemon {

using connectors::Task;
using engine::Side;

namespace {
constexpr std::size_t kIntentsPerRead = 500;
}  // namespace

SyncLoop::SyncLoop(MappingRun& run, state::StateStore& store, Intake& intake,
                   connectors::Runtime& runtime, Tuning const& tuning, CrashProbe const& probe)
    : run_(run),
      store_(store),
      intake_(intake),
      runtime_(runtime),
      tuning_(tuning),
      probe_(probe) {}

engine::Status SyncLoop::load_open_intents() {
  std::uint64_t after = 0;
  while (true) {
    auto rows = store_.intents_after(after, kIntentsPerRead);
    if (!rows) return rows.error();
    if (rows->empty()) return engine::Status{boost::system::in_place_value};
    for (auto& intent : *rows) {
      after = intent.op_id;
      if (intent.mapping != run_.id) continue;
      bool const by_app = !intent.app_key.empty();
      DirtyKey id{by_app ? Side::app : Side::crm, by_app ? intent.app_key : intent.crm_id};
      run_.dirty.force(std::move(id), intent.at, runtime_.steady_now());
      run_.open_intents[intent.op_id] = std::move(intent);
    }
  }
}

bool SyncLoop::may_work() const {
  if (run_.row.paused || !run_.app.ready || !run_.crm.ready) return false;
  // Until both sides were read completely nobody can tell who is missing; and nothing is written
  // before the admin has seen the first plan.
  return run_.snapshots_complete() && run_.may_write();
}

std::chrono::milliseconds SyncLoop::pause() const {
  auto const due = run_.dirty.next_due();
  if (!due) return tuning_.idle_pause;
  auto const left = std::chrono::ceil<std::chrono::milliseconds>(*due - runtime_.steady_now());
  return std::clamp(left, std::chrono::milliseconds(1), tuning_.idle_pause);
}

Task<void> SyncLoop::one_round(std::vector<Dirty> taken) {
  {
    Round round({run_, store_, runtime_, tuning_, probe_}, std::move(taken));
    co_await round.run();
  }
  --run_.rounds_in_flight;
  intake_.feed();
  run_.wake.notify();
}

bool SyncLoop::has_room() const {
  return may_work() && run_.rounds_in_flight < tuning_.rounds_in_flight_max;
}

bool SyncLoop::start_round() {
  if (!has_room()) return false;
  auto taken = run_.dirty.take(tuning_.batch_records_max, runtime_.steady_now());
  if (taken.empty()) return false;
  ++run_.rounds_in_flight;
  boost::asio::co_spawn(runtime_.executor(), one_round(std::move(taken)),
                        [](std::exception_ptr failure) {
                          if (failure) std::rethrow_exception(failure);
                        });
  return true;
}

Task<void> SyncLoop::run() {
  while (!run_.stopping) {
    if (start_round()) continue;
    co_await run_.wake.wait(has_room() ? pause() : tuning_.idle_pause);
  }
  while (run_.rounds_in_flight > 0) co_await run_.wake.wait(std::chrono::milliseconds(100));
}

}  // namespace crmsync::daemon
