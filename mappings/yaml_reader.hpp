// YAML text -> YamlNode. yaml-cpp is used in yaml_reader.cpp and nowhere else, as an event parser
// only: its own node tree keeps duplicate keys, ignores `<<` and grows without bound when an alias
// bomb is walked.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mappings/report.hpp"
#include "mappings/yaml_node.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace crmsync::mappings {

struct YamlLimits {
  static constexpr std::size_t kBytesMax = std::size_t{1} << 20;
  static constexpr std::size_t kDepthMax = 32;
  static constexpr std::size_t kNodesMax = 100'000;
};

// Empty when the text cannot be read as one document within the limits; the report says why. A
// text with refused parts (aliases, anchors, tags, duplicate keys, `<<`) still gives a tree, so
// that the rest of it is checked too; the report then holds errors.
std::optional<YamlNode> read_yaml(std::string_view text, Report& report);

}  // namespace crmsync::mappings
