// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/offline.hpp"

#include "daemon/config_bridge.hpp"
#include "daemon/json.hpp"
#include "mappings/codes.hpp"
#include "state/state_store.hpp"

#include <cctype>
#include <cstdlib>

namespace crmsync::daemon::cli {

namespace {

std::string counted(std::size_t n, std::string const& what) {
  return std::to_string(n) + " " + what + (n == 1 ? "" : "s");
}

}  // namespace

void write_diagnostics(Json& json, std::vector<mappings::Diagnostic> const& diagnostics) {
  json.key("diagnostics");
  json.begin_array();
  for (auto const& one : diagnostics) {
    json.begin_object();
    json.member("code", one.code);
    json.member("file", one.file);
    json.member("line", static_cast<unsigned>(one.line));
    json.member("column", static_cast<unsigned>(one.column));
    json.member("message", one.message);
    json.member("suggestion", one.suggestion);
    json.member("warning", one.warning);
    json.end_object();
  }
  json.end_array();
}

int check(Options const& options) {
  auto loaded = mappings::load_config(options.config, connection_types(),
                                      [](std::string const& name) -> std::optional<std::string> {
                                        char const* value = std::getenv(name.c_str());
                                        if (value == nullptr) return std::nullopt;
                                        return std::string(value);
                                      });
  if (options.json) {
    Json json;
    json.begin_object();
    json.member("schema_version", 1u);
    json.member("valid", loaded.config.has_value());
    write_diagnostics(json, loaded.diagnostics);
    json.end_object();
    print(json.str() + "\n");
  } else {
    for (auto const& one : loaded.diagnostics) complain(mappings::render(one) + "\n");
    if (loaded.config)
      print("valid: " + counted(loaded.config->mappings.size(), "mapping") + ", " +
            counted(loaded.config->connections.size(), "connection") + "\n");
  }
  return code(loaded.config ? ExitCode::ok : ExitCode::config_invalid);
}

int restore(Options const& options) {
  if (!options.yes) {
    complain("restore replaces the state in " + options.state +
             "; stop crmsyncd first and repeat with --yes\n");
    return code(ExitCode::guard);
  }
  auto status = state::restore_lmdb_store(options.path, options.state);
  if (!status) {
    complain(status.error().message() + "\n");
    return code(ExitCode::failed);
  }
  print("restored; the next start compares both sides before it writes\n");
  return code(ExitCode::ok);
}

int explain_code(Options const& options) {
  auto wanted = options.id;
  for (auto& c : wanted) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  auto const* row = mappings::find_code(wanted);
  if (row == nullptr) {
    complain("no such code: " + options.id + " (they stand in brackets, as in error[M204])\n");
    return code(ExitCode::failed);
  }
  if (!options.json) {
    print(std::string(row->code) + ": " + std::string(row->title) + "\n\n" +
          std::string(row->explanation) + "\n\n" + std::string(row->cure) + "\n");
    return code(ExitCode::ok);
  }
  Json json;
  json.begin_object();
  json.member("schema_version", 1u);
  json.member("code", row->code);
  json.member("title", row->title);
  json.member("explanation", row->explanation);
  json.member("cure", row->cure);
  json.end_object();
  print(json.str() + "\n");
  return code(ExitCode::ok);
}

int version(Options const& options) {
  print(options.json ? "{\"schema_version\":1,\"version\":\"" CRMSYNC_VERSION "\"}\n"
                     : "crmsync " CRMSYNC_VERSION "\n");
  return code(ExitCode::ok);
}

}  // namespace crmsync::daemon::cli
