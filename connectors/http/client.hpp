// One HTTP/1.1 client per origin: keep-alive pool, deadlines, size limits, no redirects, TLS by
// the one safe factory (tls.hpp).
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/http/message.hpp"
#include "connectors/runtime.hpp"
#include "engine/error.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace crmsync::connectors::http {

struct ClientOptions {
  std::string base_url;  // "https://api.hubapi.com"; plain http only to a loopback address
  std::size_t connections_max = 8;
  std::size_t response_bytes_max = 32u << 20;
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds idle_keep{30'000};
  std::string ca_file;  // tests: trust this CA instead of the system's
};

// What a request fails with: transient (maybe_applied says whether bytes had left), limit_exceeded
// (answer too large), cancelled. Any answered status, also 500, is a Response.
class Client {
 public:
  virtual ~Client() = default;
  virtual Task<engine::Result<Response>> send(Request request,
                                              std::chrono::milliseconds deadline) = 0;
};

engine::Result<std::unique_ptr<Client>> make_client(ClientOptions options, Runtime& runtime);

}  // namespace crmsync::connectors::http
