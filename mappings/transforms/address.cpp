// url, domain: addresses of web pages.
// SPDX-License-Identifier: Apache-2.0
#include "mappings/transforms/normalise.hpp"
#include "mappings/transforms/rows.hpp"
#include "mappings/utf8.hpp"

#include <algorithm>
#include <string>

namespace crmsync::mappings::transforms {
namespace {

constexpr std::string_view kSchemeEnd = "://";

// "HTTPS://Example.com:443/Path" in its parts; the scheme is lower case and may be empty.
struct Address {
  std::string scheme;
  std::string host;  // lower case, with its port
  std::string_view rest;
};

bool is_plain(char c) {
  auto const byte = static_cast<unsigned char>(c);
  return byte > 0x20 && byte != 0x7F;
}

// Nothing that a browser would open: no host with a dot, or spaces in it.
std::optional<Address> parts_of(std::string_view text) {
  if (first_invalid_utf8(text) != std::string_view::npos) return std::nullopt;
  text = trimmed(text);
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_plain)) return std::nullopt;
  Address address;
  // Behind the host it is a part of the path or the query.
  if (auto const end = text.find(kSchemeEnd); end < text.find_first_of("/?#.")) {
    address.scheme = lower_case(text.substr(0, end));
    if (address.scheme != "http" && address.scheme != "https") return std::nullopt;
    text.remove_prefix(end + kSchemeEnd.size());
  }
  auto const end = std::min(text.find_first_of("/?#"), text.size());
  address.host = lower_case(text.substr(0, end));
  address.rest = text.substr(end);
  auto const dot = address.host.find('.');
  bool const named = dot != std::string::npos && dot > 0 && !address.host.ends_with('.');
  if (!named || address.host.find('@') != std::string::npos) return std::nullopt;
  return address;
}

}  // namespace

CanonicalValue url_value(engine::Value const& value, TransformUse const&) {
  auto const address = parts_of(std::get<std::string>(value));
  if (!address) return unreadable("not a web address");
  auto const rest = address->rest == "/" ? std::string_view{} : address->rest;
  return known((address->scheme.empty() ? "https" : address->scheme) + std::string(kSchemeEnd) +
               address->host + std::string(rest));
}

// Of an e-mail address as well.
CanonicalValue domain_value(engine::Value const& value, TransformUse const&) {
  std::string_view text = trimmed(std::get<std::string>(value));
  if (auto const at = text.find('@'); at != std::string_view::npos && looks_like_email(text))
    text.remove_prefix(at + 1);
  auto const address = parts_of(text);
  if (!address) return unreadable("no domain in it");
  std::string_view host = address->host;
  host = host.substr(0, host.find(':'));
  constexpr std::string_view kWww = "www.";
  auto const bare = host.starts_with(kWww) ? host.substr(kWww.size()) : host;
  // `www.com` is a name of its own.
  return known(std::string(bare.find('.') == std::string_view::npos ? host : bare));
}

}  // namespace crmsync::mappings::transforms
