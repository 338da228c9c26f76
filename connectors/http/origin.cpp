// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/origin.hpp"

#include "connectors/http/head.hpp"

// Debian ships Boost.URL as headers only; this is its one translation unit.
#include <boost/url/src.hpp>

#include <algorithm>

namespace crmsync::connectors::http {
namespace {

using boost::asio::ip::address;
using engine::Errc;
using engine::Error;

constexpr std::string_view unix_prefix = "unix:";

// What may be shown of a URL that was refused: nothing before an '@' (a credential may be there),
// nothing of a query, no control characters.
std::string shown(std::string_view url) {
  auto const query = url.find_first_of("?#");
  url = url.substr(0, query);
  auto const at = url.rfind('@');
  std::string out =
      at == std::string_view::npos ? std::string(url) : "...@" + std::string(url.substr(at + 1));
  if (out.size() > 200) out = out.substr(0, 200) + "...";
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c < 0x20 || c == 0x7f; }, '?');
  return out;
}

Error refused(std::string_view url, std::string why, std::string cure = {}) {
  return engine::make_error(Errc::config_invalid, "base_url '" + shown(url) + "'", std::move(why),
                            std::move(cure));
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return out;
}

engine::Result<Origin> unix_origin(std::string_view url) {
  Origin out;
  out.secure = false;
  out.socket_path = std::string(url.substr(unix_prefix.size()));
  if (out.socket_path.empty() || out.socket_path.front() != '/')
    return refused(url, "a socket path is absolute", "write unix:/path/of/socket");
  out.port = 0;
  out.text = std::string(url);
  out.host_header = "localhost";
  return out;
}

bool host_name_ok(std::string_view host) {
  return !host.empty() && host.size() <= 253 && std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
  });
}

// IPv4 inside IPv6 must not slip past rules written for IPv4.
address unmapped(address const& given) {
  if (given.is_v6() && given.to_v6().is_v4_mapped())
    return boost::asio::ip::make_address_v4(boost::asio::ip::v4_mapped, given.to_v6());
  return given;
}

}  // namespace

bool is_loopback(address const& given) noexcept {
  return unmapped(given).is_loopback();
}

bool may_connect(address const& given, bool loopback_allowed) noexcept {
  address const plain = unmapped(given);
  if (plain.is_unspecified() || plain.is_multicast()) return false;
  if (plain.is_loopback()) return loopback_allowed;
  if (plain.is_v4()) {
    auto const bits = plain.to_v4().to_uint();
    bool const link_local = (bits >> 16) == 0xA9FE;  // 169.254.0.0/16
    bool const this_network = (bits >> 24) == 0;     // 0.0.0.0/8 reaches the machine itself
    return !link_local && !this_network && bits != 0xFFFFFFFF;
  }
  static auto const aws_metadata = boost::asio::ip::make_address("fd00:ec2::254");
  return !plain.to_v6().is_link_local() && plain != aws_metadata;
}

engine::Result<Origin> parse_origin(std::string_view base_url) {
  if (base_url.starts_with(unix_prefix)) return unix_origin(base_url);
  auto const parsed = boost::urls::parse_uri(boost::core::string_view(base_url));
  if (!parsed) return refused(base_url, "not a URL", "write https://host[:port]");
  auto const& url = *parsed;
  if (url.has_userinfo())
    return refused(base_url, "a URL must not carry a user or password",
                   "put the credential into auth:");
  std::string const path(url.encoded_path());
  if (!(path.empty() || path == "/") || url.has_query() || url.has_fragment())
    return refused(base_url, "only scheme, host and port are used", "remove what follows them");
  Origin out;
  out.secure = url.scheme_id() == boost::urls::scheme::https;
  if (!out.secure && url.scheme_id() != boost::urls::scheme::http)
    return refused(base_url, "unknown scheme", "write https://host[:port]");
  out.host = lower_case(std::string(url.host_address()));
  boost::system::error_code no_address;
  address const literal = boost::asio::ip::make_address(out.host, no_address);
  if (!no_address) out.literal = literal;
  if (!out.literal && !host_name_ok(out.host))
    return refused(base_url, "the host is not a name or an address");
  out.port = out.secure ? 443 : 80;
  if (url.has_port()) {
    out.port = url.port_number();
    if (out.port == 0) return refused(base_url, "the port is not between 1 and 65535");
  }
  bool const loopback = out.literal ? is_loopback(*out.literal) : out.host == "localhost";
  if (!out.secure && !loopback)
    return refused(base_url, "plain http is only allowed to a loopback address",
                   "use https, or 127.0.0.1, ::1 or localhost");
  if (out.literal && !may_connect(*out.literal, true))
    return refused(base_url,
                   "link-local, metadata, multicast and unspecified addresses are not used");
  out.host_header = out.literal && out.literal->is_v6() ? "[" + out.host + "]" : out.host;
  if (url.has_port()) out.host_header += ":" + std::to_string(out.port);
  out.text = (out.secure ? "https://" : "http://") + out.host_header;
  return out;
}

}  // namespace crmsync::connectors::http
