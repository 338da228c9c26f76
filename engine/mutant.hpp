// Bugs that can be switched on. A test suite that never saw a bug proves little, so the known ways
// to get this wrong stand in the code, each one hook where it would be made, and crmsync-sim shows
// that every one of them is found.
//
// Only a tree with tests knows them (CMake option CRMSYNC_MUTANTS together with CRMSYNC_TESTS);
// everywhere else mutant() is a constant and the hooks are gone. There is no flag and no variable
// of the environment: switch_mutant() is the only way in, and crmsync-sim its only caller, so that
// no daemon that somebody runs can be made wrong.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace crmsync::engine {

enum class Mutant : std::uint8_t {
  none,
  base_from_sent,          // the base becomes what was sent, not what came back
  base_after_failure,      // the base moves although this operation of the batch failed
  marks_dropped_early,     // a dirty mark goes before its record is settled
  collision_unrecorded,    // who lost a collision is not written down
  window_unchecked,        // nobody looks at what came between our read and our write
  compare_and_set_off,     // the app is written without the values that were seen
  edit_ignored_by_delete,  // a delete does not ask whether the survivor was edited
  newest_across_skew,      // `newest` compares the last stamps, whatever the clocks are worth
  null_for_unknown,        // a value that is missing from an answer is a blank
  stale_read,              // a read older than what is confirmed counts
  full_record_write,       // untouched fields are written as well
  equal_is_conflict,       // both sides changed to the same: a collision
  echo_by_time,            // a change soon after our own write is our echo
  echo_written_back,       // our own write is news, and is answered
  hook_deduplicated,       // a webhook that says the same as an earlier one is dropped
  hook_trusted,            // "deleted" in a webhook is evidence
  create_on_doubt,         // a create without an answer did not happen
  create_searched,         // a search that does not find a create's record: it was not made
  intent_after_send,       // nothing durable says what is sent
  tombstone_early,         // an ended pair is forgotten at once
  unread_is_deleted,       // a record that is missing from an answer is deleted
  merge_is_delete,         // a record that was absorbed is deleted, the survivor somebody new
  survivor_shared,         // two pairs may follow a merge to one record
  cursor_first,            // the position is durable before what it passed
  no_overlap,              // a poll never reads what it has passed
  page_cap,                // a page of equal stamps is passed as if it were all of them
  recovery_forgets,        // operations of unknown fate are closed unseen
  guard_forgets,           // the guard remembers a minute, not an hour
  ack_before_durable,      // a webhook is answered before it is stored
  retry_after_ignored,     // whoever says when to come back is not heard
  retry_starves,           // a failed record is tried again tomorrow
  generations_overlap,     // a reload does not wait for what runs under the old rules
  plan_by_batch,           // a plan depends on who else is in the round
  two_in_flight,           // nobody holds a record's lock
  restore_trusted,         // a restored state is believed
  count_                   // not one of them
};

#ifdef CRMSYNC_MUTANTS
bool mutant(Mutant which) noexcept;
// One at a time; `none`: sound again. Before anything runs that asks.
void switch_mutant(Mutant which) noexcept;
#else
constexpr bool mutant(Mutant) noexcept {
  return false;
}
#endif

}  // namespace crmsync::engine
