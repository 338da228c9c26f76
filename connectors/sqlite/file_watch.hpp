// Tells early that a database file is being written, so that commits need not be looked for all
// the time. A hint: a report says nothing about a commit, and on some file systems (network,
// FUSE) reports stay away, so a look now and then remains, and reports that stay away are counted.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/runtime.hpp"
#include "connectors/task.hpp"

#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include <atomic>
#include <chrono>
#include <string>

namespace crmsync::connectors::sqlite {

// Control thread, except for follow().
class FileWatch {
 public:
  explicit FileWatch(Runtime& runtime);

  // Watches the files that now are the database at `path` and its write-ahead log. Cheap when it
  // watches them already. Any one thread at a time.
  void follow(std::string const& path) noexcept;
  // Whether anything was written, or a file was followed for the first time, since the last take.
  bool take();
  // Ends at a report, after `at_most`, or false when the awaiting coroutine is cancelled.
  Task<bool> wait(std::chrono::milliseconds at_most);

  // A commit was found that no report announced.
  void note_miss() noexcept { ++misses_; }
  // False: looks have to do alone.
  bool reliable() const noexcept;

 private:
  struct Alarm;

  Runtime& runtime_;
  asio::posix::basic_stream_descriptor<Executor> descriptor_;
  int database_ = -1;  // inotify's numbers of what is watched
  int log_ = -1;
  std::atomic<bool> followed_{false};
  std::atomic<bool> failed_{false};
  int misses_ = 0;
};

}  // namespace crmsync::connectors::sqlite
