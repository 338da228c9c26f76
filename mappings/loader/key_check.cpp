// SPDX-License-Identifier: Apache-2.0
#include "mappings/loader/key_check.hpp"

#include "mappings/literals.hpp"

#include <algorithm>

namespace crmsync::mappings {
namespace {

std::string quoted(std::string_view text) {
  return "`" + std::string(text) + "`";
}

std::string_view form_of(YamlNode const& node) {
  switch (node.kind) {
    case YamlNode::Kind::null:
      return "nothing";
    case YamlNode::Kind::scalar:
      return "a single value";
    case YamlNode::Kind::sequence:
      return "a list";
    case YamlNode::Kind::map:
      return "a map";
  }
  return "something else";
}

// What is wrong with a scalar of this type, and how to write it. Empty first part: fine.
struct Fault {
  std::string_view code;
  std::string cure;
};

Fault scalar_fault(YamlNode const& node, KeyRow const& row) {
  std::string_view const text = node.text;
  auto const unless = [](bool fine, std::string_view code, std::string_view cure) {
    return fine ? Fault{} : Fault{code, std::string(cure)};
  };
  switch (row.type) {
    case KeyType::version:
      return unless(text == "1", "M202", "this version of crmsync reads `version: 1`");
    case KeyType::name:
      return unless(is_name(text), "M209",
                    "a name is 1 to 63 of a-z, 0-9, `_`, `-`, and begins with a letter or digit");
    case KeyType::boolean:
      return unless(parse_boolean(text).has_value(), "M203", "write true or false");
    case KeyType::count:
      return unless(parse_count(text).has_value(), "M208", "write a whole number, e.g. 50");
    case KeyType::percent:
      return unless(parse_percent(text).has_value(), "M208", "write 0% to 100%, e.g. 20%");
    case KeyType::bytes:
      return unless(parse_bytes(text).has_value(), "M208", "write a size, e.g. 64GiB");
    case KeyType::duration:
      return unless(parse_duration(text).has_value(), "M207",
                    "write a whole number and a unit: 500ms, 30s, 5m, 1h, 90d");
    case KeyType::rate:
      return unless(is_rate(text), "M208", "write requests per time, e.g. 190/10s");
    case KeyType::url:
      return unless(url_fault(text).empty(), "M412", url_fault(text));
    case KeyType::choice: {
      auto const words = split_choices(row.choices);
      if (std::find(words.begin(), words.end(), text) != words.end()) return {};
      return {"M205", suggest(text, words)};
    }
    case KeyType::text:
    case KeyType::column:
    case KeyType::texts:
    case KeyType::path:
    case KeyType::secret:
      return unless(!text.empty(), "M203", "give it a value or remove the key");
    case KeyType::map:
    case KeyType::maps:
    case KeyType::labels:
    case KeyType::values:
    case KeyType::special:
    case KeyType::unsupported:
      return {};
  }
  return {};
}

class Checker {
 public:
  Checker(KeyTable table, Report& report) : table_(table), report_(report) {}

  // `path` is the table's ("fields[]"), `shown` the admin's ("fields[3]").
  void check_map(YamlNode const& node, std::string const& path, std::string const& shown) {
    bool has_unsupported = false;
    for (std::size_t i = 0; i < node.keys.size(); ++i) {
      auto const& key = node.keys[i];
      auto const below = path.empty() ? key.text : path + "." + key.text;
      auto const* row = find_key(table_, below);
      if (row == nullptr &&
          (key.text.find('.') != std::string::npos || child_names(table_, below).empty())) {
        if (key.text != "<<") unknown_key(key, path, shown);
        continue;
      }
      has_unsupported |= row != nullptr && row->type == KeyType::unsupported;
      KeyRow const implied{below, KeyType::map, false, {}, {}, {}};
      check_value(key, node.items[i], row != nullptr ? *row : implied,
                  shown.empty() ? key.text : shown + "." + key.text);
    }
    if (!has_unsupported) check_required(node, path, shown);
  }

 private:
  static std::string inside(std::string const& shown) {
    return shown.empty() ? std::string{} : " in " + shown;
  }

  void unknown_key(YamlKey const& key, std::string const& path, std::string const& shown) {
    report_.error("M204", key.at, "unknown key " + quoted(key.text) + inside(shown),
                  suggest(key.text, child_names(table_, path)));
  }

  void check_required(YamlNode const& node, std::string const& path, std::string const& shown) {
    for (auto const name : child_names(table_, path)) {
      auto const below = path.empty() ? std::string(name) : path + "." + std::string(name);
      auto const* row = find_key(table_, below);
      if (row == nullptr || !row->required || node.find(name) != nullptr) continue;
      report_.error("M201", path.empty() ? Position{} : node.at,
                    "missing key " + quoted(name) + inside(shown), std::string(row->doc));
    }
  }

  void check_value(YamlKey const& key, YamlNode const& node, KeyRow const& row,
                   std::string const& shown) {
    if (row.type == KeyType::unsupported) {
      report_.error("M206", key.at, quoted(shown) + " is not supported in this version",
                    "remove it; nothing of it would be done");
      return;
    }
    if (node.kind == YamlNode::Kind::null) {
      report_.error("M203", key.at, quoted(shown) + " has no value",
                    "give it a " + std::string(to_string(row.type)) + " or remove the key");
      return;
    }
    check_form(node, row, shown);
  }

