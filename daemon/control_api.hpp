// The control socket: /v1/... for the command, the page and curl alike. One table of routes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/http/server.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace crmsync::daemon {

class Service;

connectors::http::Handler control_handler(Service& service);

// One call: what the path's placeholders and the query held, decoded.
struct Call {
  std::string method;
  std::vector<std::string> parts;  // placeholders in order
  std::vector<std::pair<std::string, std::string>> query;
  std::string body;

  std::string_view query_value(std::string_view name) const;
};

struct Route {
  std::string_view method;
  std::string_view path;  // "/v1/records/*/*"
  bool writes;            // needs a listed user or the daemon's own
  connectors::Task<connectors::http::Response> (*answer)(Service&, Call);
  bool replaces_generation = false;  // cannot wait for itself to end
};

// The table, for tests and for the reference page.
std::vector<Route> const& control_routes();

connectors::http::Response json_response(int status, std::string body);
connectors::http::Response error_response(int status, engine::Error const& error);

}  // namespace crmsync::daemon
