// SPDX-License-Identifier: Apache-2.0
#include "mappings/loader/mapping_loader.hpp"

#include "mappings/config.hpp"
#include "mappings/key_table.hpp"
#include "mappings/loader/key_check.hpp"
#include "mappings/loader/parts.hpp"
#include "mappings/yaml_reader.hpp"

namespace crmsync::mappings {

namespace {

Position place_of(YamlNode const& root, std::string_view path) {
  auto const* node = root.at_path(path);
  return node == nullptr ? Position{} : node->at;
}

}  // namespace

MappingRead read_mapping(std::string_view text, Report& report) {
  MappingRead read;
  auto& mapping = read.mapping;
  mapping.file = report.shown_as();
  auto const root = read_yaml(text, report);
  if (!root) return read;
  check_keys(*root, mapping_keys(), report);
  mapping.name = text_at(*root, "mapping");
  read.name_at = place_of(*root, "mapping");
  read.app_connection_at = place_of(*root, "app.connection");
  read.crm_connection_at = place_of(*root, "crm.connection");
  read_sides(*root, mapping, report);
  read_match(*root, mapping);
  read_rules(*root, mapping, report);
  auto const rows = read_fields(*root, mapping, report);
  check_rows(rows, mapping, report);
  name_fields(mapping);
  read_tests(*root, mapping, report);
  return read;
}

MappingResult load_mapping(std::string_view text, std::string shown_as) {
  Report report(std::move(shown_as), text);
  auto read = read_mapping(text, report);
  MappingResult result;
  if (!report.failed()) result.mapping = std::move(read.mapping);
  result.diagnostics = report.take();
  sort(result.diagnostics);
  return result;
}

}  // namespace crmsync::mappings
