// create, delete, initial.
// SPDX-License-Identifier: Apache-2.0
#include "mappings/literals.hpp"
#include "mappings/loader/key_check.hpp"
#include "mappings/loader/parts.hpp"

namespace crmsync::mappings {
namespace {

constexpr Word<engine::CreateMode> kCreates[] = {{"none", engine::CreateMode::none},
                                                 {"app_to_crm", engine::CreateMode::app_to_crm},
                                                 {"crm_to_app", engine::CreateMode::crm_to_app},
                                                 {"both", engine::CreateMode::both}};
constexpr Word<AppDeleted> kAppDeleted[] = {{"archive_crm", AppDeleted::archive_crm},
                                            {"delete_crm", AppDeleted::delete_crm},
                                            {"unlink", AppDeleted::unlink},
                                            {"ignore", AppDeleted::ignore}};
constexpr Word<CrmDeleted> kCrmDeleted[] = {{"delete_row", CrmDeleted::delete_row},
                                            {"unlink", CrmDeleted::unlink},
                                            {"ignore", CrmDeleted::ignore}};
constexpr Word<engine::VersusEdit> kVersusEdit[] = {
    {"edit_wins", engine::VersusEdit::edit_wins},
    {"delete_wins", engine::VersusEdit::delete_wins},
    {"ask", engine::VersusEdit::ask}};
constexpr Word<engine::InitialPrefer> kPrefers[] = {{"app", engine::InitialPrefer::app},
                                                    {"crm", engine::InitialPrefer::crm},
                                                    {"newest", engine::InitialPrefer::newest},
                                                    {"ask", engine::InitialPrefer::ask}};

engine::DeleteRule rule_of(AppDeleted rule) {
  switch (rule) {
    case AppDeleted::archive_crm:
    case AppDeleted::delete_crm:
      return engine::DeleteRule::propagate;
    case AppDeleted::unlink:
      return engine::DeleteRule::unlink;
    case AppDeleted::ignore:
      return engine::DeleteRule::ignore;
  }
  return engine::DeleteRule::unlink;
}

engine::DeleteRule rule_of(CrmDeleted rule) {
  switch (rule) {
    case CrmDeleted::set:
    case CrmDeleted::delete_row:
      return engine::DeleteRule::propagate;
    case CrmDeleted::unlink:
      return engine::DeleteRule::unlink;
    case CrmDeleted::ignore:
      return engine::DeleteRule::ignore;
  }
  return engine::DeleteRule::unlink;
}

// {set: {COLUMN: now}}
void read_set(YamlNode const& node, Mapping& mapping, Report& report) {
  auto const* set = node.find("set");
  if (node.keys.size() != 1 || set == nullptr || !set->is_map() || set->keys.size() != 1 ||
      set->items[0].text != "now") {
    report.error("M205", node.at, "`delete.crm_deleted` is no form of a rule",
                 "write delete_row, unlink, ignore, or {set: {deleted_at: now}}");
    return;
  }
  auto const& column = set->keys[0];
  mapping.deletes.crm_deleted = CrmDeleted::set;
  mapping.deletes.set_column = column.text;
  if (mapping.app.deleted_field.empty()) {
    report.error("M216", column.at, "`set` needs `app.deleted_when`",
                 "add deleted_when: {field: " + column.text + ", is: present} to `app`");
  } else if (mapping.app.deleted_field != column.text) {
    report.error("M216", column.at, "`set` must set the column of `app.deleted_when`",
                 "set `" + mapping.app.deleted_field + "`: a row with only `" + column.text +
                     "` set would not count as deleted");
  }
}

void read_crm_deleted(YamlNode const& root, Mapping& mapping, Report& report) {
  auto const* node = root.at_path("delete.crm_deleted");
  if (node == nullptr) return;
  if (node->is_map()) return read_set(*node, mapping, report);
  for (auto const& [word, value] : kCrmDeleted) {
    if (!node->is_scalar() || node->text != word) continue;
    mapping.deletes.crm_deleted = value;
    return;
  }
  report.error("M205", node->at, "`" + node->text + "` is no valid value for `delete.crm_deleted`",
               suggest(node->text, {"delete_row", "unlink", "ignore", "set"}));
}

void read_guard(YamlNode const& root, DeleteRules& rules) {
  auto const per_hour = parse_count(text_at(root, "delete.guard.per_hour"));
  auto const percent = parse_percent(text_at(root, "delete.guard.percent"));
  if (per_hour) rules.guard_per_hour = *per_hour;
  if (percent) rules.guard_percent = *percent;
  rules.guard_updates = text_at(root, "delete.guard.updates") == "true";
}

}  // namespace

void read_rules(YamlNode const& root, Mapping& mapping, Report& report) {
  auto& deletes = mapping.deletes;
  auto& presence = mapping.rules.presence;
  presence.create = pick(root.find("create"), kCreates, engine::CreateMode::none);
  deletes.app_deleted = pick(root.at_path("delete.app_deleted"), kAppDeleted, AppDeleted::unlink);
  read_crm_deleted(root, mapping, report);
  if (auto const window = parse_duration(text_at(root, "delete.merge_window")))
    deletes.merge_window = *window;
  deletes.versus_edit =
      pick(root.at_path("delete.versus_edit"), kVersusEdit, engine::VersusEdit::edit_wins);
  read_guard(root, deletes);
  presence.app_deleted = rule_of(deletes.app_deleted);
  presence.crm_deleted = rule_of(deletes.crm_deleted);
  presence.versus_edit = deletes.versus_edit;
  mapping.rules.initial =
      pick(root.at_path("initial.prefer"), kPrefers, engine::InitialPrefer::ask);
  mapping.require_plan = text_at(root, "initial.require_plan") != "false";
}

}  // namespace crmsync::mappings
