// The one thread that writes. It takes whatever commits wait and gives them to run_batch together,
// so that they share one fsync: the longer a sync takes, the more the next one carries.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "state/state_store.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <span>
#include <thread>
#include <variant>
#include <vector>

namespace crmsync::state::lmdb {

struct CommitJob {
  Commit commit;
  Done done;
};
using TaskJob = std::function<void()>;

class StoreThread {
 public:
  // run_batch must not throw.
  explicit StoreThread(std::function<void(std::span<CommitJob>)> run_batch);
  StoreThread(StoreThread const&) = delete;
  StoreThread& operator=(StoreThread const&) = delete;
  // Runs what is queued, then ends.
  ~StoreThread();

  // Any thread. False when StateStore::kQueueMax jobs wait; the job then stays with the caller.
  bool submit(CommitJob& job);
  // Runs in its turn among the commits, between two batches.
  bool submit(TaskJob task);

 private:
  using Job = std::variant<CommitJob, TaskJob>;

  void run();
  // Waits; empty when the store closes.
  std::vector<Job> take();

  std::function<void(std::span<CommitJob>)> run_batch_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<Job> queue_;
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace crmsync::state::lmdb