  void check_form(YamlNode const& node, KeyRow const& row, std::string const& shown) {
    switch (row.type) {
      case KeyType::map:
        if (!node.is_map()) return wrong_form(node, row, shown);
        return check_map(node, std::string(row.path), shown);
      case KeyType::maps:
        return check_maps(node, row, shown);
      case KeyType::labels:
        return check_labels(node, row, shown);
      case KeyType::texts:
        if (node.is_sequence()) return check_texts(node, row, shown);
        break;
      case KeyType::column:
        if (!node.is_sequence()) break;
        report_.error("M206", node.at,
                      quoted(shown) + ": one-to-many rows are not supported in this version",
                      "name one column or property");
        return;
      case KeyType::values:
        return check_values(node, row, shown);
      case KeyType::special:
      case KeyType::unsupported:
        return;
      case KeyType::version:
      case KeyType::name:
      case KeyType::text:
      case KeyType::boolean:
      case KeyType::count:
      case KeyType::percent:
      case KeyType::duration:
      case KeyType::bytes:
      case KeyType::path:
      case KeyType::url:
      case KeyType::rate:
      case KeyType::secret:
      case KeyType::choice:
        break;
    }
    check_scalar(node, row, shown);
  }

  void check_scalar(YamlNode const& node, KeyRow const& row, std::string const& shown) {
    if (!node.is_scalar()) return wrong_form(node, row, shown);
    auto const fault = scalar_fault(node, row);
    if (fault.code.empty()) return;
    auto const what = row.type == KeyType::secret || row.type == KeyType::url
                          ? quoted(shown) + " cannot be used"
                          : quoted(node.text) + " is no valid value for " + quoted(shown);
    report_.error(fault.code, node.at, what, fault.cure);
  }

  void check_maps(YamlNode const& node, KeyRow const& row, std::string const& shown) {
    if (!node.is_sequence()) return wrong_form(node, row, shown);
    if (node.items.empty()) {
      report_.error("M217", node.at, quoted(shown) + " is empty", std::string(row.doc));
      return;
    }
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      // Counted from 1, as people count rows.
      auto const here = shown + "[" + std::to_string(i + 1) + "]";
      if (node.items[i].is_map()) {
        check_map(node.items[i], std::string(row.path) + "[]", here);
      } else {
        wrong_form(node.items[i], KeyRow{{}, KeyType::map, false, {}, {}, {}}, here);
      }
    }
  }

  void check_texts(YamlNode const& node, KeyRow const& row, std::string const& shown) {
    if (node.items.empty())
      report_.error("M217", node.at, quoted(shown) + " is empty", std::string(row.doc));
    for (auto const& item : node.items) check_scalar(item, row, shown);
  }

  void check_labels(YamlNode const& node, KeyRow const& row, std::string const& shown) {
    if (!node.is_map()) return wrong_form(node, row, shown);
    if (node.items.empty())
      report_.error("M217", node.at, quoted(shown) + " is empty", std::string(row.doc));
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      if (node.items[i].is_scalar() && !node.items[i].text.empty() && !node.keys[i].text.empty())
        continue;
      report_.error(
          "M203", node.keys[i].at,
          "label " + quoted(node.keys[i].text) + " of " + quoted(shown) + " has no counterpart",
          "write one label per label: {trial: lead}; quote labels like \"null\"");
    }
  }

  void check_values(YamlNode const& node, KeyRow const& row, std::string const& shown) {
    if (!node.is_map()) return wrong_form(node, row, shown);
    if (node.items.empty())
      report_.error("M217", node.at, quoted(shown) + " is empty", std::string(row.doc));
    for (std::size_t i = 0; i < node.items.size(); ++i)
      if (node.items[i].is_map() || node.items[i].is_sequence())
        report_.error("M203", node.items[i].at,
                      quoted(node.keys[i].text) + " of " + quoted(shown) + " is " +
                          std::string(form_of(node.items[i])),
                      "write the value as the system holds it, in quotes");
  }

  void wrong_form(YamlNode const& node, KeyRow const& row, std::string const& shown) {
    report_.error("M203", node.at, quoted(shown) + " is " + std::string(form_of(node)),
                  "expected: " + std::string(to_string(row.type)));
  }

  KeyTable table_;
  Report& report_;
};

}  // namespace

std::string suggest(std::string_view word, std::vector<std::string_view> const& known) {
  auto const nearest = nearest_name(word, known);
  if (!nearest.empty()) return "did you mean " + quoted(nearest) + "?";
  std::string out = "known: ";
  for (std::size_t i = 0; i < known.size(); ++i) {
    if (i != 0) out += ", ";
    out += known[i];
  }
  return out;
}

void check_keys(YamlNode const& root, KeyTable table, Report& report) {
  if (!root.is_map()) {
    report.error("M203", root.at, "the file is " + std::string(form_of(root)),
                 "expected: keys and values, beginning with `version: 1`");
    return;
  }
  Checker(table, report).check_map(root, {}, {});
}

}  // namespace crmsync::mappings
