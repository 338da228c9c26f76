// Types for a mapping that is tried without its systems: texts, as people write them in a test,
// and numbers or sets where only those can be decided about.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/identity.hpp"
#include "mappings/mapping.hpp"

namespace crmsync::mappings {

// Every name the mapping reads or writes on the side, writable and nullable.
SchemaView assumed_schema(Mapping const& mapping, engine::Side side);

// A value as a test writes it, in the type that the assumed schema gives the field's names. ""
// is a blank. The problem never holds the value.
CanonicalValue native_value(FieldMap const& field, engine::Side side, std::string const& text);

}  // namespace crmsync::mappings
