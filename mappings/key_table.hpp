// Every key that a file may hold, as data. The loader is driven by these tables; so are the
// reference pages and the JSON Schema, which is why each row carries the sentence people read.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace crmsync::mappings {

enum class KeyType : std::uint8_t {
  version,     // the file format: 1
  name,        // [a-z0-9][a-z0-9_-]{0,62}
  text,        // any scalar but nothing
  column,      // one native name; a list is a one-to-many row, which this version refuses
  texts,       // a text or a list of texts
  boolean,     // true | false
  count,       // whole number
  percent,     // 20%
  duration,    // 30s
  bytes,       // 64GiB
  path,        // relative to the configuration folder
  url,         // http only to this machine
  rate,        // 190/10s
  secret,      // a ${...} reference
  choice,      // one of `choices`
  map,         // keys of its own: the rows below its path
  maps,        // a list of such maps: the rows below its path + "[]"
  labels,      // text -> text
  values,      // name -> value; nothing and "" are blanks
  special,     // several forms; read by the loader itself
  unsupported  // known, and refused by this version
};
std::string_view to_string(KeyType type) noexcept;

struct KeyRow {
  std::string_view path;  // "schedule.app.every", "fields[].app"
  KeyType type = KeyType::text;
  bool required = false;
  std::string_view default_value;  // as one would write it; empty: none
  std::string_view choices;        // choice: "both|to_crm|to_app"
  std::string_view doc;            // one or two sentences
};

using KeyTable = std::span<KeyRow const>;

KeyTable settings_keys() noexcept;           // crmsync.yaml
KeyTable connection_common_keys() noexcept;  // what every connections.d/*.yaml may hold
KeyTable mapping_keys() noexcept;            // mappings.d/*.yaml

// Null pointer when the table has no such row.
KeyRow const* find_key(KeyTable table, std::string_view path) noexcept;
// Names that may stand in the map at `path` ("" is the file itself), in table order.
std::vector<std::string_view> child_names(KeyTable table, std::string_view path);
std::vector<std::string_view> split_choices(std::string_view choices);

}  // namespace crmsync::mappings
