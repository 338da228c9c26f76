// Named places where a test ends the process as a power cut would.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/round.hpp"

namespace crmsync::daemon {

// CRMSYNC_CRASH_AT=POINT or POINT:N ends the process with SIGKILL the N-th time (default the first)
// the point is passed. Unset: an empty probe, which costs nothing.
CrashProbe crash_probe_from_environment();

// Every point a round passes, in order; the crash tests iterate over them.
inline constexpr std::string_view kCrashPoints[] = {
    "before_intents",  "after_intents",  "before_send_app", "after_send_app",
    "before_send_crm", "after_send_crm", "before_outcomes", "after_outcomes",
};

}  // namespace crmsync::daemon
