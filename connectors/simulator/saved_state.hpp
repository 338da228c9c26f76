// A simulated account as one JSON file, so that it survives a restart and a demonstration can
// start from a prepared one.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/simulator/model/crm.hpp"
#include "engine/error.hpp"

#include <string>
#include <string_view>

namespace crmsync::connectors::simulator {

// Everything but what is under way (workflows that are due, index entries, webhooks) and labels of
// the account's own.
std::string save(model::Crm& crm);

// Fills a fresh account. Records with an id are taken as they are, with stamps and history; those
// without are created as an import would, so that a hand-written file needs properties only.
// config_invalid names the place in the file.
engine::Status load(model::Crm& crm, std::string_view text, engine::Timestamp now);

}  // namespace crmsync::connectors::simulator
