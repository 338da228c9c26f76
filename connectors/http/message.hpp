// Plain requests and responses. No Beast type leaves connectors/http.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crmsync::connectors::http {

using Headers = std::vector<std::pair<std::string, std::string>>;

// ASCII comparison without case, as header names are compared.
bool same_name(std::string_view a, std::string_view b) noexcept;

// First value of a header, names compared without case; null when it is not there.
std::string const* find_header(Headers const& headers, std::string_view name) noexcept;

struct Request {
  std::string method = "GET";
  std::string target = "/";  // path and query, already encoded
  Headers headers;
  std::string body;
};

struct Response {
  int status = 0;
  Headers headers;
  std::string body;
};

// Percent-encodes everything but unreserved characters (RFC 3986 2.3).
std::string encode_component(std::string_view text);
// Undoes it; '+' stays '+'. False when an escape is malformed.
bool decode_component(std::string_view text, std::string& out);

}  // namespace crmsync::connectors::http
