// Clocks that a test moves. Two ways of sleeping: for real, where other threads do the work, or by
// skipping to the next wake-up when nothing else can happen, where everything runs on one thread.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/http/event.hpp"
#include "connectors/http/system_runtime.hpp"

#include <chrono>
#include <map>
#include <memory>

namespace crmsync::tests::conformance {

using std::chrono::milliseconds;

enum class Sleep { really, by_skipping };

class TestRuntime final : public connectors::Runtime {
 public:
  TestRuntime(connectors::asio::io_context& io, Sleep sleep)
      : io_(io), system_(io, 1), sleep_(sleep) {}

  void move(milliseconds by) noexcept { offset_ += by; }
  // Runs one event, or skips to the next wake-up when there is none. False: nothing happened.
  bool turn();

  connectors::Executor executor() noexcept override { return system_.executor(); }
  engine::Timestamp now() noexcept override;
  std::chrono::steady_clock::time_point steady_now() noexcept override;
  connectors::Task<bool> sleep(milliseconds delay) override;
  double random01() noexcept override { return system_.random01(); }

 private:
  struct Sleeper {
    connectors::http::Timer timer;
    bool due = false;
  };
  bool wake_due();

  connectors::asio::io_context& io_;
  connectors::SystemRuntime system_;
  Sleep sleep_;
  std::chrono::steady_clock::duration offset_{0};
  std::multimap<std::chrono::steady_clock::time_point, std::shared_ptr<Sleeper>> sleepers_;
};

}  // namespace crmsync::tests::conformance
