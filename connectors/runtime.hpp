// Time and randomness, handed in. Production uses the system's; the simulation owns a timer queue
// with virtual time. Nothing below daemon/ may ask a clock or a random device by itself.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/task.hpp"
#include "engine/value.hpp"

#include <chrono>
#include <cstdint>

namespace crmsync::connectors {

class Runtime {
 public:
  virtual ~Runtime() = default;

  virtual Executor executor() noexcept = 0;
  // Wall clock; may step. For stamps and for comparing with other systems' stamps.
  virtual engine::Timestamp now() noexcept = 0;
  // Never steps back. For deadlines, ages and rates.
  virtual std::chrono::steady_clock::time_point steady_now() noexcept = 0;
  // Completes after `delay`, or at once when the awaiting coroutine is cancelled (then false).
  virtual Task<bool> sleep(std::chrono::milliseconds delay) = 0;
  // Uniform in [0, 1). For jitter only, never for secrets.
  virtual double random01() noexcept = 0;
};

}  // namespace crmsync::connectors
