// Mappings as an admin writes them, bound to schemas that need no database.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mappings/config.hpp"

#include <map>
#include <string>

namespace crmsync::daemon::tests {

// Every part of the file that a test may want to say differently.
struct MappingYaml {
  std::string fields =
      "  - {app: email, crm: email}\n"
      "  - {app: name, crm: name}\n"
      "  - {app: phone, crm: phone}\n";
  std::string app = "{connection: shop, object: people, key: id}";
  std::string match = "{keys: [{app: email, crm: email}]}";
  std::string create = "both";
  std::string conflict = "{default: [ask]}";
  std::string initial = "{prefer: ask, require_plan: false}";
  std::string deletes = "{app_deleted: archive_crm, crm_deleted: delete_row}";
  std::string schedule = "{app: {every: 10s}, crm: {poll: 10s}, settle: 1s}";
  // Native types that are not string, by column or property; a name ending in "!" may not be NULL.
  std::map<std::string, engine::ValueType> app_types = {{"id", engine::ValueType::int64}};
  std::map<std::string, engine::ValueType> crm_types = {};
};

std::string text_of(MappingYaml const& yaml);
// Loaded and bound; a mapping that the loader or the schemas refuse fails the test.
mappings::Mapping bound(MappingYaml const& yaml = {});
mappings::SchemaView schema_of(mappings::Mapping const& mapping, engine::Side side,
                               std::map<std::string, engine::ValueType> const& types);

}  // namespace crmsync::daemon::tests
