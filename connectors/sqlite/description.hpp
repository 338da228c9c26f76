// What an endpoint tells about its table.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/connector.hpp"
#include "connectors/sqlite/layout.hpp"

namespace crmsync::connectors::sqlite {

engine::Result<Description> describe_layout(Database& database, Layout const& layout,
                                            EndpointSpec const& spec);

}  // namespace crmsync::connectors::sqlite
