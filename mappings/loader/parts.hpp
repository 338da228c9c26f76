// The readers of a mapping file's parts. Each reads what is there, reports what is wrong and goes
// on with the default, so that one pass names every error. The key tables have been checked before.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mappings/mapping.hpp"
#include "mappings/report.hpp"
#include "mappings/yaml_node.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace crmsync::mappings {

template <class E>
struct Word {
  std::string_view word;
  E value;
};

// The value of the scalar's word; `fallback` without a node or for a word that was reported before.
template <class E, std::size_t N>
E pick(YamlNode const* node, Word<E> const (&words)[N], E fallback) {
  if (node != nullptr)
    for (auto const& [word, value] : words)
      if (node->text == word) return value;
  return fallback;
}

// The scalar at a dotted path; empty without one.
std::string text_at(YamlNode const& node, std::string_view path);
engine::Direction read_direction(YamlNode const* node, engine::Direction fallback);

// A row of `fields` with the node it was read from.
struct FieldRow {
  YamlNode const* node = nullptr;
  std::string shown;  // "fields[3]"
};

void read_sides(YamlNode const& root, Mapping& mapping, Report& report);
void read_match(YamlNode const& root, Mapping& mapping);
void read_rules(YamlNode const& root, Mapping& mapping, Report& report);
std::vector<FieldRow> read_fields(YamlNode const& root, Mapping& mapping, Report& report);
std::vector<engine::Policy> read_chain(YamlNode const& node, std::string const& shown,
                                       Report& report);
std::vector<TransformUse> read_transforms(YamlNode const& node, std::string const& shown,
                                          Report& report);
// What only shows when rows are seen together: two writers, groups, keys that are written.
void check_rows(std::vector<FieldRow> const& rows, Mapping const& mapping, Report& report);
// Fills FieldMap::name: the column's, made unique.
void name_fields(Mapping& mapping);
// Needs the fields and their names.
void read_tests(YamlNode const& root, Mapping& mapping, Report& report);

}  // namespace crmsync::mappings
