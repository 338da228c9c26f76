// The simulation's state passes the suite that LMDB passes: what is proven on one holds for the
// other.
// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/memory_store.hpp"
#include "tests/unit/state/store_suite.hpp"

#include <condition_variable>
#include <cstdio>
#include <map>
#include <memory>
#include <mutex>
#include <thread>

namespace crmsync::state::tests {
namespace {

using simulation::Disk;
using simulation::MemoryStore;

// A thread on which syncs end a little later, as they do on a disk.
class SyncThread {
 public:
  SyncThread() : thread_([this] { run(); }) {}
  // Runs what is left, also what that posts.
  void finish() {
    {
      std::lock_guard const lock(mutex_);
      closing_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }
  void post(std::function<void()> task) {
    {
      std::lock_guard const lock(mutex_);
      tasks_.push_back(std::move(task));
    }
    wake_.notify_one();
  }

 private:
  void run() {
    for (;;) {
      std::function<void()> task;
      {
        std::unique_lock lock(mutex_);
        wake_.wait(lock, [this] { return closing_ || !tasks_.empty(); });
        if (tasks_.empty()) return;
        task = std::move(tasks_.front());
        tasks_.pop_front();
      }
      std::this_thread::sleep_for(std::chrono::microseconds(200));  // the disk
      task();
    }
  }
  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> tasks_;
  bool closing_ = false;
  std::thread thread_;
};

class ThreadedStore final : public MemoryStore {
 public:
  ThreadedStore(std::shared_ptr<Disk> disk, std::shared_ptr<SyncThread> thread)
      : MemoryStore(
            std::move(disk),
            {.after_sync = [thread](std::function<void()> task) { thread->post(std::move(task)); },
             .refuse = {},
             .on_durable = {},
             .power_fails = {}}),
        thread_(std::move(thread)) {}
  ~ThreadedStore() override { thread_->finish(); }

 private:
  std::shared_ptr<SyncThread> thread_;
};

Result<std::unique_ptr<StateStore>> open_memory(std::filesystem::path const& folder) {
  static std::map<std::string, std::shared_ptr<Disk>> disks;  // a disk outlives its store
  auto& disk = disks[folder.string()];
  if (!disk) {
    disk = std::make_shared<Disk>();
    char id[33];
    std::snprintf(id, sizeof id, "%032zx", disks.size());
    disk->state_id = id;
  }
  return std::unique_ptr<StateStore>(
      std::make_unique<ThreadedStore>(disk, std::make_shared<SyncThread>()));
}

INSTANTIATE_TEST_SUITE_P(Memory, StoreSuite,
                         ::testing::Values(Implementation{"memory", open_memory}),
                         [](auto const& test) { return test.param.name; });

}  // namespace
}  // namespace crmsync::state::tests
