// A YAML text as plain data: what the loaders read instead of yaml-cpp's nodes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace crmsync::mappings {

// 1-based; columns and lengths count characters, not bytes. Line 0: the file as a whole.
struct Position {
  int line = 0;
  int column = 0;
  int length = 1;
};

struct YamlKey {
  std::string text;
  Position at;
};

// Scalars stay text: `no`, `012` and `1.10` get their meaning from the key's type, never by
// guessing. `null` is what stands for nothing (`~`, `null`, or no value at all).
struct YamlNode {
  enum class Kind : std::uint8_t { null, scalar, sequence, map };
  Kind kind = Kind::null;
  std::string text;  // scalar; null: as written
  bool quoted = false;
  Position at;
  std::vector<YamlNode> items;  // sequence: the items; map: the values
  std::vector<YamlKey> keys;    // map: keys[i] belongs to items[i]

  bool is_scalar() const noexcept { return kind == Kind::scalar; }
  bool is_sequence() const noexcept { return kind == Kind::sequence; }
  bool is_map() const noexcept { return kind == Kind::map; }

  // Null pointer when this is no map or has no such key.
  YamlNode const* find(std::string_view key) const noexcept {
    for (std::size_t i = 0; i < keys.size(); ++i)
      if (keys[i].text == key) return &items[i];
    return nullptr;
  }
  // Steps through nested maps: "schedule.app.every".
  YamlNode const* at_path(std::string_view path) const noexcept {
    auto const* node = this;
    while (node != nullptr && !path.empty()) {
      auto const dot = path.find('.');
      node = node->find(path.substr(0, dot));
      path = dot == std::string_view::npos ? std::string_view{} : path.substr(dot + 1);
    }
    return node;
  }
};

}  // namespace crmsync::mappings
