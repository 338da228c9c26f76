// A small HTTP/1.1 server over TCP or a Unix socket: for webhooks, the control socket and the
// simulator. Every limit is enforced before a handler sees the request.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/http/message.hpp"
#include "connectors/runtime.hpp"
#include "engine/error.hpp"

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace crmsync::connectors::http {

struct ServerLimits {
  std::size_t header_bytes_max = 8u << 10;          // 431 past it
  std::size_t body_bytes_max = 1u << 20;            // 413 past it
  std::chrono::milliseconds header_timeout{5'000};  // from the first byte or the accept
  std::chrono::milliseconds body_timeout{10'000};
  std::chrono::milliseconds idle_timeout{30'000};  // between requests
  // A reader that takes an answer more slowly (after body_timeout of grace) is closed.
  std::size_t answer_bytes_per_s_min = 64u << 10;
  std::size_t connections_max = 256;  // closed at once past it
  std::size_t connections_per_ip_max = 256;
};

// Who is asking. On a Unix socket the credentials of the peer at connect time (SO_PEERCRED).
struct Peer {
  std::string address;  // TCP: the IP; Unix: empty
  std::optional<uid_t> uid;
  std::optional<gid_t> gid;
};

using Handler = std::function<Task<Response>(Request, Peer)>;

class Server {
 public:
  virtual ~Server() = default;
  // The address really bound: "127.0.0.1:43121" or the socket path.
  virtual std::string address() const = 0;
  // Stops accepting, lets running handlers finish for at most `grace`, closes the rest.
  virtual Task<void> stop(std::chrono::milliseconds grace) = 0;
};

// address: "HOST:PORT" (port 0: any) or "unix:/path" (mode 0660 set before listening; an old
// socket file nobody listens on is replaced).
engine::Result<std::unique_ptr<Server>> serve(std::string address, ServerLimits limits,
                                              Handler handler, Runtime& runtime);

}  // namespace crmsync::connectors::http
