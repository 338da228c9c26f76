// SPDX-License-Identifier: Apache-2.0
#include "state/lmdb/store_thread.hpp"

#include <utility>

namespace crmsync::state::lmdb {

namespace {

// Bounds of one transaction: far below LMDB's 131,072 dirty pages, far above what one fsync's time
// brings in.
constexpr std::size_t kBatchCommitsMax = 1'024;
constexpr std::size_t kBatchRowsMax = 8'192;
constexpr std::size_t kBatchBodyBytesMax = 32u << 20;  // webhook bodies: the only large rows

std::size_t rows_in(Commit const& c) noexcept {
  return c.intake.size() + c.webhooks.size() + c.match.size() + c.cursors.size() +
         c.mappings.size() + c.intents.size() + c.intents_done.size() + c.links.size() +
         c.bases.size() + c.links_gone.size() + c.parked.size() + c.parked_done.size() +
         c.errors.size() + c.errors_done.size() + c.held.size() + c.held_done.size() +
         c.history.size() + c.settled.size();
}

std::size_t body_bytes_in(Commit const& commit) noexcept {
  std::size_t bytes = 0;
  for (auto const& row : commit.webhooks) bytes += row.body.size();
  return bytes;
}

}  // namespace

StoreThread::StoreThread(std::function<void(std::span<CommitJob>)> run_batch)
    : run_batch_(std::move(run_batch)), thread_([this] { run(); }) {}

StoreThread::~StoreThread() {
  {
    std::lock_guard const lock(mutex_);
    closing_ = true;
  }
  wake_.notify_one();
  thread_.join();
}

bool StoreThread::submit(CommitJob& job) {
  {
    std::lock_guard const lock(mutex_);
    if (queue_.size() >= StateStore::kQueueMax) return false;
    queue_.emplace_back(std::move(job));
  }
  wake_.notify_one();
  return true;
}

bool StoreThread::submit(TaskJob task) {
  {
    std::lock_guard const lock(mutex_);
    if (queue_.size() >= StateStore::kQueueMax) return false;
    queue_.emplace_back(std::move(task));
  }
  wake_.notify_one();
  return true;
}

std::vector<StoreThread::Job> StoreThread::take() {
  std::unique_lock lock(mutex_);
  wake_.wait(lock, [this] { return closing_ || !queue_.empty(); });
  std::vector<Job> batch;
  std::size_t rows = 0;
  std::size_t body_bytes = 0;
  while (!queue_.empty() && batch.size() < kBatchCommitsMax && rows < kBatchRowsMax &&
         body_bytes < kBatchBodyBytesMax) {
    bool const task = std::holds_alternative<TaskJob>(queue_.front());
    if (task && !batch.empty()) break;
    if (!task) {
      auto const& commit = std::get<CommitJob>(queue_.front()).commit;
      rows += rows_in(commit);
      body_bytes += body_bytes_in(commit);
    }
    batch.push_back(std::move(queue_.front()));
    queue_.pop_front();
    if (task) break;
  }
  return batch;
}

void StoreThread::run() {
  for (auto batch = take(); !batch.empty(); batch = take()) {
    if (auto* task = std::get_if<TaskJob>(&batch.front())) {
      (*task)();
      continue;
    }
    std::vector<CommitJob> commits;
    commits.reserve(batch.size());
    for (auto& job : batch) commits.push_back(std::move(std::get<CommitJob>(job)));
    run_batch_(commits);
  }
}

}  // namespace crmsync::state::lmdb
