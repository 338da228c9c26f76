// The one table of transforms: how an app value becomes its canonical form and back. Tests iterate
// over it; the loader looks names and parameters up in it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/value.hpp"
#include "mappings/field_map.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace crmsync::mappings {

enum class TransformKind : std::uint8_t {
  exact,      // undoing gives back the very value
  canonical,  // undoing gives back a value that is equal after normalising
  one_way     // cannot be undone: only for fields that flow one way
};
std::string_view to_string(TransformKind kind) noexcept;

struct TransformParam {
  std::string_view name;
  bool required;
  std::string_view default_value;
  std::string_view doc;
};

struct TransformRow {
  std::string_view name;
  TransformKind kind;
  // A normaliser gives back its own input when that is in normal form already, so it is applied to
  // the CRM's values as well.
  bool normalises;
  std::span<TransformParam const> params;  // the first one may be written without its name
  // What is wrong with the parameters; empty: nothing.
  std::string (*check)(TransformUse const& use);
  engine::ValueType (*input)(TransformUse const& use);  // what it takes from the app's side
  engine::ValueType output;                             // the canonical type it yields
  // Values are of type `input` and never blank; the result may be blank. `problem` never holds the
  // value.
  CanonicalValue (*to_canonical)(engine::Value const& value, TransformUse const& use);
  CanonicalValue (*from_canonical)(engine::Value const& value, TransformUse const& use);
  std::string_view doc;
};

std::span<TransformRow const> transform_table() noexcept;
TransformRow const* find_transform(std::string_view name) noexcept;

}  // namespace crmsync::mappings
