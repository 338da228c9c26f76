// SPDX-License-Identifier: Apache-2.0
#include "mappings/literals.hpp"

#include <algorithm>
#include <charconv>

namespace crmsync::mappings {
namespace {

struct Unit {
  std::string_view suffix;
  std::uint64_t factor;
};

constexpr Unit kDurationUnits[] = {
    {"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}};
constexpr Unit kByteUnits[] = {
    {"KiB", 1ull << 10}, {"MiB", 1ull << 20}, {"GiB", 1ull << 30}, {"TiB", 1ull << 40}};
constexpr std::uint64_t kDurationMax = 10ull * 366 * 86'400'000;

std::optional<std::uint64_t> scaled(std::string_view number, std::uint64_t factor,
                                    std::uint64_t limit) noexcept {
  auto const count = parse_count(number);
  if (!count || *count > limit / factor) return std::nullopt;
  return *count * factor;
}

// "2.5" as a fraction of hundreds, digit by digit: what std::from_chars does for doubles.
std::optional<double> parse_plain_number(std::string_view text) noexcept {
  if (text.empty() || text.front() == '-' || text.front() == '.') return std::nullopt;
  double number = 0;
  auto const [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), number, std::chars_format::fixed);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool is_loopback(std::string_view host) noexcept {
  return host == "localhost" || host == "[::1]" || host.starts_with("127.");
}

}  // namespace

std::optional<std::uint64_t> parse_count(std::string_view text) noexcept {
  std::uint64_t number = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept {
  for (auto const& unit : kDurationUnits) {
    if (!text.ends_with(unit.suffix)) continue;
    auto const number = text.substr(0, text.size() - unit.suffix.size());
    if (auto const ms = scaled(number, unit.factor, kDurationMax))
      return std::chrono::milliseconds(static_cast<std::int64_t>(*ms));
  }
  return std::nullopt;
}

std::optional<double> parse_percent(std::string_view text) noexcept {
  if (text.ends_with('%')) text.remove_suffix(1);
  auto const number = parse_plain_number(text);
  return number && *number <= 100 ? number : std::nullopt;
}

std::optional<std::uint64_t> parse_bytes(std::string_view text) noexcept {
  for (auto const& unit : kByteUnits)
    if (text.ends_with(unit.suffix))
      return scaled(text.substr(0, text.size() - unit.suffix.size()), unit.factor, 1ull << 62);
  return parse_count(text);
}

std::optional<bool> parse_boolean(std::string_view text) noexcept {
  if (text == "true") return true;
  if (text == "false") return false;
  return std::nullopt;
}

bool is_rate(std::string_view text) noexcept {
  auto const slash = text.find('/');
  if (slash == std::string_view::npos) return false;
  auto const requests = parse_count(text.substr(0, slash));
  auto const window = parse_duration(text.substr(slash + 1));
  return requests && *requests > 0 && window && window->count() > 0;
}

std::string_view url_fault(std::string_view text) noexcept {
  bool const tls = text.starts_with("https://");
  if (!tls && !text.starts_with("http://")) return "it must begin with https:// (or http://)";
  auto const rest = text.substr(tls ? 8 : 7);
  auto const authority = rest.substr(0, rest.find_first_of("/?#"));
  if (authority.find('@') != std::string_view::npos) return "it carries a user name or password";
  auto const bracket = authority.rfind(']');
  auto const colon = authority.find(':', bracket == std::string_view::npos ? 0 : bracket);
  auto const host = authority.substr(0, colon);
  if (host.empty()) return "the host is missing";
  auto const odd = [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7F; };
  if (std::any_of(text.begin(), text.end(), odd)) return "it contains white space";
  if (!tls && !is_loopback(host)) return "plain http is for this machine only; use https";
  return {};
}

bool is_name(std::string_view text) noexcept {
  constexpr std::size_t kLengthMax = 63;
  if (text.empty() || text.size() > kLengthMax) return false;
  auto const plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  return plain(text.front()) && std::all_of(text.begin(), text.end(), [&](char c) {
           return plain(c) || c == '_' || c == '-';
         });
}

}  // namespace crmsync::mappings
