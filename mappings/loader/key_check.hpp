// Holds a YAML tree against a key table: unknown keys, missing keys, wrong forms, all at once.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mappings/key_table.hpp"
#include "mappings/report.hpp"
#include "mappings/yaml_node.hpp"

namespace crmsync::mappings {

// Keys of type `special` and `secret` are only checked for having a value: their readers do the
// rest.
void check_keys(YamlNode const& root, KeyTable table, Report& report);

// "did you mean `x`?", or the known names when none is near.
std::string suggest(std::string_view word, std::vector<std::string_view> const& known);

}  // namespace crmsync::mappings
