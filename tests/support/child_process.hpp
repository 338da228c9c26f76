// Real processes for tests that kill them for real.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace crmsync::tests {

struct Exit {
  std::optional<int> code;  // empty: ended by a signal
  std::optional<int> signal;
};

// stdout and stderr go to files, so that a child never blocks on a pipe nobody reads.
class ChildProcess {
 public:
  ChildProcess(std::vector<std::string> argv, std::string log_prefix,
               std::map<std::string, std::string> const& environment = {});
  ~ChildProcess();  // SIGKILL if it still runs
  ChildProcess(ChildProcess const&) = delete;
  ChildProcess& operator=(ChildProcess const&) = delete;

  // Waits until a line of stdout starts with `prefix`; empty when the child ended or time is up.
  std::optional<std::string> wait_line(std::string const& prefix,
                                       std::chrono::milliseconds at_most);
  void signal(int number) const;
  std::optional<Exit> wait_exit(std::chrono::milliseconds at_most);
  bool running();
  std::string out() const;
  std::string err() const;
  pid_t pid() const { return pid_; }

 private:
  std::string out_path_, err_path_;
  pid_t pid_ = -1;
  std::optional<Exit> exit_;
};

// An empty folder of this test, removed with it (kept when CRMSYNC_KEEP is set).
class TempFolder {
 public:
  TempFolder();
  ~TempFolder();
  TempFolder(TempFolder const&) = delete;
  TempFolder& operator=(TempFolder const&) = delete;
  std::string const& path() const { return path_; }
  std::string operator/(std::string const& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

void write_file(std::string const& path, std::string const& text, unsigned mode = 0644);
std::string read_file(std::string const& path);
std::string program(std::string const& name);  // a program of this build

}  // namespace crmsync::tests
