// What editors and people read about the files: made from the tables that the loader itself uses.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace crmsync::daemon {

// JSON Schema (draft-07) of mappings.d/*.yaml, as the YAML language server reads it.
std::string mapping_schema();
// The same of crmsync.yaml.
std::string settings_schema();
// Every key, policy, transform and code, as Markdown.
std::string reference_page();

}  // namespace crmsync::daemon
