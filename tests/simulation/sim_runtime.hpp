// Virtual time. One heap of everything that will happen, ordered by (time, seeded tie); the
// daemon's coroutines run on one io_context that is polled between two events and never waits for a
// clock.
//
// Two kinds of events live in the heap. What the daemon waits for dies with the daemon: crash()
// destroys every coroutine where it stands, as a power cut would. What the world does (people,
// servers, clocks) goes on.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/runtime.hpp"
#include "tests/simulation/tape.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace crmsync::simulation {

using std::chrono::milliseconds;

// Microseconds since the simulation began.
using SimTime = std::int64_t;
inline constexpr SimTime kMilli = 1'000;
inline constexpr SimTime kSecond = 1'000'000;
inline constexpr SimTime kMinute = 60 * kSecond;
inline constexpr SimTime kHour = 60 * kMinute;

class SimRuntime final : public connectors::Runtime {
 public:
  SimRuntime(engine::Timestamp wall_start, Tape schedule, Tape jitter);
  ~SimRuntime() override;

  connectors::Executor executor() noexcept override { return context_->get_executor(); }
  engine::Timestamp now() noexcept override { return {wall_start_.micros + time_ + wall_skew_}; }
  std::chrono::steady_clock::time_point steady_now() noexcept override;
  connectors::Task<bool> sleep(milliseconds delay) override;
  double random01() noexcept override { return jitter_.unit(); }

  SimTime time() const noexcept { return time_; }
  // Time as nobody's clock shows it: what other systems' clocks are set from.
  engine::Timestamp true_time() const noexcept { return {wall_start_.micros + time_}; }
  // The daemon's wall clock is off by this much; it may be set at any time.
  void set_wall_skew(SimTime skew) noexcept { wall_skew_ = skew; }
  SimTime wall_skew() const noexcept { return wall_skew_; }
  // How long something takes: drawn from the schedule.
  milliseconds latency(milliseconds low, milliseconds high);

  // An event of the world.
  void at(SimTime when, std::function<void()> happens);
  void after(SimTime delay, std::function<void()> happens) {
    at(time_ + delay, std::move(happens));
  }
  // The next event and everything it makes ready, but not beyond `until`; false: none left.
  bool step(SimTime until);
  void run_until(SimTime until);
  std::uint64_t events() const noexcept { return events_; }

  // The power goes: no coroutine runs on. Whoever owned what they refer to may be destroyed now.
  void crash();
  // A new machine room; the old one must be unused.
  void boot();
  // The event that runs ends here; step() returns.
  void request_stop() noexcept { stop_requested_ = true; }
  bool stop_requested() const noexcept { return stop_requested_; }
  void forget_stop() noexcept { stop_requested_ = false; }

 private:
  // Its handlers can be destroyed before itself.
  class Context : public boost::asio::io_context {
   public:
    Context() : io_context(1) {}
    void kill() { shutdown(); }
  };
  struct Entry {
    SimTime time;
    std::uint32_t tie;
    std::uint64_t order;
    std::size_t slot;
    friend bool operator>(Entry const& a, Entry const& b) noexcept {
      if (a.time != b.time) return a.time > b.time;
      if (a.tie != b.tie) return a.tie > b.tie;
      return a.order > b.order;
    }
  };
  // A coroutine that sleeps.
  struct Waiter {
    virtual ~Waiter() = default;
    virtual void wake(bool in_time) = 0;
  };
  template <class Handler>
  struct HandlerWaiter final : Waiter {
    explicit HandlerWaiter(Handler sleeper) : handler(std::move(sleeper)) {}
    void wake(bool in_time) override {
      auto sleeper = std::move(handler);
      std::move(sleeper)(in_time);
    }
    Handler handler;
  };
  struct Slot {
    std::uint64_t order = 0;  // of the entry it belongs to; 0: free or cancelled
    std::function<void()> happens;
    std::unique_ptr<Waiter> waiter;
  };

  Slot& occupy(SimTime when);
  void cancel(std::size_t slot, std::uint64_t order);
  void settle();

  engine::Timestamp wall_start_;
  SimTime time_ = 0;
  SimTime wall_skew_ = 0;
  Tape schedule_;
  Tape jitter_;
  std::vector<Entry> heap_;
  std::vector<Slot> slots_;
  std::vector<std::size_t> free_;
  std::uint64_t next_order_ = 1;
  std::uint64_t events_ = 0;
  bool stop_requested_ = false;
  std::unique_ptr<Context> context_;
  std::optional<boost::asio::executor_work_guard<connectors::Executor>> work_;
};

}  // namespace crmsync::simulation
