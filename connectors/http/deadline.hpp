// A deadline over any number of awaits: instead of one timer per await, one that acts.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/runtime.hpp"

#include <chrono>
#include <functional>
#include <memory>

namespace crmsync::connectors::http {

// Calls `act` once when `after` has passed, unless it is destroyed before. `act` makes the await
// that is in progress end (closes a socket, sets an Event); the code then asks expired().
class Deadline {
 public:
  Deadline(Runtime& runtime, std::chrono::milliseconds after, std::function<void()> act);
  ~Deadline();
  Deadline(Deadline const&) = delete;
  Deadline& operator=(Deadline const&) = delete;

  bool expired() const noexcept;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace crmsync::connectors::http
