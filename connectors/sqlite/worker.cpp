// SPDX-License-Identifier: Apache-2.0
#include "connectors/sqlite/worker.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <utility>

namespace crmsync::connectors::sqlite {

Worker::Worker(Runtime& runtime, std::string connection, std::string path,
               std::chrono::milliseconds busy_timeout)
    : runtime_(runtime),
      database_(std::move(connection), std::move(path), busy_timeout, closing_),
      thread_(1) {}

Worker::~Worker() {
  closing_.store(true);
  thread_.join();
}

void Worker::perform(Job& job) {
  auto opened = database_.begin_work(std::move(job.doing), &job.stop);
  job.work(database_, std::move(opened));
  // A defect that left a transaction open must not leak into the next call.
  database_.roll_back();
  database_.end_work();
}

// The deadline is watched on the control thread, so that only the handed-in clock counts.
Task<void> Worker::watch(Runtime& runtime, std::shared_ptr<Job> job,
                         std::chrono::milliseconds deadline) {
  bool const passed = co_await runtime.sleep(deadline);
  Stop expected = Stop::no;
  if (passed) job->stop.compare_exchange_strong(expected, Stop::deadline);
}

Task<void> Worker::run(std::shared_ptr<Job> job, std::chrono::milliseconds deadline) {
  auto const executor = runtime_.executor();
  asio::co_spawn(executor, watch(runtime_, job, deadline),
                 asio::bind_cancellation_slot(job->end_watch.slot(), asio::detached));
  auto initiation = [this, job, executor](auto handler) {
    auto slot = asio::get_associated_cancellation_slot(handler);
    if (slot.is_connected()) {
      slot.assign([job](asio::cancellation_type) {
        Stop expected = Stop::no;
        job->stop.compare_exchange_strong(expected, Stop::cancelled);
      });
    }
    auto guard = asio::make_work_guard(executor);
    asio::post(thread_, [this, job, executor, slot, guard = std::move(guard),
                         done = std::move(handler)]() mutable {
      perform(*job);
      // The last owner of everything the work holds must be the control thread.
      asio::post(executor, [job = std::move(job), slot, guard = std::move(guard),
                            done = std::move(done)]() mutable {
        if (slot.is_connected()) slot.clear();
        std::move(done)();
      });
    });
  };
  co_await asio::async_initiate<asio::use_awaitable_t<Executor> const, void()>(
      std::move(initiation), use_task);
  job->end_watch.emit(asio::cancellation_type::terminal);
}

}  // namespace crmsync::connectors::sqlite
