// What became of operations whose answer never came: decided from strong reads, before anything
// else is planned for the pair. Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/overwritten.hpp"
#include "daemon/pair.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace crmsync::daemon {

struct RecoveryNote {
  std::uint64_t op_id = 0;
  std::string text;   // "had been applied", "had not been applied", "unclear: ..."
  std::string field;  // empty: the record
  // The write had replaced a change of its side that was never confirmed: the collision that had
  // been decided, with what both sides held.
  struct Decided {
    engine::FieldValue base_app, base_crm, app, crm, result;
    engine::Side written = engine::Side::crm;
  };
  std::optional<Decided> decided;
};

struct RecoveryResult {
  // Intents whose fate is known now; they are removed with the pair's outcome.
  std::vector<std::uint64_t> closed;
  std::vector<RecoveryNote> notes;
  std::vector<Overwritten> overwritten;  // edits that those which had taken effect replaced unseen
  bool applied = false;                  // at least one had taken effect
};

// What an open update wrote is missing from the answer although the record is there: its fate is
// not to be judged from that.
bool leaves_out_written(mappings::Mapping const& mapping, Pair const& pair);

// Needs a by-id observation of every side an open intent wrote to; an intent whose side was not
// read stays open. Moves pair.base for what was applied and lists in pair.after_crash what nobody
// can tell. Pairs found by their create get the base that the create would have committed.
RecoveryResult resolve_intents(mappings::Mapping const& mapping, Pair& pair);

}  // namespace crmsync::daemon
