// One row of `fields:`: which native names it ties together and how values are transformed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/rules.hpp"
#include "engine/value.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crmsync::mappings {

// A transform as written: its name and its parameters, already checked. See transforms.hpp for the
// table of kinds.
struct TransformUse {
  std::string name;                                         // "email", "scale", "split"
  std::vector<std::pair<std::string, std::string>> params;  // {"by","100"}

  // Empty when the parameter is not given.
  std::string_view param(std::string_view key) const noexcept {
    for (auto const& [known, value] : params)
      if (known == key) return value;
    return {};
  }
};

enum class OnUnknown : std::uint8_t { ask, keep, use_default };

struct ValueTable {
  std::vector<std::pair<std::string, std::string>> pairs;  // app label -> crm label
  OnUnknown on_unknown = OnUnknown::ask;
  std::string default_app;  // on_unknown: {default: X}
};

struct FieldMap {
  std::string name;                      // = rules.fields[i].name
  std::vector<std::string> app;          // native columns; one unless a transform joins several
  std::vector<std::string> crm;          // native properties
  std::vector<TransformUse> transforms;  // applied in order app -> canonical; undone in reverse
  ValueTable values;                     // empty pairs: none
  std::string compare;                   // "exact" (default), "lower", "email", "digits", "trim"
  bool required = false;
  engine::ValueType canonical = engine::ValueType::null;  // fixed by Mapping::bind
  engine::ValueType app_native = engine::ValueType::string;
  engine::ValueType crm_native = engine::ValueType::string;
  bool app_not_null = false;  // a blank becomes "" in a NOT NULL text column
  std::optional<std::size_t> app_length_max;
  std::optional<std::size_t> crm_length_max;
  engine::RuleSource source;
  bool own_chain = false;  // has a `conflict` of its own, not the mapping's default
};

// A canonical value, or why there is none.
struct CanonicalValue {
  engine::FieldValue value;
  std::string problem;  // "unknown label", "not a date"; empty when value is set or simply absent
};

}  // namespace crmsync::mappings
