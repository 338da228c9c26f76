// The table of native types and canonical types that can meet without a transform.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/value.hpp"
#include "mappings/field_map.hpp"

#include <span>

namespace crmsync::mappings {

struct ConversionRow {
  engine::ValueType native;
  engine::ValueType canonical;
  // Values are never null. `problem` says why a value cannot be converted, without the value.
  CanonicalValue (*read)(engine::Value const& native);
  CanonicalValue (*write)(engine::Value const& canonical);
};

std::span<ConversionRow const> conversion_table() noexcept;
ConversionRow const* find_conversion(engine::ValueType native,
                                     engine::ValueType canonical) noexcept;

}  // namespace crmsync::mappings
