// SPDX-License-Identifier: Apache-2.0
#include "daemon/crash_point.hpp"

#include <csignal>
#include <cstdlib>
#include <memory>
#include <string>

namespace crmsync::daemon {

CrashProbe crash_probe_from_environment() {
  char const* text = std::getenv("CRMSYNC_CRASH_AT");
  if (text == nullptr || *text == '\0') return {};
  std::string point(text);
  auto left = std::make_shared<long>(1);
  if (auto const colon = point.find(':'); colon != std::string::npos) {
    *left = std::strtol(point.c_str() + colon + 1, nullptr, 10);
    point.resize(colon);
  }
  return [point, left](std::string_view reached) {
    if (reached == point && --*left <= 0) std::raise(SIGKILL);
  };
}

}  // namespace crmsync::daemon
