// What systemd is told: ready, alive, status line, stopping. Does nothing outside systemd.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

namespace crmsync::daemon::notify {

void ready();
// Call often from the control loop: sends the watchdog's sign of life in time, and STATUS= when it
// changed. That the loop turns is what the sign of life means.
void alive(std::chrono::steady_clock::time_point now, std::string const& status);
void reloading();
void stopping();

}  // namespace crmsync::daemon::notify
