// Brings our tables and triggers into the application's database.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/connector.hpp"
#include "connectors/sqlite/layout.hpp"

namespace crmsync::connectors::sqlite {

// What is missing, in order of execution; nothing when all is there.
engine::Result<std::vector<std::string>> missing_statements(Database& database,
                                                            Layout const& layout,
                                                            EndpointSpec const& spec);
// Runs them in one transaction. forbidden, with the statements as the hint, when the file cannot
// be written; polling that writes nothing needs none of it and succeeds then.
engine::Result<void> prepare_database(Database& database, Layout const& layout,
                                      EndpointSpec const& spec);

}  // namespace crmsync::connectors::sqlite
