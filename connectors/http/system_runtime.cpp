// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/system_runtime.hpp"

#include "connectors/http/event.hpp"

namespace crmsync::connectors {

SystemRuntime::SystemRuntime(asio::io_context& io, std::uint64_t seed)
    : executor_(io.get_executor()), engine_(seed) {}

Executor SystemRuntime::executor() noexcept {
  return executor_;
}

engine::Timestamp SystemRuntime::now() noexcept {
  auto const since_epoch = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::microseconds>(since_epoch).count()};
}

std::chrono::steady_clock::time_point SystemRuntime::steady_now() noexcept {
  return std::chrono::steady_clock::now();
}

Task<bool> SystemRuntime::sleep(std::chrono::milliseconds delay) {
  auto const state = co_await asio::this_coro::cancellation_state;
  if (state.cancelled() != asio::cancellation_type::none) co_return false;
  http::Timer timer(executor_, delay);
  auto const [error] = co_await timer.async_wait(asio::as_tuple(use_task));
  co_return !error;
}

double SystemRuntime::random01() noexcept {
  // 53 bits: every double in [0, 1) of that grid, never 1.
  return static_cast<double>(engine_() >> 11) * 0x1.0p-53;
}

}  // namespace crmsync::connectors
