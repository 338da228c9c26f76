// The reference page from the tables.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/registry.hpp"
#include "daemon/reference.hpp"
#include "engine/policy.hpp"
#include "mappings/codes.hpp"
#include "mappings/key_table.hpp"
#include "mappings/transforms/transform.hpp"

#include <string_view>

namespace crmsync::daemon {

namespace {

using mappings::KeyType;

// Bars would end the cell.
std::string cell(std::string_view text) {
  std::string out;
  for (char const c : text) {
    if (c == '|') out += '\\';
    out += c;
  }
  return out;
}

std::string code(std::string_view text) {
  return text.empty() ? std::string() : "`" + cell(text) + "`";
}

std::string form_of(mappings::KeyRow const& row) {
  if (row.type != KeyType::choice) return std::string(to_string(row.type));
  std::string out;
  for (auto const word : mappings::split_choices(row.choices))
    out += (out.empty() ? "" : ", ") + code(word);
  return out;
}

void add_keys(std::string& page, std::string_view title, mappings::KeyTable table) {
  page +=
      "\n## " + std::string(title) + "\n\n| key | value | default | meaning |\n|---|---|---|---|\n";
  for (auto const& row : table) {
    if (row.type == KeyType::unsupported) continue;
    page += "| " + code(row.path) + " | " + form_of(row) + " | " +
            (row.required ? "required" : code(row.default_value)) + " | " + cell(row.doc) + " |\n";
  }
}

void add_connections(std::string& page) {
  for (auto const& type : connectors::connector_table()) {
    page += "\n### type: " + std::string(type.type) +
            "\n\n| key | value | default | meaning |\n|---|---|---|---|\n";
    for (auto const& key : type.keys)
      page += "| " + code(key.name) + " | " + std::string(key.kind) + " | " +
              (key.required ? "required" : code(key.default_value)) + " | " + cell(key.doc) +
              " |\n";
  }
}

void add_policies(std::string& page) {
  page +=
      "\n## Policies\n\nFor `conflict`: a word, or a list that is tried in order.\n\n"
      "| policy | decides |\n|---|---|\n";
  for (auto const& row : engine::policy_table())
    page += "| " + code(row.name) + " | " + cell(row.summary) + " |\n";
}

void add_transforms(std::string& page) {
  page +=
      "\n## Transforms\n\n`exact`: undoing gives back the very value. `canonical`: an equal one "
      "after normalising. `one_way`: cannot be undone.\n\n"
      "| transform | kind | parameters | meaning |\n|---|---|---|---|\n";
  for (auto const& row : mappings::transform_table()) {
    std::string parameters;
    for (auto const& one : row.params)
      parameters += (parameters.empty() ? "" : "; ") + code(one.name) + ": " + cell(one.doc);
    page += "| " + code(row.name) + " | " + std::string(to_string(row.kind)) + " | " + parameters +
            " | " + cell(row.doc) + " |\n";
  }
}

void add_codes(std::string& page) {
  page +=
      "\n## Codes\n\n`crmsync error CODE` shows the same.\n\n"
      "| code | what | why | cure |\n|---|---|---|---|\n";
  for (auto const& row : mappings::code_table())
    page += "| " + std::string(row.code) + " | " + cell(row.title) + " | " + cell(row.explanation) +
            " | " + cell(row.cure) + " |\n";
}

}  // namespace

std::string reference_page() {
  std::string page =
      "# Configuration reference\n\nMade from the program's own tables; a test compares. Editors "
      "get "
      "completion from `mapping-v1.json` by the line\n"
      "`# yaml-language-server: $schema=/usr/share/crmsync/schema/mapping-v1.json`.\n";
  add_keys(page, "crmsync.yaml", mappings::settings_keys());
  add_keys(page, "connections.d/*.yaml", mappings::connection_common_keys());
  add_connections(page);
  add_keys(page, "mappings.d/*.yaml", mappings::mapping_keys());
  add_policies(page);
  add_transforms(page);
  add_codes(page);
  return page;
}

}  // namespace crmsync::daemon
