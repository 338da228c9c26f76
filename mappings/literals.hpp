// The small languages inside YAML scalars: durations, percentages, sizes, rates.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace crmsync::mappings {

// `500ms`, `30s`, `5m`, `1h`, `90d`: whole numbers, one unit, at most ten years.
std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) noexcept;
// `20%`, `2.5%` or the bare number; 0 to 100.
std::optional<double> parse_percent(std::string_view text) noexcept;
// `1048576`, `64MiB`, `64GiB`.
std::optional<std::uint64_t> parse_bytes(std::string_view text) noexcept;
std::optional<std::uint64_t> parse_count(std::string_view text) noexcept;
// Only `true` and `false`: `no` may be a country.
std::optional<bool> parse_boolean(std::string_view text) noexcept;
// `190/10s`: requests per duration.
bool is_rate(std::string_view text) noexcept;
// `http://` or `https://`, a host, no user name or password; plain http only to loopback. Empty
// when the URL is fine, else what is wrong with it.
std::string_view url_fault(std::string_view text) noexcept;
// [a-z0-9][a-z0-9_-]{0,62}
bool is_name(std::string_view text) noexcept;

}  // namespace crmsync::mappings
