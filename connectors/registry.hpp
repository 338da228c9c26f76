// The one table of connector types. Adding a system is a folder, a row here and one instantiation
// of the conformance suite.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/connector.hpp"
#include "connectors/runtime.hpp"
#include "engine/secret.hpp"

#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace crmsync::connectors {

// A connection file after loading: plain keys as text, secrets apart. Which keys exist is the
// row's business; the loader has already refused unknown ones.
struct ConnectionConfig {
  std::string name;  // connection: NAME
  std::string type;
  std::map<std::string, std::string, std::less<>> values;      // dotted keys: "quota.reserve"
  std::map<std::string, engine::Secret, std::less<>> secrets;  // "auth.token", "webhook.secret"
};

// One key of a connection file: drives loader, error texts and the reference page.
struct ConnectionKey {
  std::string_view name;  // dotted
  std::string_view kind;  // "text", "path", "url", "duration", "percent", "rate", "secret", "bool"
  bool required;
  std::string_view default_value;
  std::string_view doc;
};

enum class ConnectorRole : std::uint8_t { app, crm };

struct ConnectorRow {
  std::string_view type;
  ConnectorRole role;
  std::span<ConnectionKey const> keys;
  // Builds the connector; does no I/O. config_invalid names the key.
  Result<std::unique_ptr<Connector>> (*make)(ConnectionConfig const&, Runtime&);
};

std::span<ConnectorRow const> connector_table() noexcept;
ConnectorRow const* find_connector(std::string_view type) noexcept;

}  // namespace crmsync::connectors
