// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/measure.hpp"

#include "tests/support/child_process.hpp"

#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>
#include <thread>

namespace crmsync::bench {

namespace {

std::uint64_t status_kib(pid_t pid, std::string const& name) {
  std::istringstream lines(tests::read_file("/proc/" + std::to_string(pid) + "/status"));
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with(name)) return std::stoull(line.substr(name.size()));
  return 0;
}

}  // namespace

std::uint64_t peak_rss_kib(pid_t pid) {
  return status_kib(pid, "VmHWM:");
}
std::uint64_t rss_kib(pid_t pid) {
  return status_kib(pid, "VmRSS:");
}

double cpu_seconds(pid_t pid) {
  auto const text = tests::read_file("/proc/" + std::to_string(pid) + "/stat");
  std::istringstream rest(text.substr(text.rfind(')') + 2));
  std::string skipped;
  for (int i = 0; i < 11; ++i) rest >> skipped;
  double user = 0, system = 0;
  rest >> user >> system;
  return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double own_cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

double percentile(std::vector<double> samples, double p) {
  if (samples.empty()) return 0;
  std::ranges::sort(samples);
  auto const at = static_cast<std::size_t>(p * static_cast<double>(samples.size() - 1));
  return samples[at];
}

std::string machine() {
  std::string model = "unknown processor";
  std::istringstream lines(tests::read_file("/proc/cpuinfo"));
  for (std::string line; std::getline(lines, line);)
    if (line.starts_with("model name")) {
      model = line.substr(line.find(':') + 2);
      break;
    }
  utsname kernel{};
  ::uname(&kernel);
  return model + ", " + std::to_string(std::thread::hardware_concurrency()) + " cores, Linux " +
         kernel.release;
}

}  // namespace crmsync::bench
