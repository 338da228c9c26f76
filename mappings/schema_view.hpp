// What the mapping needs to know of a live schema. mappings/ may not include connectors/, so the
// daemon copies these few facts over.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/value.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace crmsync::mappings {

struct SchemaFieldView {
  std::string name;
  engine::ValueType type = engine::ValueType::string;
  bool read_only = false;
  bool nullable = true;
  bool has_default = false;
  std::optional<std::size_t> length_max;
  std::vector<std::string> options;  // stored values; empty: any
  bool options_closed = false;
};

using SchemaView = std::vector<SchemaFieldView>;

// A mapping row that the live schema does not allow.
struct SchemaDefect {
  std::string code;   // "M301"
  std::string where;  // "mappings.d/contacts.yaml:12:5"
  std::string text;   // what, on what
  std::string hint;   // nearest name, what to do
};

}  // namespace crmsync::mappings
