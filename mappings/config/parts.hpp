// The readers of a configuration folder's files.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mappings/config.hpp"
#include "mappings/report.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace crmsync::mappings {

// Paths are taken from `directory` when they are relative.
DaemonSettings read_settings(std::string_view text, std::filesystem::path const& directory,
                             Report& report);

struct ConnectionRead {
  ConnectionFile connection;
  Position name_at;
  bool is_crm = false;
  bool type_known = false;
  std::uint64_t secret_stamp = 0;
};
ConnectionRead read_connection(std::string_view text, std::filesystem::path const& directory,
                               std::vector<ConnectionTypeView> const& types,
                               EnvironmentLookup const& environment, Report& report);

}  // namespace crmsync::mappings
