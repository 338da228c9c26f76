// Capture by polling a modification stamp: keyset pages over (stamp, key), and an overlap that
// catches rows committed late.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/connector.hpp"
#include "connectors/sqlite/layout.hpp"
#include "connectors/sqlite/stamp.hpp"

#include <deque>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace crmsync::connectors::sqlite {

// Where a poll goes on. Without a stamp: from the beginning. With a key: strictly after (stamp,
// key), inside a pass. Without a key: a pass begins at this stamp, which is included.
struct PollPosition {
  std::optional<Stamp> stamp;
  engine::RecordKey key;
};
engine::Cursor encode_position(PollPosition const& position);
std::optional<PollPosition> decode_poll_position(std::string_view cursor);

// Where the next pass begins after one that ended at `last`: at most now, less the overlap, in
// the column's own form. A form that is not understood has no overlap: `last` itself is read
// again, so that equal stamps are not missed.
Stamp pass_start(Stamp const& last, engine::Timestamp now, std::chrono::milliseconds overlap);

// Before any row was read: from the latest stamp in the table on.
engine::Result<engine::Cursor> poll_start(Database& database, Layout const& layout,
                                          engine::Timestamp now, std::chrono::milliseconds overlap);
// Every event carries its row.
engine::Result<ChangePage> read_poll_page(Database& database, Layout const& layout,
                                          engine::Cursor const& cursor, engine::Timestamp now,
                                          std::chrono::milliseconds overlap);

// Rows inside the overlap are read at every pass. Those that were delivered, acknowledged as
// durable and have not changed since are not delivered again. Only a memory: after a restart they
// come once more. Control thread.
class SeenRows {
 public:
  void filter(engine::Cursor const& from, ChangePage& page);
  void acknowledge(engine::Cursor const& cursor);

 private:
  struct Delivery {
    engine::Cursor next;
    std::vector<std::pair<engine::RecordKey, std::uint64_t>> rows;
  };
  std::unordered_map<engine::RecordKey, std::uint64_t> seen_;  // key -> digest of what was seen
  std::deque<Delivery> waiting_;                               // delivered, not yet durable
  engine::Cursor expected_;
};

}  // namespace crmsync::connectors::sqlite
