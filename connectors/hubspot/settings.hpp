// The keys of a HubSpot connection file and what they mean.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/hubspot/account.hpp"
#include "connectors/hubspot/wire/signature.hpp"
#include "connectors/registry.hpp"

#include <span>
#include <string>

namespace crmsync::connectors::hubspot {

struct Settings {
  AccountOptions account;
  wire::SignatureKeys webhook;
  std::string ca_file;
};

std::span<ConnectionKey const> connection_keys() noexcept;

// config_invalid naming the key.
engine::Result<Settings> read_settings(ConnectionConfig const& config);

}  // namespace crmsync::connectors::hubspot
