// SPDX-License-Identifier: Apache-2.0
#include "tests/support/child_process.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace crmsync::tests {

namespace {

using Clock = std::chrono::steady_clock;
constexpr std::chrono::milliseconds kLook{5};

int open_log(std::string const& path) {
  return ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
}

}  // namespace

ChildProcess::ChildProcess(std::vector<std::string> argv, std::string log_prefix,
                           std::map<std::string, std::string> const& environment)
    : out_path_(log_prefix + ".out"), err_path_(log_prefix + ".err") {
  std::filesystem::remove(out_path_);
  std::vector<char*> arguments;
  for (auto& one : argv) arguments.push_back(one.data());
  arguments.push_back(nullptr);
  int const out = open_log(out_path_);
  int const err = open_log(err_path_);
  pid_ = ::fork();
  if (pid_ < 0) throw std::runtime_error("fork failed");
  if (pid_ == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);  // a dying test leaves nobody behind
    ::dup2(out, STDOUT_FILENO);
    ::dup2(err, STDERR_FILENO);
    for (auto const& [name, value] : environment) ::setenv(name.c_str(), value.c_str(), 1);
    ::execv(arguments[0], arguments.data());
    ::_exit(127);
  }
  ::close(out);
  ::close(err);
}

ChildProcess::~ChildProcess() {
  if (!running()) return;
  signal(SIGKILL);
  wait_exit(std::chrono::seconds(10));
}

bool ChildProcess::running() {
  return !wait_exit(std::chrono::milliseconds(0));
}

std::optional<Exit> ChildProcess::wait_exit(std::chrono::milliseconds at_most) {
  auto const deadline = Clock::now() + at_most;
  while (!exit_) {
    int status = 0;
    if (::waitpid(pid_, &status, WNOHANG) == pid_) {
      Exit ended;
      if (WIFEXITED(status)) ended.code = WEXITSTATUS(status);
      if (WIFSIGNALED(status)) ended.signal = WTERMSIG(status);
      exit_ = ended;
      break;
    }
    if (Clock::now() >= deadline) break;
    std::this_thread::sleep_for(kLook);
  }
  return exit_;
}

std::optional<std::string> ChildProcess::wait_line(std::string const& prefix,
                                                   std::chrono::milliseconds at_most) {
  auto const deadline = Clock::now() + at_most;
  while (true) {
    bool const alive = running();
    std::istringstream lines(out());
    for (std::string line; std::getline(lines, line);)
      if (line.starts_with(prefix)) return line;
    if (!alive || Clock::now() >= deadline) return std::nullopt;
    std::this_thread::sleep_for(kLook);
  }
}

void ChildProcess::signal(int number) const {
  ::kill(pid_, number);
}
std::string ChildProcess::out() const {
  return read_file(out_path_);
}
std::string ChildProcess::err() const {
  return read_file(err_path_);
}

TempFolder::TempFolder() {
  auto pattern = (std::filesystem::temp_directory_path() / "crmsync-test-XXXXXX").string();
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("no temporary folder");
  path_ = pattern;
}

TempFolder::~TempFolder() {
  if (std::getenv("CRMSYNC_KEEP") != nullptr) return;
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void write_file(std::string const& path, std::string const& text, unsigned mode) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  {
    std::ofstream file(path, std::ios::trunc | std::ios::binary);
    file << text;
    if (!file) throw std::runtime_error("cannot write " + path);
  }
  ::chmod(path.c_str(), mode);
}

std::string read_file(std::string const& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::string program(std::string const& name) {
  return std::string(CRMSYNC_BINARY_DIR) + "/bin/" + name;
}

}  // namespace crmsync::tests
