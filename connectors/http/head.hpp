// The heads of requests and responses as bytes. Pure. What a caller hands in can never break out
// of its header: names and values are checked, never escaped.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/http/message.hpp"

#include <string>
#include <string_view>

namespace crmsync::connectors::http {

bool is_token(std::string_view text) noexcept;         // a method or a header name
bool is_header_value(std::string_view text) noexcept;  // no control characters but tab
bool is_target(std::string_view text) noexcept;        // "/..." of visible ASCII

// Reason phrase; "Unknown" for codes without one.
std::string_view reason(int status) noexcept;

// True when such a response carries a body (RFC 9110 6.4.1): not for 1xx, 204, 304.
bool status_has_body(int status) noexcept;

// Status line and headers up to the empty line. Framing headers (Content-Length,
// Transfer-Encoding, Connection) are ours: those in response.headers are left out, except that
// `keep_alive` already follows a "Connection: close" there. `date` is added unless one is there.
// Empty when a status, name or value cannot be sent.
std::string response_head(Response const& response, std::string_view connection,
                          std::string_view date);

// Request line and headers. Host and User-Agent are added unless the request has them. Empty when
// something in the request cannot be sent or it brings framing headers of its own.
std::string request_head(Request const& request, std::string_view host);

}  // namespace crmsync::connectors::http
