// Jobs in processes of their own, some at a time: what aborts or never ends there harms nobody
// here, and every core has work.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace crmsync::simulation {

struct Ending {
  enum class How { ran, aborted, endless };
  How how = How::ran;
  std::string text;  // what the job returned; empty unless it ran
};

class Crew {
 public:
  using Job = std::function<std::string()>;
  using Ended = std::function<void(Ending)>;

  // A job that takes longer than `job_max` of real time is killed: endless.
  Crew(std::size_t workers, std::chrono::seconds job_max);
  ~Crew();
  Crew(Crew const&) = delete;
  Crew& operator=(Crew const&) = delete;

  // Waits for a free place, then forks. `ended` runs in this process, inside start() or finish(),
  // in the order in which jobs end, and may start more. Throws std::system_error when the machine
  // has no process left.
  void start(Job const& job, Ended ended);
  // Returns when every job has ended.
  void finish();

 private:
  struct Running {
    ::pid_t process;
    int pipe;
    std::string text;
    Ended ended;
  };
  void wait_for_one();
  void collect(std::size_t index);

  std::size_t workers_;
  std::chrono::seconds job_max_;
  std::vector<Running> running_;
};

// One job; waits for it.
Ending run_apart(std::chrono::seconds job_max, Crew::Job const& job);

}  // namespace crmsync::simulation
