// Carries facts between folders that may not know each other: connector tables and live schemas to
// mappings/, connection files to connectors/.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/registry.hpp"
#include "mappings/config.hpp"

#include <vector>

namespace crmsync::daemon {

std::vector<mappings::ConnectionTypeView> connection_types();
connectors::ConnectionConfig connection_config(mappings::ConnectionFile const& file,
                                               mappings::DaemonSettings const& settings);
mappings::SchemaView schema_view(connectors::ObjectSchema const& schema);
connectors::EndpointSpec endpoint_spec(mappings::Mapping const& mapping, engine::Side side);

}  // namespace crmsync::daemon
