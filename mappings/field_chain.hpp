// What the transforms of one field make of the types on its way.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/identity.hpp"
#include "mappings/field_map.hpp"

#include <optional>

namespace crmsync::mappings {

// The type the field's transforms and labels fix for its canonical value; empty: the CRM's schema
// decides.
std::optional<engine::ValueType> fixed_type(FieldMap const& field) noexcept;
// The type the first transform takes; without transforms the canonical type.
engine::ValueType chain_input(FieldMap const& field, engine::ValueType canonical) noexcept;
// The CRM's values go through the whole chain, as the app's do, when its property has a type that
// does not meet the canonical one directly: a text property that holds `a;b`.
bool crm_uses_chain(FieldMap const& field) noexcept;

// Native value (not null) -> canonical, before blanks and labels are looked at.
CanonicalValue run_chain(FieldMap const& field, engine::Side side, engine::Value const& native);
// Back: canonical (not null) -> native.
CanonicalValue undo_chain(FieldMap const& field, engine::Side side, engine::Value const& canonical);

}  // namespace crmsync::mappings
