// The change table that the triggers fill, read as a stream with a durable position.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/connector.hpp"
#include "connectors/sqlite/database.hpp"
#include "connectors/sqlite/triggers.hpp"

#include <optional>
#include <string_view>
#include <vector>

namespace crmsync::connectors::sqlite {

// Everything up to `sequence` was delivered. `epoch` names one unbroken life of the triggers: a
// position of an earlier life cannot be served, because changes in between were not written down.
struct LogPosition {
  std::string epoch;
  std::int64_t sequence = 0;
};
engine::Cursor encode_position(LogPosition const& position);
std::optional<LogPosition> decode_position(std::string_view cursor);

// One row of crmsync_changes.
struct LogRow {
  std::string op;
  std::string key;
  std::string new_key;
  bool own = false;
};

// Fewer events with the same meaning, in order: several changes of one key become one; a delete
// stays apart from what follows it (a reused key), and nothing moves across a re-key.
std::vector<engine::ChangeEvent> coalesce(std::vector<LogRow> const& rows);

engine::Result<engine::Cursor> log_end(Database& database, CaptureStream const& stream);
// cursor_expired: another epoch, rows already purged, or a database older than the position.
engine::Result<ChangePage> read_log(Database& database, CaptureStream const& stream,
                                    engine::Cursor const& cursor);
// Deletes a bounded slice of what lies at or before `sequence`; true when there may be more.
engine::Result<bool> purge_log(Database& database, CaptureStream const& stream,
                               std::int64_t sequence);

}  // namespace crmsync::connectors::sqlite
