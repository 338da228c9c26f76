// Loads a whole configuration folder: crmsync.yaml, connections.d/, mappings.d/. The only door to
// YAML: yaml-cpp stays inside yaml_reader.cpp.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/secret.hpp"
#include "mappings/diagnostic.hpp"
#include "mappings/mapping.hpp"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace crmsync::mappings {

// Keys of connection files differ per connector type; connectors/ has the tables and the daemon
// hands them in, because mappings/ may not include connectors/.
struct ConnectionKeyView {
  std::string name;  // dotted
  std::string kind;  // "text", "path", "url", "duration", "percent", "rate", "secret", "bool"
  bool required = false;
  std::string default_value;
};
struct ConnectionTypeView {
  std::string type;
  bool is_crm = false;
  std::vector<ConnectionKeyView> keys;
};

struct ConnectionFile {
  std::string name;
  std::string type;
  std::string file;
  std::string environment;                                 // "production", "sandbox" or ""
  std::map<std::string, std::string, std::less<>> values;  // dotted, defaults filled in
  std::map<std::string, engine::Secret, std::less<>> secrets;
};

struct DaemonSettings {
  std::filesystem::path state_dir = "/var/lib/crmsync";
  std::filesystem::path socket = "/run/crmsync/control.sock";
  std::string webhooks_listen;  // empty: no webhook listener
  std::string webhooks_public_url;
  std::string log_level = "info";
  std::uint64_t intake_max = 1'000'000;
  std::uint64_t state_bytes_max = 64ull << 30;
  std::chrono::hours webhook_retention{72};
  std::chrono::hours history_retention{24 * 90};
  std::string metrics_listen;
};

struct Config {
  DaemonSettings settings;
  std::vector<ConnectionFile> connections;
  std::vector<std::shared_ptr<Mapping const>> mappings;  // unbound; the daemon binds copies
  std::uint64_t digest = 0;  // of all file contents: equal means nothing changed
};

struct LoadResult {
  std::optional<Config> config;         // set iff no diagnostic is an error
  std::vector<Diagnostic> diagnostics;  // all of them, sorted
};

// Where secret references are looked up; handed in for tests. Environment value or nothing.
using EnvironmentLookup = std::function<std::optional<std::string>(std::string const&)>;

LoadResult load_config(std::filesystem::path const& directory,
                       std::vector<ConnectionTypeView> const& types,
                       EnvironmentLookup const& environment);

// One mapping text by itself, for tests and tools. `shown_as` is the file name in messages.
struct MappingResult {
  std::optional<Mapping> mapping;
  std::vector<Diagnostic> diagnostics;
};
MappingResult load_mapping(std::string_view text, std::string shown_as);
// The same from a file; one that cannot be read is a diagnostic too.
MappingResult load_mapping_file(std::filesystem::path const& path, std::string shown_as);
// The mapping files of a configuration folder, in the order in which they are read.
std::vector<std::filesystem::path> mapping_files(std::filesystem::path const& directory);

}  // namespace crmsync::mappings
