// The Runtime of production: the system's clocks and the timers of one io_context.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/runtime.hpp"

#include <chrono>
#include <cstdint>
#include <random>

namespace crmsync::connectors {

// Belongs to the thread that runs `io`, which must outlive it.
class SystemRuntime final : public Runtime {
 public:
  // seed: where the jitter starts; the daemon takes it from the system's random device once.
  SystemRuntime(asio::io_context& io, std::uint64_t seed);

  Executor executor() noexcept override;
  engine::Timestamp now() noexcept override;
  std::chrono::steady_clock::time_point steady_now() noexcept override;
  Task<bool> sleep(std::chrono::milliseconds delay) override;
  double random01() noexcept override;

 private:
  Executor executor_;
  std::mt19937_64 engine_;
};

}  // namespace crmsync::connectors
