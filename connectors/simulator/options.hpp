// The program's command line.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/simulator/service.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace crmsync::connectors::simulator {

struct ProgramOptions {
  std::string listen = "127.0.0.1:0";
  std::chrono::milliseconds latency{0};
  std::string webhook_url;
  std::string webhook_secret_file;
  std::string data_file;
  std::string save_file;
  ServiceOptions service;
  std::vector<model::Fault> faults;
};

// Reads "250ms", "2s", "10m", "1h"; a bare number is milliseconds. Empty when malformed.
std::optional<std::int64_t> parse_duration_ms(std::string_view text);
// Reads "190/10s".
std::optional<model::QuotaOptions> parse_quota(std::string_view text);
// Reads "KIND", "KIND:RATE" or "KIND:RATE:ROUTE".
std::optional<model::Fault> parse_fault_option(std::string_view text);

}  // namespace crmsync::connectors::simulator
