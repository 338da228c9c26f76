// What a fresh account comes with.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/simulator/model/catalog.hpp"

#include <vector>

namespace crmsync::connectors::simulator::model {

// Object types with their groups and without properties.
std::vector<ObjectType> standard_types();
// The vendor's properties of a type, by its plural name; those every type has for unknown names.
std::vector<Property> standard_properties(std::string_view type);
std::vector<Pipeline> standard_pipelines();
std::vector<Owner> standard_owners();

}  // namespace crmsync::connectors::simulator::model
