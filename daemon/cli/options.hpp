// What was typed, and where answers go: data on stdout, notices on stderr.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/service.hpp"

#include <cstdio>
#include <string>
#include <vector>

namespace crmsync::daemon::cli {

struct Options {
  std::string socket = "/run/crmsync/control.sock";
  bool json = false;
  bool yes = false;
  std::string mapping, key, field, id, take, value, link, path, config = "/etc/crmsync", state;
  std::vector<std::string> files;
  int limit = 20;
  bool detailed = false;
};

inline int code(ExitCode one) {
  return static_cast<int>(one);
}
inline void print(std::string const& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}
inline void complain(std::string const& text) {
  std::fwrite(text.data(), 1, text.size(), stderr);
}

}  // namespace crmsync::daemon::cli
