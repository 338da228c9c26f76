// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/head.hpp"

#include <boost/beast/http/status.hpp>

#include <algorithm>

namespace crmsync::connectors::http {
namespace {

bool token_char(char c) noexcept {
  if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9')) return true;
  return std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_framing(std::string_view name) noexcept {
  return same_name(name, "Content-Length") || same_name(name, "Transfer-Encoding") ||
         same_name(name, "Connection");
}

void append_header(std::string& out, std::string_view name, std::string_view value) {
  out.append(name).append(": ").append(value).append("\r\n");
}

bool can_send(Headers const& headers) noexcept {
  return std::all_of(headers.begin(), headers.end(), [](auto const& header) {
    return is_token(header.first) && is_header_value(header.second);
  });
}

}  // namespace

bool is_token(std::string_view text) noexcept {
  return !text.empty() && std::all_of(text.begin(), text.end(), token_char);
}

bool is_header_value(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) {
    auto const byte = static_cast<unsigned char>(c);
    return (byte >= 0x20 && byte != 0x7f) || c == '\t';
  });
}

bool is_target(std::string_view text) noexcept {
  return !text.empty() && text.front() == '/' &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

std::string_view reason(int status) noexcept {
  auto const known = boost::beast::http::int_to_status(static_cast<unsigned>(status));
  if (known == boost::beast::http::status::unknown) return "Unknown";
  auto const text = boost::beast::http::obsolete_reason(known);
  return {text.data(), text.size()};
}

bool status_has_body(int status) noexcept {
  return status >= 200 && status != 204 && status != 304;
}

std::string response_head(Response const& response, std::string_view connection,
                          std::string_view date) {
  if (response.status < 100 || response.status > 999 || !can_send(response.headers)) return {};
  std::string out;
  out.reserve(256 + 64 * response.headers.size());
  out.append("HTTP/1.1 ").append(std::to_string(response.status)).append(" ");
  out.append(reason(response.status)).append("\r\n");
  for (auto const& [name, value] : response.headers)
    if (!is_framing(name)) append_header(out, name, value);
  if (!date.empty() && find_header(response.headers, "Date") == nullptr)
    append_header(out, "Date", date);
  if (!connection.empty()) append_header(out, "Connection", connection);
  if (status_has_body(response.status))
    append_header(out, "Content-Length", std::to_string(response.body.size()));
  out.append("\r\n");
  return out;
}

std::string request_head(Request const& request, std::string_view host) {
  if (!is_token(request.method) || !is_target(request.target) || !can_send(request.headers))
    return {};
  std::string out;
  out.reserve(256 + request.target.size() + 64 * request.headers.size());
  out.append(request.method).append(" ").append(request.target).append(" HTTP/1.1\r\n");
  if (find_header(request.headers, "Host") == nullptr) append_header(out, "Host", host);
  if (find_header(request.headers, "User-Agent") == nullptr)
    append_header(out, "User-Agent", "crmsync");
  for (auto const& [name, value] : request.headers) {
    if (is_framing(name)) return {};
    append_header(out, name, value);
  }
  bool const bodiless = request.method == "GET" || request.method == "HEAD";
  if (!request.body.empty() || !bodiless)
    append_header(out, "Content-Length", std::to_string(request.body.size()));
  out.append("\r\n");
  return out;
}

}  // namespace crmsync::connectors::http
