// What a side's live schema says about one object.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/value.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crmsync::connectors {

struct FieldOption {
  std::string value;  // what is stored
  std::string label;  // what people see
};

struct FieldSchema {
  std::string name;
  engine::ValueType type = engine::ValueType::string;  // the native type values arrive and leave in
  bool read_only = false;
  bool nullable = true;
  bool has_default = false;
  bool unique = false;
  std::optional<std::size_t> length_max;  // in characters
  std::vector<FieldOption> options;       // empty: any value
  bool options_closed = false;            // only `options` are accepted
};

struct ObjectSchema {
  std::string object;
  std::vector<FieldSchema> fields;

  FieldSchema const* find(std::string_view name) const noexcept {
    for (auto const& field : fields)
      if (field.name == name) return &field;
    return nullptr;
  }
};

}  // namespace crmsync::connectors
