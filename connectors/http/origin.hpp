// Where a client may send to: the parsed base URL and the rules on addresses. Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/error.hpp"

#include <boost/asio/ip/address.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace crmsync::connectors::http {

struct Origin {
  bool secure = true;
  std::string host;  // lower case, without brackets; empty for a Unix socket
  std::uint16_t port = 443;
  std::optional<boost::asio::ip::address> literal;  // the host is an address, not a name
  std::string socket_path;                          // "unix:/path": this socket instead of TCP
  std::string text;         // for messages: scheme, host and port, never a credential
  std::string host_header;  // as the Host header wants it
};

// "https://host[:port]", "http://LOOPBACK[:port]" or "unix:/path". config_invalid names the URL
// (without what may be a credential) and what is wrong with it: other schemes, plain http to
// anything but a loopback address, user information, a path, a query, a fragment.
engine::Result<Origin> parse_origin(std::string_view base_url);

// Whether a name may lead to this address. Never: link-local, metadata services, unspecified and
// multicast addresses (a name there is a trick to make us talk to the machine's surroundings).
// Loopback only when the admin asked for it: by name, by address, or by pinning a CA.
bool may_connect(boost::asio::ip::address const& address, bool loopback_allowed) noexcept;

// 127.0.0.0/8 or ::1, also written as IPv4-mapped IPv6.
bool is_loopback(boost::asio::ip::address const& address) noexcept;

}  // namespace crmsync::connectors::http
