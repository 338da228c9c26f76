// The connector for SQLite databases as the registry knows it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/registry.hpp"

namespace crmsync::connectors::sqlite {

ConnectorRow connector_row();

}  // namespace crmsync::connectors::sqlite
