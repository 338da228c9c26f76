// app, crm, schedule, match.
// SPDX-License-Identifier: Apache-2.0
#include "mappings/literals.hpp"
#include "mappings/loader/parts.hpp"

namespace crmsync::mappings {
namespace {

constexpr Word<Capture> kCaptures[] = {{"poll", Capture::poll},
                                       {"triggers", Capture::triggers},
                                       {"logical", Capture::logical},
                                       {"binlog", Capture::binlog}};

void read_duration(YamlNode const& root, std::string_view path, std::chrono::milliseconds& out) {
  if (auto const* node = root.at_path(path); node != nullptr && node->is_scalar())
    out = parse_duration(node->text).value_or(out);
}

void check_period(YamlNode const& root, std::string_view path, Report& report) {
  auto const* node = root.at_path(path);
  if (node == nullptr || !node->is_scalar()) return;
  auto const period = parse_duration(node->text);
  if (period && period->count() == 0)
    report.error("M207", node->at, "`" + std::string(path) + "` must be longer than nothing",
                 "write a time such as 30s");
}

int line_of(YamlNode const& root, std::string_view key) {
  for (auto const& candidate : root.keys)
    if (candidate.text == key) return candidate.at.line;
  return 0;
}

void read_key(YamlNode const& root, Mapping& mapping, Report& report) {
  auto const* node = root.at_path("app.key");
  if (node == nullptr) return;
  if (node->is_scalar()) mapping.app.key = {node->text};
  for (auto const& item : node->items) {
    for (auto const& earlier : mapping.app.key)
      if (earlier == item.text)
        report.error("M108", item.at, "key column `" + item.text + "` is named twice",
                     "remove one");
    mapping.app.key.push_back(item.text);
  }
}

}  // namespace

std::string text_at(YamlNode const& node, std::string_view path) {
  auto const* found = node.at_path(path);
  return found != nullptr && found->is_scalar() ? found->text : std::string{};
}

engine::Direction read_direction(YamlNode const* node, engine::Direction fallback) {
  constexpr Word<engine::Direction> kDirections[] = {{"both", engine::Direction::both},
                                                     {"to_crm", engine::Direction::to_crm},
                                                     {"to_app", engine::Direction::to_app}};
  return pick(node, kDirections, fallback);
}

void read_sides(YamlNode const& root, Mapping& mapping, Report& report) {
  auto& app = mapping.app;
  app.line = line_of(root, "app");
  app.connection = text_at(root, "app.connection");
  app.object = text_at(root, "app.object");
  app.changed_at = text_at(root, "app.changed_at");
  app.deleted_field = text_at(root, "app.deleted_when.field");
  read_key(root, mapping, report);

  auto& crm = mapping.crm;
  crm.line = line_of(root, "crm");
  crm.connection = text_at(root, "crm.connection");
  crm.object = text_at(root, "crm.object");
  crm.external_id = text_at(root, "crm.external_id");

  app.capture = pick(root.at_path("schedule.app.capture"), kCaptures, Capture::poll);
  crm.webhooks = text_at(root, "schedule.crm.webhooks") == "true";
  read_duration(root, "schedule.app.every", app.poll_every);
  read_duration(root, "schedule.crm.poll", crm.poll_every);
  read_duration(root, "schedule.settle", mapping.settle);
  check_period(root, "schedule.app.every", report);
  check_period(root, "schedule.crm.poll", report);
  auto const* every = root.at_path("schedule.app.every");
  if (every != nullptr && app.capture != Capture::poll)
    report.warning("M219", every->at, "`every` has no effect with this capture",
                   "remove it, or set capture: poll");
}

void read_match(YamlNode const& root, Mapping& mapping) {
  auto const* keys = root.at_path("match.keys");
  if (keys == nullptr || !keys->is_sequence()) return;
  for (auto const& node : keys->items) {
    MatchKey key{text_at(node, "app"), text_at(node, "crm"), text_at(node, "compare"),
                 node.at.line};
    if (key.app.empty() || key.crm.empty()) continue;
    if (key.compare.empty()) key.compare = "exact";
    // The app's key as a whole, not the column's value, so that it is known even where only the
    // key was reported.
    if (mapping.app.key.size() == 1 && mapping.app.key.front() == key.app) key.app.clear();
    mapping.match.push_back(std::move(key));
  }
}

}  // namespace crmsync::mappings
