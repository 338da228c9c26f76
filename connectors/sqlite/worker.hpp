// The one thread on which a connection's blocking calls run, in order. Callers stay on the control
// thread and are resumed there.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/runtime.hpp"
#include "connectors/sqlite/database.hpp"
#include "connectors/task.hpp"

#include <boost/asio/thread_pool.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace crmsync::connectors::sqlite {

// Built, used and destroyed on the control thread. Every await has ended before it goes away.
class Worker {
 public:
  Worker(Runtime& runtime, std::string connection, std::string path,
         std::chrono::milliseconds busy_timeout);
  Worker(Worker const&) = delete;
  Worker& operator=(Worker const&) = delete;
  // Work under way ends as cancelled, within SQLite's next few steps.
  ~Worker();

  // Runs `work` on the thread with the database open. transient when `deadline` passes first,
  // cancelled when the awaiting coroutine is cancelled; work of either kind is rolled back.
  template <class T>
  Task<engine::Result<T>> call(std::string doing, std::chrono::milliseconds deadline,
                               std::function<engine::Result<T>(Database&)> work) {
    auto answer = std::make_shared<std::optional<engine::Result<T>>>();
    auto job = std::make_shared<Job>();
    job->doing = std::move(doing);
    job->work = [answer, work = std::move(work)](Database& database, engine::Status opened) {
      if (opened)
        answer->emplace(work(database));
      else
        answer->emplace(opened.error());
    };
    co_await run(job, deadline);
    engine::Result<T> result = std::move(**answer);
    co_return result;
  }

 private:
  struct Job {
    std::string doing;
    std::function<void(Database&, engine::Status)> work;
    std::atomic<Stop> stop{Stop::no};
    asio::cancellation_signal end_watch;
  };

  Task<void> run(std::shared_ptr<Job> job, std::chrono::milliseconds deadline);
  static Task<void> watch(Runtime& runtime, std::shared_ptr<Job> job,
                          std::chrono::milliseconds deadline);
  void perform(Job& job);

  Runtime& runtime_;
  std::atomic<bool> closing_{false};
  Database database_;         // used on the thread only
  asio::thread_pool thread_;  // goes first: joins before the database closes
};

}  // namespace crmsync::connectors::sqlite
