// SPDX-License-Identifier: Apache-2.0
#include "connectors/simulator/options.hpp"

#include <array>
#include <cstdlib>
#include <utility>

namespace crmsync::connectors::simulator {

std::optional<std::int64_t> parse_duration_ms(std::string_view text) {
  constexpr std::array<std::pair<std::string_view, std::int64_t>, 4> units{
      {{"ms", 1}, {"s", 1'000}, {"m", 60'000}, {"h", 3'600'000}}};
  constexpr std::int64_t number_max = 1'000'000'000;
  std::int64_t factor = 1;
  for (auto const& [suffix, millis] : units) {
    if (!text.ends_with(suffix)) continue;
    text.remove_suffix(suffix.size());
    factor = millis;
    break;
  }
  auto const number = model::parse_integer(text);
  if (!number || *number < 0 || *number > number_max) return std::nullopt;
  return *number * factor;
}

std::optional<model::QuotaOptions> parse_quota(std::string_view text) {
  auto const slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  auto const limit = model::parse_integer(text.substr(0, slash));
  auto const window_ms = parse_duration_ms(text.substr(slash + 1));
  if (!limit || *limit < 0 || !window_ms || *window_ms == 0) return std::nullopt;
  model::QuotaOptions quota;
  quota.burst = static_cast<std::uint64_t>(*limit);
  quota.window_ms = *window_ms;
  return quota;
}

std::optional<model::Fault> parse_fault_option(std::string_view text) {
  auto const colon = text.find(':');
  auto const kind = model::parse_fault(text.substr(0, colon));
  if (!kind) return std::nullopt;
  model::Fault fault;
  fault.kind = *kind;
  if (colon == std::string_view::npos) return fault;
  auto rest = text.substr(colon + 1);
  auto const route = rest.find(':');
  if (route != std::string_view::npos) fault.route = rest.substr(route + 1);
  std::string const rate(rest.substr(0, route));
  char* end = nullptr;
  fault.rate = std::strtod(rate.c_str(), &end);
  if (rate.empty() || end != rate.c_str() + rate.size()) return std::nullopt;
  if (!(fault.rate >= 0.0 && fault.rate <= 1.0)) return std::nullopt;
  return fault;
}

}  // namespace crmsync::connectors::simulator
