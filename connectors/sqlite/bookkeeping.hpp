// Our own tables in the application's database.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/sqlite/database.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace crmsync::connectors::sqlite {

//   crmsync_meta     key -> value: database_id, state_id, high_water, and per capture stream its
//                    epoch and how far it was purged
//   crmsync_link     rows that we created, by CRM id: a repeated create finds its row again
//   crmsync_changes  the change table that the triggers fill
//   crmsync_own      holds a row only inside a transaction of ours: the triggers' mark
// No constraint on crmsync_changes can fail, because that would fail the application's statement.
std::vector<std::string> table_statements(bool with_capture);
// Statement that gives the database its id.
std::string database_id_statement();

engine::Result<bool> table_exists(Database& database, std::string_view name);
// Empty when there is none, also when crmsync_meta itself is missing.
engine::Result<std::string> read_meta(Database& database, std::string_view key);
engine::Status write_meta(Database& database, std::string_view key, std::string_view value);

// forbidden, with the statements an admin can run instead as the hint.
engine::Error missing_rights(Database const& database, std::string detail,
                             std::vector<std::string> const& statements);

}  // namespace crmsync::connectors::sqlite
