// HubSpot as a connection: one account, any number of its object types.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/http/client.hpp"
#include "connectors/registry.hpp"

#include <memory>

namespace crmsync::connectors::hubspot {

ConnectorRow const& connector_row() noexcept;

// The connector over a transport of the caller's choice; the row's own make() dials base_url.
engine::Result<std::unique_ptr<Connector>> make_over(ConnectionConfig const& config,
                                                     std::unique_ptr<http::Client> client,
                                                     Runtime& runtime);

}  // namespace crmsync::connectors::hubspot
