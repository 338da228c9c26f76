// Reads rows as observations: by key, and page by page.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/connector.hpp"
#include "connectors/sqlite/layout.hpp"

#include <string>
#include <vector>

namespace crmsync::connectors::sqlite {

// The current row of a statement that selects Layout::select.
engine::Observation observe_row(Statement const& row, Layout const& layout,
                                engine::Timestamp observed_at, engine::ReadSource source);

// One strong read. deleted: no such row, or its marker is set. unknown: the key has another shape
// than the mapping's key columns.
engine::Result<engine::Observation> read_by_key(Database& database, Layout const& layout,
                                                engine::RecordKey const& key,
                                                engine::Timestamp observed_at);
// The row with this rowid, for tables whose generated key is not known beforehand.
engine::Result<engine::Observation> read_by_rowid(Database& database, Layout const& layout,
                                                  std::int64_t rowid,
                                                  engine::Timestamp observed_at);

// All keys inside one read transaction, one observation each, in order.
engine::Result<std::vector<engine::Observation>> read_by_keys(
    Database& database, Layout const& layout, std::vector<engine::RecordKey> const& keys,
    engine::Timestamp observed_at);

// Live rows by key order, a bounded number looked at per call.
engine::Result<SnapshotPage> read_snapshot_page(Database& database, Layout const& layout,
                                                std::string const& token,
                                                engine::Timestamp observed_at);

}  // namespace crmsync::connectors::sqlite
