// A property's text as anybody reads it: stored or computed.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/simulator/model/catalog.hpp"
#include "connectors/simulator/model/record.hpp"

#include <optional>
#include <string>

namespace crmsync::connectors::simulator::model {

// Empty: never set. "": cleared. Computed ones are never empty texts.
std::optional<std::string> read(Snapshot const& snapshot, ObjectType const& type,
                                Catalog const& catalog, PropertyId property);

}  // namespace crmsync::connectors::simulator::model
