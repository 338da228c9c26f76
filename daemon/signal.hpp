// Wakes one waiting loop: "there may be something to do". Notifications coalesce; one that comes
// before the wait is not lost. Control thread only.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/runtime.hpp"

#include <chrono>
#include <memory>

namespace crmsync::daemon {

class Signal {
 public:
  explicit Signal(connectors::Runtime& runtime);
  ~Signal();
  Signal(Signal const&) = delete;
  Signal& operator=(Signal const&) = delete;

  void notify();
  // Ends with the next notification or after `at_most`, whichever comes first.
  connectors::Task<void> wait(std::chrono::milliseconds at_most);

 private:
  struct Channel;
  connectors::Runtime& runtime_;
  std::unique_ptr<Channel> channel_;
};

}  // namespace crmsync::daemon
