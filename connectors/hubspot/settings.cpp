// SPDX-License-Identifier: Apache-2.0
#include "connectors/hubspot/settings.hpp"

#include "connectors/hubspot/wire/json.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace crmsync::connectors::hubspot {

namespace {

using engine::Errc;
using engine::Result;
using std::chrono::milliseconds;

constexpr std::array kKeys{
    ConnectionKey{"base_url", "url", false, "https://api.hubapi.com",
                  "Where the API is. Plain http only to a loopback address."},
    ConnectionKey{"auth.token", "secret", true, "", "Private app token or service key."},
    ConnectionKey{"api_version", "text", false, "2026-09",
                  "Dated release of the API, or `v3` for the legacy paths."},
    ConnectionKey{"quota.limit", "rate", false, "190/10s",
                  "Requests this account allows, all programs together."},
    ConnectionKey{"quota.reserve", "percent", false, "20%",
                  "Share of the quota that background work leaves to others."},
    ConnectionKey{"archived_every", "duration", false, "1m",
                  "Shortest time between two looks at the archive for deleted records."},
    ConnectionKey{"webhook.secret", "secret", false, "",
                  "Client secret of the app that sends webhooks."},
    ConnectionKey{"webhook.previous_secret", "secret", false, "",
                  "The secret before the last rotation; still accepted."},
    ConnectionKey{"webhook.public_url", "url", false, "",
                  "Address HubSpot calls, as configured there: it is part of the signature. "
                  "Default: `webhooks.public_url` of crmsync.yaml."},
    ConnectionKey{"ca_file", "path", false, "",
                  "CA certificates to trust instead of the system's."},
};

engine::Error invalid(std::string_view key, std::string detail, std::string hint) {
  return engine::make_error(Errc::config_invalid, "hubspot: " + std::string(key), std::move(detail),
                            std::move(hint));
}

std::string value_of(ConnectionConfig const& config, std::string_view key) {
  if (auto const it = config.values.find(key); it != config.values.end()) return it->second;
  auto const row = std::find_if(kKeys.begin(), kKeys.end(),
                                [key](ConnectionKey const& k) { return k.name == key; });
  return row != kKeys.end() ? std::string(row->default_value) : std::string();
}

engine::Secret secret_of(ConnectionConfig const& config, std::string_view key) {
  auto const it = config.secrets.find(key);
  return it != config.secrets.end() ? it->second : engine::Secret();
}

struct UnitRow {
  std::string_view word;
  std::int64_t ms;
};
constexpr std::array kUnits{UnitRow{"ms", 1}, UnitRow{"s", 1'000}, UnitRow{"m", 60'000},
                            UnitRow{"h", 3'600'000}, UnitRow{"d", 86'400'000}};

// "10s"; a bare unit is one of it.
std::optional<milliseconds> parse_duration(std::string_view text) {
  auto const unit_at = std::min(text.find_first_not_of("0123456789"), text.size());
  auto const unit = text.substr(unit_at);
  std::int64_t count = 1;
  if (unit_at > 0) {
    auto const parsed = wire::parse_integer(text.substr(0, unit_at));
    if (!parsed || *parsed > 1'000'000) return std::nullopt;
    count = *parsed;
  }
  for (auto const& row : kUnits)
    if (row.word == unit && count > 0) return milliseconds(count * row.ms);
  return std::nullopt;
}

Result<http::QuotaPolicy> parse_rate(std::string_view text) {
  auto const slash = text.find('/');
  auto const limit = wire::parse_integer(text.substr(0, slash));
  std::optional<milliseconds> window;
  if (slash != std::string_view::npos) window = parse_duration(text.substr(slash + 1));
  if (!limit || *limit <= 0 || *limit > 1'000'000 || !window)
    return invalid("quota.limit", "it is no rate", "write requests and time, such as `190/10s`");
  return http::QuotaPolicy{"all", static_cast<std::uint64_t>(*limit), *window};
}

Result<double> parse_percent(std::string_view text) {
  if (text.ends_with('%')) text.remove_suffix(1);
  auto const number = wire::parse_integer(text);
  if (!number || *number < 0 || *number > 95)
    return invalid("quota.reserve", "it is no percentage from 0 to 95", "write it as `20%`");
  return static_cast<double>(*number) / 100.0;
}

// Scheme, host and port of an https address, or of http to whoever stands in for HubSpot.
Result<std::string> origin_of(std::string const& url) {
  bool const known = url.starts_with("https://") || url.starts_with("http://");
  auto const host_at = known ? url.find("//") + 2 : 0;
  auto const end = std::min(url.find_first_of("/?#", host_at), url.size());
  bool const clean = std::all_of(url.begin(), url.end(), [](char c) { return c > ' ' && c < 127; });
  if (!known || !clean || end == host_at || url.find('@') < end)
    return invalid("webhook.public_url", "it is no web address",
                   "write it as HubSpot has it, such as `https://sync.example.com`");
  return url.substr(0, end);
}

// What would break out of the header it is sent in.
bool is_token(std::string_view text) {
  return !text.empty() && text.size() <= 4'096 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 127; });
}

}  // namespace

std::span<ConnectionKey const> connection_keys() noexcept {
  return kKeys;
}

Result<Settings> read_settings(ConnectionConfig const& config) {
  auto token = secret_of(config, "auth.token");
  if (!is_token(token.reveal()))
    return invalid("auth.token",
                   token.empty() ? "it is missing" : "it holds characters no token has",
                   "point it at the token, such as \"${cred:hubspot_token}\"");
  auto routes = wire::Routes::make(value_of(config, "api_version"));
  if (!routes) return routes.error();
  auto rate = parse_rate(value_of(config, "quota.limit"));
  if (!rate) return rate.error();
  auto reserve = parse_percent(value_of(config, "quota.reserve"));
  if (!reserve) return reserve.error();
  auto const every = parse_duration(value_of(config, "archived_every"));
  if (!every) return invalid("archived_every", "it is no duration", "write it as `1m`");
  http::QuotaOptions quota;
  // Search has a window of its own, shared by all programs of the account.
  quota.policies = {*rate, {"search", 5, milliseconds(1'000)}};
  quota.reserve = *reserve;
  Settings settings{.account = {.base_url = value_of(config, "base_url"),
                                .token = std::move(token),
                                .routes = std::move(*routes),
                                .quota = std::move(quota),
                                .archived_every = *every},
                    .webhook = {},
                    .ca_file = value_of(config, "ca_file")};
  settings.webhook.current = secret_of(config, "webhook.secret");
  settings.webhook.previous = secret_of(config, "webhook.previous_secret");
  auto const public_url = value_of(config, "webhook.public_url");
  bool const hooks = !settings.webhook.current.empty() || !settings.webhook.previous.empty();
  if (hooks && public_url.empty())
    return invalid(
        "webhook.public_url", "it is missing, and signatures cover it",
        "write the address HubSpot calls, such as `https://sync.example.com`, here or as "
        "`webhooks.public_url` in crmsync.yaml");
  if (public_url.empty()) return settings;
  auto origin = origin_of(public_url);
  if (!origin) return origin.error();
  settings.webhook.public_origin = std::move(*origin);
  return settings;
}

}  // namespace crmsync::connectors::hubspot
