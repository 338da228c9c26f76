// The rows of `fields`, one at a time.
// SPDX-License-Identifier: Apache-2.0
#include "mappings/loader/key_check.hpp"
#include "mappings/loader/parts.hpp"
#include "mappings/transforms/transform.hpp"

#include <algorithm>
#include <map>

namespace crmsync::mappings {
namespace {

constexpr Word<engine::BlankMode> kBlanks[] = {{"absence", engine::BlankMode::absence},
                                               {"value", engine::BlankMode::value}};
constexpr Word<engine::Drift> kDrifts[] = {{"report", engine::Drift::report},
                                           {"overwrite", engine::Drift::overwrite},
                                           {"keep", engine::Drift::keep}};

class FieldReader {
 public:
  FieldReader(YamlNode const& node, std::string shown, Mapping& mapping, Report& report)
      : node_(node), shown_(std::move(shown)), mapping_(mapping), report_(report) {}

  // `default_rule`: conflict.default, where the file has one.
  void read(engine::Direction direction, std::vector<engine::Policy> const& default_chain,
            YamlNode const* default_rule) {
    rule_.direction = read_direction(node_.find("direction"), direction);
    rule_.chain = default_chain;
    rule_.blank = pick(node_.find("blank"), kBlanks, engine::BlankMode::absence);
    rule_.drift = pick(node_.find("drift"), kDrifts, engine::Drift::report);
    rule_.group = text_at(node_, "group");
    field_.source = {mapping_.file, node_.at.line};
    rule_.source = field_.source;
    if (default_rule != nullptr) rule_.source.line = default_rule->at.line;
    field_.app = {text_at(node_, "app")};
    field_.crm = {text_at(node_, "crm")};
    field_.required = text_at(node_, "required") == "true";
    field_.compare = node_.find("compare") != nullptr ? text_at(node_, "compare") : "exact";
    if (auto const* conflict = node_.find("conflict"); conflict != nullptr) {
      rule_.chain = read_chain(*conflict, shown_ + ".conflict", report_);
      rule_.source.line = conflict->at.line;
      field_.own_chain = true;
    }
    if (auto const* transform = node_.find("transform"); transform != nullptr)
      field_.transforms = read_transforms(*transform, shown_ + ".transform", report_);
    read_values();
    check_one_way();
    check_effects();
    mapping_.fields.push_back(std::move(field_));
    mapping_.rules.fields.push_back(std::move(rule_));
  }

 private:
  void read_values() {
    auto const* values = node_.find("values");
    if (values == nullptr || !values->is_map()) {
      if (auto const* unknown = node_.find("on_unknown"); unknown != nullptr)
        report_.error("M218", unknown->at, "`on_unknown` needs `values`",
                      "remove it or add values");
      return;
    }
    auto& table = field_.values;
    for (std::size_t i = 0; i < values->keys.size(); ++i)
      table.pairs.emplace_back(values->keys[i].text, values->items[i].text);
    check_one_to_one(*values);
    check_stages();
    read_on_unknown();
    auto const* last =
        field_.transforms.empty() ? nullptr : find_transform(field_.transforms.back().name);
    if (last != nullptr && last->output != engine::ValueType::string)
      report_.error("M212", values->at,
                    "`values` takes text, but transform `" + field_.transforms.back().name +
                        "` yields " + std::string(to_string(last->output)),
                    "remove one of them");
  }

  // Into the app, one CRM label must mean one app label.
  void check_one_to_one(YamlNode const& values) {
    if (rule_.direction == engine::Direction::to_crm) return;
    std::map<std::string_view, std::string_view> first;
    for (std::size_t i = 0; i < values.keys.size(); ++i) {
      auto const [entry, is_new] = first.emplace(values.items[i].text, values.keys[i].text);
      if (is_new) continue;
      report_.error("M215", values.items[i].at,
                    "CRM label `" + values.items[i].text + "` stands for `" +
                        std::string(entry->second) + "` and for `" + values.keys[i].text + "`",
                    "make labels one-to-one, or set direction: to_crm");
    }
  }

