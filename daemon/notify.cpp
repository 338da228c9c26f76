// SPDX-License-Identifier: Apache-2.0
#include "daemon/notify.hpp"

#include <systemd/sd-daemon.h>

#include <cstdint>

namespace crmsync::daemon::notify {

namespace {
constexpr std::chrono::seconds kStatusEvery{5};
}

void ready() {
  sd_notify(0, "READY=1");
}

void reloading() {
  sd_notify(0, "RELOADING=1");
}

void stopping() {
  sd_notify(0, "STOPPING=1");
}

void alive(std::chrono::steady_clock::time_point now, std::string const& status) {
  static std::chrono::steady_clock::time_point next_watchdog{}, next_status{};
  static std::string last;
  static std::uint64_t const watchdog_micros = [] {
    std::uint64_t micros = 0;
    return sd_watchdog_enabled(0, &micros) > 0 ? micros : 0;
  }();
  if (watchdog_micros > 0 && now >= next_watchdog) {
    sd_notify(0, "WATCHDOG=1");
    next_watchdog = now + std::chrono::microseconds(watchdog_micros / 3);
  }
  if (status != last && now >= next_status) {
    sd_notify(0, ("STATUS=" + status).c_str());
    last = status;
    next_status = now + kStatusEvery;
  }
}

}  // namespace crmsync::daemon::notify
