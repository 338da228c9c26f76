// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/test_runtime.hpp"

namespace crmsync::tests::conformance {

namespace asio = connectors::asio;
using Timer = connectors::http::Timer;

namespace {

// Loopback traffic of our own thread shows within this time; silence means that all wait for time.
constexpr milliseconds kSilence{2};
constexpr milliseconds kWait{100};

}  // namespace

engine::Timestamp TestRuntime::now() noexcept {
  auto const offset = std::chrono::duration_cast<std::chrono::microseconds>(offset_);
  return {system_.now().micros + offset.count()};
}

std::chrono::steady_clock::time_point TestRuntime::steady_now() noexcept {
  return system_.steady_now() + offset_;
}

bool TestRuntime::wake_due() {
  if (sleepers_.empty() || sleepers_.begin()->first > steady_now()) return false;
  auto const sleeper = sleepers_.begin()->second;
  sleepers_.erase(sleepers_.begin());
  sleeper->due = true;
  sleeper->timer.cancel();
  return true;
}

bool TestRuntime::turn() {
  while (wake_due()) {
  }
  if (sleep_ == Sleep::really) return io_.run_one_for(kWait) != 0;
  if (io_.poll_one() != 0 || io_.run_one_for(kSilence) != 0) return true;
  if (sleepers_.empty()) return false;
  auto const due = sleepers_.begin()->first;
  offset_ += std::max(due - steady_now(), std::chrono::steady_clock::duration(0));
  return wake_due();
}

connectors::Task<bool> TestRuntime::sleep(milliseconds delay) {
  if (sleep_ == Sleep::really) {
    bool const slept = co_await system_.sleep(delay);
    co_return slept;
  }
  auto const state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none) co_return false;
  auto const sleeper =
      std::make_shared<Sleeper>(Sleeper{Timer(executor(), Timer::time_point::max()), false});
  auto const place = sleepers_.emplace(steady_now() + delay, sleeper);
  co_await sleeper->timer.async_wait(asio::as_tuple(connectors::use_task));
  if (!sleeper->due) sleepers_.erase(place);
  co_return sleeper->due;
}

}  // namespace crmsync::tests::conformance
