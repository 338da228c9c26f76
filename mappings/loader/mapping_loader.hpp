// A mapping file's tree -> Mapping.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mappings/mapping.hpp"
#include "mappings/report.hpp"

#include <string_view>

namespace crmsync::mappings {

struct MappingRead {
  Mapping mapping;
  // For checks across files.
  Position name_at;
  Position app_connection_at;
  Position crm_connection_at;
};

// Usable only if the report has no errors afterwards; what could be read is filled in either way,
// so that checks across files can go on.
MappingRead read_mapping(std::string_view text, Report& report);

}  // namespace crmsync::mappings
