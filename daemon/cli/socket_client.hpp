// One blocking HTTP exchange over the control socket.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/error.hpp"

#include <string>
#include <string_view>

namespace crmsync::daemon::cli {

struct Answer {
  int status = 0;
  std::string body;
};

// transient: the daemon cannot be reached there; the message says what to try.
engine::Result<Answer> exchange(std::string const& socket_path, std::string_view method,
                                std::string const& target, std::string const& body);

}  // namespace crmsync::daemon::cli
