// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/mutants.hpp"

#include <algorithm>
#include <array>

namespace crmsync::simulation {

namespace {

using engine::Mutant;

constexpr std::array kRows{
    MutantRow{Mutant::base_from_sent, "base_from_sent", "I1", "I1"},
    MutantRow{Mutant::base_after_failure, "base_after_failure", "I1", "I1"},
    MutantRow{Mutant::marks_dropped_early, "marks_dropped_early", "I2", "I2 I6 I18"},
    MutantRow{Mutant::collision_unrecorded, "collision_unrecorded", "I2", "I2"},
    MutantRow{Mutant::window_unchecked, "window_unchecked", "I2", "I2"},
    MutantRow{Mutant::compare_and_set_off, "compare_and_set_off", "I2", "I2"},
    MutantRow{Mutant::edit_ignored_by_delete, "edit_ignored_by_delete", "I2", "I2"},
    MutantRow{Mutant::newest_across_skew, "newest_across_skew", "I2", "I2"},
    MutantRow{Mutant::null_for_unknown, "null_for_unknown", "I3", "I2 I3"},
    MutantRow{Mutant::stale_read, "stale_read", "I3", "I3"},
    MutantRow{Mutant::full_record_write, "full_record_write", "I4", "I4"},
    MutantRow{Mutant::equal_is_conflict, "equal_is_conflict", "I5", "I4 I5"},
    MutantRow{Mutant::echo_by_time, "echo_by_time", "I6", "I2 I6"},
    MutantRow{Mutant::echo_written_back, "echo_written_back", "I7", "I4 I7"},
    MutantRow{Mutant::hook_deduplicated, "hook_deduplicated", "I8", "I17"},
    MutantRow{Mutant::hook_trusted, "hook_trusted", "I9", "I12"},
    MutantRow{Mutant::create_on_doubt, "create_on_doubt", "I10", "I10"},
    MutantRow{Mutant::create_searched, "create_searched", "I10", "I10"},
    MutantRow{Mutant::intent_after_send, "intent_after_send", "I11", "I11"},
    MutantRow{Mutant::tombstone_early, "tombstone_early", "I12", "I12"},
    MutantRow{Mutant::unread_is_deleted, "unread_is_deleted", "I12", "I12"},
    MutantRow{Mutant::merge_is_delete, "merge_is_delete", "I13", "I13"},
    MutantRow{Mutant::survivor_shared, "survivor_shared", "I13", "I6 I13 I18"},
    MutantRow{Mutant::cursor_first, "cursor_first", "I14", "I14"},
    MutantRow{Mutant::no_overlap, "no_overlap", "I14", "I6 I14"},
    MutantRow{Mutant::page_cap, "page_cap", "I14", "I6 I14"},
    MutantRow{Mutant::recovery_forgets, "recovery_forgets", "I15", "I2 I15"},
    MutantRow{Mutant::guard_forgets, "guard_forgets", "I16", "I16"},
    MutantRow{Mutant::ack_before_durable, "ack_before_durable", "I17", "I17"},
    MutantRow{Mutant::retry_after_ignored, "retry_after_ignored", "I18", "I18"},
    MutantRow{Mutant::retry_starves, "retry_starves", "I18", "I18"},
    MutantRow{Mutant::generations_overlap, "generations_overlap", "I19", "I19"},
    MutantRow{Mutant::plan_by_batch, "plan_by_batch", "I20", "I20"},
    MutantRow{Mutant::two_in_flight, "two_in_flight", "I21", "I21"},
    MutantRow{Mutant::restore_trusted, "restore_trusted", "I22", "I22", true},
};
static_assert(kRows.size() + 1 == static_cast<std::size_t>(Mutant::count_), "a mutant has no row");

}  // namespace

std::span<MutantRow const> all_mutants() noexcept {
  return kRows;
}

MutantRow const* find_mutant(std::string_view name) noexcept {
  auto const at = std::ranges::find(kRows, name, &MutantRow::name);
  return at == kRows.end() ? nullptr : &*at;
}

}  // namespace crmsync::simulation
