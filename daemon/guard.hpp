// Holds mass damage: deletes, unlinks and value -> blank beyond a limit stop and wait for a person.
// Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/pair.hpp"

#include <cstdint>

namespace crmsync::daemon {

struct GuardInput {
  std::uint64_t linked = 0;          // pairs of the mapping
  std::uint64_t done_last_hour = 0;  // destructive changes already applied
  std::uint64_t planned = 0;         // in this round, not approved
  std::uint64_t leaving = 0;         // of these: deletes and unlinks
};

// max(10, min(per_hour, percent of the linked records)).
std::uint64_t guard_limit(mappings::DeleteRules const& rules, std::uint64_t linked);

// All of the round's destructive changes are held, or none. A side that loses the last of several
// records is always held.
bool guard_trips(mappings::DeleteRules const& rules, GuardInput const& input);

bool is_destructive(engine::PresenceAction action) noexcept;
// A person released what the guard held of this pair.
bool is_approved(Pair const& pair);
// Does this planned field count? A value that becomes blank, and with guard.updates every write.
bool is_counted(engine::FieldPlan const& field, bool count_updates) noexcept;
// 1 when the plan of one record does damage: the record goes, or a field of a record that both
// sides have counts. What a new record is given is no damage.
std::uint64_t destructive_count(engine::PairPlan const& plan, bool count_updates) noexcept;

}  // namespace crmsync::daemon
