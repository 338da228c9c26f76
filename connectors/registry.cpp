// SPDX-License-Identifier: Apache-2.0
#include "connectors/registry.hpp"

#include "connectors/hubspot/hubspot.hpp"
#include "connectors/sqlite/sqlite.hpp"

#include <algorithm>
#include <array>

namespace crmsync::connectors {

std::span<ConnectorRow const> connector_table() noexcept {
  static std::array const table{
      sqlite::connector_row(),
      hubspot::connector_row(),
  };
  return table;
}

ConnectorRow const* find_connector(std::string_view type) noexcept {
  auto const table = connector_table();
  auto const row = std::find_if(table.begin(), table.end(),
                                [type](ConnectorRow const& r) { return r.type == type; });
  return row != table.end() ? &*row : nullptr;
}

}  // namespace crmsync::connectors
