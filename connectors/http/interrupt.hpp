// How a send in progress is ended from outside: by its deadline, or because the client goes away.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <utility>

namespace crmsync::connectors::http {

// Whoever is about to wait says how that wait is ended; fire() does it and stays fired.
class Interrupt {
 public:
  // While it lives, `end` is what ends the wait in progress. Scopes nest like the awaits do.
  class [[nodiscard]] Scope {
   public:
    Scope(Interrupt& interrupt, std::function<void()> end)
        : interrupt_(interrupt), outer_(std::exchange(interrupt.end_, std::move(end))) {}
    ~Scope() { interrupt_.end_ = std::move(outer_); }
    Scope(Scope const&) = delete;
    Scope& operator=(Scope const&) = delete;

   private:
    Interrupt& interrupt_;
    std::function<void()> outer_;
  };

  void fire() {
    fired_ = true;
    end_wait();
  }
  bool fired() const noexcept { return fired_; }
  // Ends the wait in progress only, e.g. for a step with a deadline of its own.
  void end_wait() {
    if (!end_) return;
    auto const end = end_;  // it may run code that leaves the scope
    end();
  }

 private:
  std::function<void()> end_;
  bool fired_ = false;
};

}  // namespace crmsync::connectors::http
