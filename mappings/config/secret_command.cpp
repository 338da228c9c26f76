// ${exec:[...]}: one program, no shell, bounded in time and output.
// SPDX-License-Identifier: Apache-2.0
#include "mappings/config/secrets.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <thread>

namespace crmsync::mappings {
namespace {

using Clock = std::chrono::steady_clock;

struct Pipe {
  int read_end = -1;
  int write_end = -1;
  Pipe() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) return;
    read_end = ends[0];
    write_end = ends[1];
  }
  Pipe(Pipe const&) = delete;
  Pipe& operator=(Pipe const&) = delete;
  ~Pipe() {
    if (read_end >= 0) ::close(read_end);
    close_write();
  }
  void close_write() {
    if (write_end >= 0) ::close(write_end);
    write_end = -1;
  }
};

// The child gets our environment, nothing to read, its output to us and its complaints nowhere: a
// secret store may print what must not reach a log. It leads a process group of its own, so that
// whatever it starts ends with it.
pid_t start(std::vector<std::string> const& argv, int output) {
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&actions);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output, 1);
  posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0);
  sigset_t none;
  sigemptyset(&none);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setpgroup(&attributes, 0);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETPGROUP);
  std::vector<char*> words;
  words.reserve(argv.size() + 1);
  for (auto const& word : argv) words.push_back(const_cast<char*>(word.c_str()));
  words.push_back(nullptr);
  pid_t child = -1;
  auto const error = ::posix_spawn(&child, words[0], &actions, &attributes, words.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  return error == 0 ? child : -1;
}

int remaining_ms(Clock::time_point deadline) {
  auto const left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now());
  return left.count() > 0 ? static_cast<int>(left.count()) : 0;
}

// What is wrong; empty when the child closed its output in time.
std::string read_output(int fd, std::size_t bytes_max, Clock::time_point deadline,
                        std::string& out) {
  char buffer[4096];
  while (true) {
    pollfd waiting{fd, POLLIN, 0};
    auto const ready = ::poll(&waiting, 1, remaining_ms(deadline));
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) return "took too long";
    auto const got = ::read(fd, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return "gave no readable output";
    if (got == 0) return {};
    out.append(buffer, static_cast<std::size_t>(got));
    if (out.size() > bytes_max) return "printed more than 64 KiB";
  }
}

// False when it did not end by itself before the deadline.
bool wait_for(pid_t child, Clock::time_point deadline, int& status) {
  constexpr std::chrono::milliseconds kStep{2};
  while (true) {
    auto const ended = ::waitpid(child, &status, WNOHANG);
    if (ended == child) return true;
    if (ended < 0 && errno != EINTR) return false;
    if (Clock::now() >= deadline) return false;
    std::this_thread::sleep_for(kStep);
  }
}

}  // namespace

CommandOutput run_command(std::vector<std::string> const& argv, std::size_t bytes_max,
                          std::chrono::milliseconds timeout) {
  auto const deadline = Clock::now() + timeout;
  Pipe pipe;
  if (pipe.write_end < 0) return {{}, "could not be started: no free descriptor"};
  auto const child = start(argv, pipe.write_end);
  if (child < 0) return {{}, "could not be started"};
  pipe.close_write();
  CommandOutput result;
  result.problem = read_output(pipe.read_end, bytes_max, deadline, result.bytes);
  int status = 0;
  if (!result.problem.empty() || !wait_for(child, deadline, status)) {
    ::kill(-child, SIGKILL);
    while (::waitpid(child, &status, 0) < 0 && errno == EINTR) {
    }
    if (result.problem.empty()) result.problem = "took too long";
  } else if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    result.problem = WIFEXITED(status)
                         ? "ended with exit code " + std::to_string(WEXITSTATUS(status))
                         : "was ended by signal " + std::to_string(WTERMSIG(status));
  }
  if (!result.problem.empty()) result.bytes.clear();
  return result;
}

}  // namespace crmsync::mappings
