// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/daemon/mapping_yaml.hpp"

#include <gtest/gtest.h>

namespace crmsync::daemon::tests {

std::string text_of(MappingYaml const& yaml) {
  return "version: 1\nmapping: people\napp: " + yaml.app +
         "\ncrm: {connection: hub, object: contacts, external_id: shop_id}\ncreate: " +
         yaml.create + "\nmatch: " + yaml.match + "\nconflict: " + yaml.conflict +
         "\ninitial: " + yaml.initial + "\ndelete: " + yaml.deletes +
         "\nschedule: " + yaml.schedule + "\nfields:\n" + yaml.fields;
}

mappings::SchemaView schema_of(mappings::Mapping const& mapping, engine::Side side,
                               std::map<std::string, engine::ValueType> const& types) {
  mappings::SchemaView view;
  auto names = mapping.native_fields(side);
  names.emplace_back(side == engine::Side::app ? "id" : "shop_id");
  for (auto const& name : names) {
    mappings::SchemaFieldView field;
    field.name = name;
    if (auto const it = types.find(name); it != types.end()) field.type = it->second;
    if (types.contains(name + "!")) {
      field.type = types.at(name + "!");
      field.nullable = false;
    }
    view.push_back(std::move(field));
  }
  return view;
}

mappings::Mapping bound(MappingYaml const& yaml) {
  auto loaded = mappings::load_mapping(text_of(yaml), "people.yaml");
  for (auto const& diagnostic : loaded.diagnostics)
    if (!diagnostic.warning) ADD_FAILURE() << mappings::render(diagnostic);
  if (!loaded.mapping) return {};
  auto mapping = std::move(*loaded.mapping);
  auto const defects = mapping.bind(schema_of(mapping, engine::Side::app, yaml.app_types),
                                    schema_of(mapping, engine::Side::crm, yaml.crm_types));
  for (auto const& defect : defects) ADD_FAILURE() << defect.code << " " << defect.text;
  return mapping;
}

}  // namespace crmsync::daemon::tests
