// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/deadline.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>

#include <utility>

namespace crmsync::connectors::http {

struct Deadline::State {
  explicit State(std::function<void()> what) : act(std::move(what)) {}
  std::function<void()> act;
  asio::cancellation_signal cancel;
  bool live = true;
  bool expired = false;

  static Task<void> run(std::shared_ptr<State> state, Runtime& runtime,
                        std::chrono::milliseconds after) {
    bool const slept = co_await runtime.sleep(after);
    if (!slept || !state->live) co_return;
    state->expired = true;
    auto const act = std::move(state->act);
    act();
  }
};

Deadline::Deadline(Runtime& runtime, std::chrono::milliseconds after, std::function<void()> act)
    : state_(std::make_shared<State>(std::move(act))) {
  // The completion keeps the signal until its slot is unused.
  asio::co_spawn(
      runtime.executor(), State::run(state_, runtime, after),
      asio::bind_cancellation_slot(state_->cancel.slot(), [state = state_](std::exception_ptr) {}));
}

Deadline::~Deadline() {
  state_->live = false;
  state_->act = nullptr;
  state_->cancel.emit(asio::cancellation_type::terminal);
}

bool Deadline::expired() const noexcept {
  return state_->expired;
}

}  // namespace crmsync::connectors::http
