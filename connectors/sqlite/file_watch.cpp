// SPDX-License-Identifier: Apache-2.0
#include "connectors/sqlite/file_watch.hpp"

#include "connectors/sqlite/tuning.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>

#include <sys/inotify.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>

namespace crmsync::connectors::sqlite {

// Ends a wait after its time. Shared with the coroutine that sleeps, which may end later.
struct FileWatch::Alarm {
  asio::cancellation_signal stop;
  asio::posix::basic_stream_descriptor<Executor>* waits = nullptr;

  static Task<void> run(std::shared_ptr<Alarm> alarm, Runtime& runtime,
                        std::chrono::milliseconds after) {
    bool const passed = co_await runtime.sleep(after);
    if (!passed || alarm->waits == nullptr) co_return;
    boost::system::error_code ignored;
    alarm->waits->cancel(ignored);
  }
};

FileWatch::FileWatch(Runtime& runtime) : runtime_(runtime), descriptor_(runtime.executor()) {
  int const fd = ::inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  boost::system::error_code error;
  if (fd >= 0) descriptor_.assign(fd, error);
  if (error) ::close(fd);
  failed_ = !descriptor_.is_open();
}

bool FileWatch::reliable() const noexcept {
  return !failed_ && misses_ < kWatchMissesMax;
}

void FileWatch::follow(std::string const& path) noexcept {
  if (!descriptor_.is_open()) return;
  int const fd = descriptor_.native_handle();
  int const database = ::inotify_add_watch(fd, path.c_str(), IN_MODIFY);
  // Out of watches, or a file that may not be watched: said once, then it stays that way.
  if (database < 0 && errno != ENOENT) failed_ = true;
  // Exists only in WAL mode, and then as long as a connection is open, ours for example.
  int const log = ::inotify_add_watch(fd, (path + "-wal").c_str(), IN_MODIFY);
  if ((database >= 0 && database != database_) || (log >= 0 && log != log_)) followed_ = true;
  // Another file has the name now. The kernel has forgotten a file that is gone by itself.
  if (database_ >= 0 && database != database_) ::inotify_rm_watch(fd, database_);
  if (log_ >= 0 && log != log_) ::inotify_rm_watch(fd, log_);
  database_ = database;
  log_ = log;
}

bool FileWatch::take() {
  bool written = followed_.exchange(false);
  if (!descriptor_.is_open()) return written;
  alignas(inotify_event) std::array<char, 4096> events;
  // Bounded: who writes faster than this reads has been heard.
  for (int i = 0; i < 16; ++i) {
    ssize_t const got = ::read(descriptor_.native_handle(), events.data(), events.size());
    if (got <= 0) break;
    written = true;
  }
  return written;
}

Task<bool> FileWatch::wait(std::chrono::milliseconds at_most) {
  auto const alarm = std::make_shared<Alarm>();
  alarm->waits = &descriptor_;
  asio::co_spawn(runtime_.executor(), Alarm::run(alarm, runtime_, at_most),
                 asio::bind_cancellation_slot(alarm->stop.slot(), [alarm](std::exception_ptr) {}));
  auto const [error] = co_await descriptor_.async_wait(asio::posix::descriptor_base::wait_read,
                                                       asio::as_tuple(use_task));
  alarm->waits = nullptr;
  alarm->stop.emit(asio::cancellation_type::terminal);
  static_cast<void>(error);  // aborted by the alarm, or by who cancelled us
  auto const state = co_await asio::this_coro::cancellation_state;
  co_return state.cancelled() == asio::cancellation_type::none;
}

}  // namespace crmsync::connectors::sqlite
