// What a coroutine waits on when another one on the same thread must wake it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/task.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/basic_waitable_timer.hpp>

#include <chrono>

namespace crmsync::connectors::http {

using Timer = asio::basic_waitable_timer<std::chrono::steady_clock,
                                         asio::wait_traits<std::chrono::steady_clock>, Executor>;

// At most one waiter. A set() before the wait is kept, so that no wake-up is lost.
class Event {
 public:
  explicit Event(Executor executor) : timer_(executor, Timer::time_point::max()) {}

  void set() {
    set_ = true;
    timer_.cancel();
  }

  // Returns once set() was called, or when the awaiting coroutine is cancelled (then false).
  Task<bool> wait() {
    if (!set_) co_await timer_.async_wait(asio::as_tuple(use_task));
    bool const was_set = set_;
    set_ = false;
    co_return was_set;
  }

 private:
  Timer timer_;  // never expires by itself
  bool set_ = false;
};

}  // namespace crmsync::connectors::http
