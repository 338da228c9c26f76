// SPDX-License-Identifier: Apache-2.0
#include "daemon/signal.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/experimental/channel.hpp>

namespace crmsync::daemon {

namespace asio = boost::asio;
using connectors::Executor;
using connectors::Task;
using connectors::use_task;

struct Signal::Channel {
  explicit Channel(Executor executor) : queue(executor, 1) {}
  asio::experimental::channel<Executor, void(boost::system::error_code)> queue;

  Task<void> receive() {
    auto const [error] = co_await queue.async_receive(asio::as_tuple(use_task));
    static_cast<void>(error);  // closed or cancelled: the waiter looks at its own state anyway
  }
};

Signal::Signal(connectors::Runtime& runtime)
    : runtime_(runtime), channel_(std::make_unique<Channel>(runtime.executor())) {}

Signal::~Signal() = default;

void Signal::notify() {
  static_cast<void>(channel_->queue.try_send(boost::system::error_code{}));
}

Task<void> Signal::wait(std::chrono::milliseconds at_most) {
  using asio::experimental::awaitable_operators::operator||;
  co_await (channel_->receive() || runtime_.sleep(at_most));
}

}  // namespace crmsync::daemon