  // Stages are compared in canonical form: the CRM's labels.
  void check_stages() {
    auto const* conflict = node_.find("conflict");
    std::vector<std::string_view> known;
    for (auto const& [app, crm] : field_.values.pairs) known.push_back(crm);
    for (auto const& policy : rule_.chain)
      for (auto const& stage : policy.order) {
        if (conflict == nullptr || std::find(known.begin(), known.end(), stage) != known.end())
          continue;
        report_.error("M221", conflict->at, "stage `" + stage + "` is no CRM label of `values`",
                      suggest(stage, known));
      }
  }

  void read_on_unknown() {
    auto const* node = node_.find("on_unknown");
    if (node == nullptr) return;
    auto& table = field_.values;
    if (node->is_scalar() && node->text == "ask") return;
    if (node->is_scalar() && node->text == "keep") {
      table.on_unknown = OnUnknown::keep;
      return;
    }
    auto const* label = node->find("default");
    if (label == nullptr || node->keys.size() != 1 || !label->is_scalar()) {
      report_.error("M205", node->at, "`" + shown_ + ".on_unknown` is no form of a rule",
                    "write ask, keep, or {default: app-label}");
      return;
    }
    table.on_unknown = OnUnknown::use_default;
    table.default_app = label->text;
    std::vector<std::string_view> known;
    for (auto const& [app, crm] : table.pairs)
      if (!app.empty()) known.push_back(app);
    if (std::find(known.begin(), known.end(), table.default_app) == known.end())
      report_.error("M215", label->at, "`" + table.default_app + "` is no app label of `values`",
                    suggest(table.default_app, known));
  }

  void check_one_way() {
    if (rule_.direction == engine::Direction::to_crm) return;
    for (auto const& use : field_.transforms) {
      if (find_transform(use.name)->kind != TransformKind::one_way) continue;
      report_.error("M213", node_.find("transform")->at,
                    "transform `" + use.name +
                        "` cannot be undone, but the field also flows to "
                        "the app",
                    "set direction: to_crm on this row, or choose another transform");
    }
  }

  // Keys that say something which never happens.
  void check_effects() {
    bool const both = rule_.direction == engine::Direction::both;
    if (auto const* drift = node_.find("drift"); drift != nullptr && both)
      report_.warning("M219", drift->at, "`drift` has no effect on a field that flows both ways",
                      "remove it, or set a direction");
    if (auto const* conflict = node_.find("conflict"); conflict != nullptr && !both)
      report_.warning("M219", conflict->at,
                      "`conflict` has no effect on a field that flows one way",
                      "remove it; `drift` says what happens to the other side's changes");
  }

  YamlNode const& node_;
  std::string shown_;
  Mapping& mapping_;
  Report& report_;
  FieldMap field_;
  engine::FieldRule rule_;
};

bool is_usable(YamlNode const& node) {
  return node.is_map() && !text_at(node, "app").empty() && !text_at(node, "crm").empty();
}

}  // namespace

std::vector<FieldRow> read_fields(YamlNode const& root, Mapping& mapping, Report& report) {
  std::vector<FieldRow> rows;
  auto const direction = read_direction(root.find("direction"), engine::Direction::both);
  std::vector<engine::Policy> chain;
  auto const* const default_rule = root.at_path("conflict.default");
  if (default_rule != nullptr) chain = read_chain(*default_rule, "conflict.default", report);
  auto const* fields = root.find("fields");
  if (fields == nullptr || !fields->is_sequence()) return rows;
  for (std::size_t i = 0; i < fields->items.size(); ++i) {
    auto const& node = fields->items[i];
    if (!is_usable(node)) continue;
    auto shown = "fields[" + std::to_string(i + 1) + "]";
    FieldReader(node, shown, mapping, report).read(direction, chain, default_rule);
    rows.push_back({&node, std::move(shown)});
  }
  return rows;
}

}  // namespace crmsync::mappings
