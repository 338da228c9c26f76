// What only shows when the rows of `fields` are seen together.
// SPDX-License-Identifier: Apache-2.0
#include "mappings/loader/parts.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace crmsync::mappings {
namespace {

using engine::Direction;

struct Writer {
  std::string shown;
  int line = 0;
};
using Writers = std::map<std::string, Writer, std::less<>>;

void claim(Writers& writers, FieldRow const& row, std::string_view side, Report& report) {
  auto const* node = row.node->find(side);
  auto const [entry, is_new] = writers.emplace(node->text, Writer{row.shown, node->at.line});
  if (is_new) return;
  bool const is_app = side == "app";
  report.error("M214", node->at,
               std::string(is_app ? "column `" : "property `") + node->text +
                   "` has a second writer in " + row.shown,
               entry->second.shown + " (line " + std::to_string(entry->second.line) +
                   ") writes it; set direction: " + (is_app ? "to_crm" : "to_app") +
                   " on one of them");
}

void check_writers(std::vector<FieldRow> const& rows, Mapping const& mapping, Report& report) {
  Writers columns;
  Writers properties;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    auto const direction = mapping.rules.fields[i].direction;
    if (direction != Direction::to_crm) claim(columns, rows[i], "app", report);
    if (direction != Direction::to_app) claim(properties, rows[i], "crm", report);
  }
}

// Columns and properties that the daemon itself writes or that identify the record.
void check_reserved(std::vector<FieldRow> const& rows, Mapping const& mapping, Report& report) {
  auto const& key = mapping.app.key;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    auto const direction = mapping.rules.fields[i].direction;
    auto const& column = mapping.fields[i].app.front();
    auto const& property = mapping.fields[i].crm.front();
    if (direction != Direction::to_crm && std::find(key.begin(), key.end(), column) != key.end())
      report.error("M226", rows[i].node->find("app")->at,
                   "key column `" + column + "` cannot be written",
                   "set direction: to_crm on this row");
    if (direction != Direction::to_crm && column == mapping.app.deleted_field)
      report.error("M226", rows[i].node->find("app")->at,
                   "`" + column + "` marks deleted rows and cannot be a field that is written",
                   "set direction: to_crm on this row, or remove it");
    if (direction != Direction::to_app && property == mapping.crm.external_id)
      report.error("M226", rows[i].node->find("crm")->at,
                   "`" + property + "` is the external id, which only the daemon writes",
                   "remove the row");
  }
}

// One verdict resolves a group, so its rows must ask the same question.
void check_groups(std::vector<FieldRow> const& rows, Mapping const& mapping, Report& report) {
  std::map<std::string_view, std::size_t> first;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    auto const& rule = mapping.rules.fields[i];
    if (rule.group.empty()) continue;
    auto const [entry, is_new] = first.emplace(rule.group, i);
    auto const& leader = mapping.rules.fields[entry->second];
    if (is_new || (leader.direction == rule.direction && leader.chain == rule.chain)) continue;
    report.error("M222", rows[i].node->find("group")->at,
                 "group `" + rule.group + "` has rows with different direction or conflict",
                 "give all rows of the group the same as " + rows[entry->second].shown + " (line " +
                     std::to_string(leader.source.line) + ")");
  }
}

}  // namespace

void check_rows(std::vector<FieldRow> const& rows, Mapping const& mapping, Report& report) {
  check_writers(rows, mapping, report);
  check_reserved(rows, mapping, report);
  check_groups(rows, mapping, report);
}

void name_fields(Mapping& mapping) {
  std::set<std::string, std::less<>> taken;
  auto const give = [&](std::size_t i, std::string name) {
    taken.insert(name);
    mapping.fields[i].name = name;
    mapping.rules.fields[i].name = std::move(name);
  };
  // The row that writes a column is that column's field; further rows that read it are named after
  // both ends, whatever their order in the file.
  for (std::size_t i = 0; i < mapping.fields.size(); ++i)
    if (mapping.rules.fields[i].direction != Direction::to_crm)
      give(i, mapping.fields[i].app.front());
  for (std::size_t i = 0; i < mapping.fields.size(); ++i) {
    if (!mapping.fields[i].name.empty()) continue;
    auto const& column = mapping.fields[i].app.front();
    give(i, taken.contains(column) ? column + ":" + mapping.fields[i].crm.front() : column);
  }
}

}  // namespace crmsync::mappings
