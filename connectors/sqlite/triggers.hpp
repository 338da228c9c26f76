// Capture by triggers: which triggers a table needs, and what is missing in a database.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/sqlite/key_codec.hpp"
#include "connectors/sqlite/table.hpp"

#include <string>
#include <vector>

namespace crmsync::connectors::sqlite {

// What one set of triggers reports: a table, seen by these key columns and this soft-delete
// marker. Mappings that agree on all three share a stream.
struct CaptureStream {
  std::string name;  // in crmsync_changes.obj and in the triggers' names
  std::string table;
};

struct Trigger {
  std::string name;
  std::string sql;      // exactly as the catalogue keeps it
  bool reports = true;  // without it changes are missed; the others only refine
};

CaptureStream make_stream(std::string const& table, std::vector<std::string> const& key,
                          std::string const& deleted_field);

// `deleted` may be null: the table has hard deletes only.
std::vector<Trigger> make_triggers(CaptureStream const& stream, Table const& table, Key const& key,
                                   Column const* deleted);

// False when a reporting trigger is missing or belongs to another table (a table that was rebuilt
// loses its triggers): changes may have been missed.
engine::Result<bool> capture_is_installed(Database& database, CaptureStream const& stream,
                                          std::vector<Trigger> const& triggers);

// The statements that bring capture for `mapping` up to date; none when it is. When a reporting
// trigger was missing they also give the stream a new epoch, by which old cursors expire. Also
// removes the triggers of a stream that only this mapping used before.
engine::Result<std::vector<std::string>> missing_capture_statements(
    Database& database, std::string const& mapping, CaptureStream const& stream,
    std::vector<Trigger> const& triggers);

// crmsync_meta keys of a stream and of a mapping.
std::string epoch_key(CaptureStream const& stream);
std::string purged_key(CaptureStream const& stream);

}  // namespace crmsync::connectors::sqlite
