// crmsync.yaml.
// SPDX-License-Identifier: Apache-2.0
#include "mappings/config/parts.hpp"
#include "mappings/key_table.hpp"
#include "mappings/literals.hpp"
#include "mappings/loader/key_check.hpp"
#include "mappings/loader/parts.hpp"
#include "mappings/yaml_reader.hpp"

namespace crmsync::mappings {
namespace {

void read_hours(YamlNode const& root, std::string_view path, std::chrono::hours& out) {
  if (auto const period = parse_duration(text_at(root, path)))
    out = std::chrono::ceil<std::chrono::hours>(*period);
}

void read_path(YamlNode const& root, std::string_view path, std::filesystem::path const& directory,
               std::filesystem::path& out) {
  if (auto const text = text_at(root, path); !text.empty())
    out = (directory / text).lexically_normal();
}

// HOST:PORT, [HOST]:PORT
void check_listen(YamlNode const& root, std::string_view path, Report& report) {
  auto const* node = root.at_path(path);
  if (node == nullptr || !node->is_scalar()) return;
  auto const colon = node->text.rfind(':');
  auto const port = colon == std::string::npos
                        ? std::nullopt
                        : parse_count(std::string_view(node->text).substr(colon + 1));
  if (colon != 0 && port && *port <= 65'535) return;
  report.error("M208", node->at,
               "`" + node->text + "` is no valid value for `" + std::string(path) + "`",
               "write an address and a port, e.g. 127.0.0.1:8080");
}

}  // namespace

DaemonSettings read_settings(std::string_view text, std::filesystem::path const& directory,
                             Report& report) {
  DaemonSettings settings;
  auto const root = read_yaml(text, report);
  if (!root) return settings;
  check_keys(*root, settings_keys(), report);
  check_listen(*root, "webhooks.listen", report);
  check_listen(*root, "metrics.listen", report);
  read_path(*root, "state_dir", directory, settings.state_dir);
  read_path(*root, "socket", directory, settings.socket);
  settings.webhooks_listen = text_at(*root, "webhooks.listen");
  settings.webhooks_public_url = text_at(*root, "webhooks.public_url");
  settings.metrics_listen = text_at(*root, "metrics.listen");
  if (auto level = text_at(*root, "log.level"); !level.empty())
    settings.log_level = std::move(level);
  if (auto const count = parse_count(text_at(*root, "limits.intake_max")); count && *count > 0)
    settings.intake_max = *count;
  if (auto const bytes = parse_bytes(text_at(*root, "limits.state_bytes_max")))
    settings.state_bytes_max = *bytes;
  read_hours(*root, "webhooks.retention", settings.webhook_retention);
  read_hours(*root, "history.retention", settings.history_retention);
  return settings;
}

}  // namespace crmsync::mappings
