// One object type of the account as one mapping uses it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/connector.hpp"
#include "connectors/hubspot/account.hpp"

#include <memory>

namespace crmsync::connectors::hubspot {

// The account outlives its endpoints: each holds a share of it.
std::unique_ptr<Endpoint> make_endpoint(EndpointSpec spec, std::shared_ptr<Account> account);

}  // namespace crmsync::connectors::hubspot
