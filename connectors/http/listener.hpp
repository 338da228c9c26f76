// Opens the listening socket of a server address, TCP or Unix.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/http/server.hpp"

#include <sys/stat.h>

#include <string>
#include <string_view>

namespace crmsync::connectors::http {

struct Listener {
  int fd = -1;          // listening, non-blocking, close-on-exec; owned by the caller
  int family = 0;       // AF_INET, AF_INET6 or AF_UNIX
  std::string address;  // really bound
  // Unix: the socket file, and which one it was, so that only our own is removed later.
  std::string path;
  dev_t device = 0;
  ino_t inode = 0;
};

// config_invalid: not an address we can listen on; already_exists: somebody listens there;
// forbidden: no right to; internal: the system refused otherwise.
engine::Result<Listener> open_listener(std::string_view address);

// Removes the socket file if it is still the one that open_listener made.
void remove_socket_file(Listener const& listener) noexcept;

// Who is at the other end of an accepted socket.
Peer peer_of(int fd) noexcept;

}  // namespace crmsync::connectors::http
