// What a mapping asks of an object against what the account offers. Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/connector.hpp"
#include "connectors/hubspot/wire/property.hpp"

namespace crmsync::connectors::hubspot {

// invalid_schema: properties that do not exist, each with the nearest name; read_only: properties
// the mapping wants to write but cannot. The external id may be missing: prepare() creates it.
engine::Status check_spec(EndpointSpec const& spec, wire::PropertyTable const& table);

// invalid_schema when the property cannot serve as our unique key.
engine::Status check_external_id(EndpointSpec const& spec, wire::Property const& property);

}  // namespace crmsync::connectors::hubspot
