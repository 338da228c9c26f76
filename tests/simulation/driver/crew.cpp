// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/driver/crew.hpp"

#include <poll.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <exception>
#include <system_error>
#include <utility>

namespace crmsync::simulation {

namespace {

constexpr int kJobFailed = 70;

[[noreturn]] void fail(char const* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

// In the child. Its standard error is closed: what a job has to say is its text.
[[noreturn]] void work(Crew::Job const& job, int pipe, std::chrono::seconds job_max) {
  std::fclose(stderr);
  ::alarm(static_cast<unsigned>(job_max.count()));
  try {
    auto const text = job();
    for (std::size_t at = 0; at < text.size();) {
      auto const written = ::write(pipe, text.data() + at, text.size() - at);
      if (written <= 0) ::_exit(kJobFailed);
      at += static_cast<std::size_t>(written);
    }
  } catch (std::exception const&) {
    ::_exit(kJobFailed);
  }
  ::_exit(0);
}

}  // namespace

Crew::Crew(std::size_t workers, std::chrono::seconds job_max)
    : workers_(workers == 0 ? 1 : workers), job_max_(job_max) {}

Crew::~Crew() {
  for (auto const& one : running_) {
    ::kill(one.process, SIGKILL);
    ::waitpid(one.process, nullptr, 0);
    ::close(one.pipe);
  }
}

void Crew::start(Job const& job, Ended ended) {
  while (running_.size() >= workers_) wait_for_one();
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) != 0) fail("pipe");
  std::fflush(nullptr);
  auto const process = ::fork();
  if (process == 0) {
    ::close(ends[0]);
    work(job, ends[1], job_max_);
  }
  ::close(ends[1]);
  if (process < 0) {
    ::close(ends[0]);
    fail("fork");
  }
  running_.push_back({process, ends[0], {}, std::move(ended)});
}

void Crew::finish() {
  while (!running_.empty()) wait_for_one();
}

// Until one has ended; meanwhile what the others write is taken from them.
void Crew::wait_for_one() {
  std::vector<::pollfd> watched;
  for (auto const& one : running_) watched.push_back({one.pipe, POLLIN, 0});
  if (::poll(watched.data(), watched.size(), -1) < 0) {
    if (errno == EINTR) return;
    fail("poll");
  }
  for (std::size_t i = 0; i < watched.size(); ++i) {
    if (watched[i].revents == 0) continue;
    std::array<char, 65'536> chunk{};
    auto const size = ::read(watched[i].fd, chunk.data(), chunk.size());
    if (size > 0)
      running_[i].text.append(chunk.data(), static_cast<std::size_t>(size));
    else
      return collect(i);
  }
}

void Crew::collect(std::size_t index) {
  auto one = std::move(running_[index]);
  running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(index));
  ::close(one.pipe);
  int status = 0;
  if (::waitpid(one.process, &status, 0) != one.process) fail("waitpid");
  Ending ending;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
    ending.text = std::move(one.text);
  else
    ending.how = WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM ? Ending::How::endless
                                                                    : Ending::How::aborted;
  one.ended(std::move(ending));
}

Ending run_apart(std::chrono::seconds job_max, Crew::Job const& job) {
  Ending ending;
  Crew crew(1, job_max);
  crew.start(job, [&ending](Ending how) { ending = std::move(how); });
  crew.finish();
  return ending;
}

}  // namespace crmsync::simulation
