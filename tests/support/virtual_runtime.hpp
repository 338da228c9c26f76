// A Runtime whose time moves only when the test says so.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/http/event.hpp"
#include "connectors/runtime.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <chrono>
#include <exception>
#include <map>
#include <utility>

namespace crmsync::connectors {

class VirtualRuntime final : public Runtime {
 public:
  Executor executor() noexcept override { return io_.get_executor(); }
  engine::Timestamp now() noexcept override {
    auto const passed = std::chrono::duration_cast<std::chrono::microseconds>(now_ - start);
    return {wall_start_micros + passed.count()};
  }
  std::chrono::steady_clock::time_point steady_now() noexcept override { return now_; }
  Task<bool> sleep(std::chrono::milliseconds delay) override {
    auto const due = now_ + delay;
    http::Event event(io_.get_executor());
    auto const at = sleepers_.emplace(due, &event);
    struct Leave {
      std::multimap<TimePoint, http::Event*>& sleepers;
      std::multimap<TimePoint, http::Event*>::iterator at;
      ~Leave() { sleepers.erase(at); }
    } const leave{sleepers_, at};
    bool const woken = co_await event.wait();
    co_return woken;
  }
  double random01() noexcept override { return 0.5; }

  // Runs what is ready, then lets time pass from timer to timer.
  void advance(std::chrono::milliseconds by) {
    auto const end = now_ + by;
    settle();
    while (!sleepers_.empty() && sleepers_.begin()->first <= end) {
      now_ = std::max(now_, sleepers_.begin()->first);
      sleepers_.begin()->second->set();
      settle();
    }
    now_ = end;
  }
  void settle() {
    io_.restart();
    io_.poll();
  }
  template <class T>
  void spawn(Task<T> task) {
    asio::co_spawn(io_, std::move(task), [](std::exception_ptr error, auto const&...) {
      if (error) std::rethrow_exception(error);
    });
  }

 private:
  using TimePoint = std::chrono::steady_clock::time_point;
  static constexpr TimePoint start{std::chrono::hours(1)};
  static constexpr std::int64_t wall_start_micros = 1'767'225'600'000'000;  // 2026-01-01
  TimePoint now_ = start;
  std::multimap<TimePoint, http::Event*> sleepers_;
  asio::io_context io_{1};  // last: what still sleeps when it goes leaves the sleepers
};

}  // namespace crmsync::connectors
