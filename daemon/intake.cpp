// SPDX-License-Identifier: Apache-2.0
#include "daemon/intake.hpp"

#include "daemon/store_access.hpp"

#include <algorithm>
#include <utility>

namespace crmsync::daemon {

namespace {
constexpr std::size_t kRowsPerRead = 1000;
}

Intake::Intake(state::StateStore& store, connectors::Runtime& runtime, Tuning const& tuning,
               std::uint64_t rows_max)
    : store_(store), runtime_(runtime), tuning_(tuning), rows_max_(rows_max) {}

void Intake::detach_all() {
  runs_.clear();
  read_up_to_ = looked_up_to_ = 0;  // the next generation reads what is unsettled from the start
  unconfigured_ = 0;
}

state::IntakeRow Intake::row(state::MappingId mapping, engine::Side side,
                             engine::RecordKey key) const {
  state::IntakeRow row;
  row.sequence = store_.next_sequence();
  row.mapping = mapping;
  row.side = side;
  row.key = std::move(key);
  row.at = runtime_.now();
  return row;
}

bool Intake::full() const {
  auto const size = store_.intake_size();
  return !size || *size >= rows_max_ + unconfigured_;
}

connectors::Task<engine::Status> Intake::append(state::Commit changes) {
  auto status = co_await commit(store_, std::move(changes));
  if (status) feed();
  co_return status;
}

std::size_t Intake::in_memory() const {
  std::size_t total = 0;
  for (auto const& [id, run] : runs_) total += run->dirty.size();
  return total;
}

void Intake::feed() {
  while (in_memory() < tuning_.dirty_in_memory_max) {
    auto rows = store_.intake_after(read_up_to_, kRowsPerRead);
    if (!rows || rows->empty()) return;
    looked_up_to_ = std::max(looked_up_to_, rows->back().sequence);
    auto const now = runtime_.steady_now();
    for (auto const& row : *rows) {
      read_up_to_ = row.sequence;
      auto const it = runs_.find(row.mapping);
      if (it == runs_.end()) {  // the mapping is not configured now; its marks stay
        ++unconfigured_;
        continue;
      }
      it->second->dirty.mark(row, now, it->second->mapping.settle);
      it->second->wake.notify();
    }
  }
  look_ahead();
}

// Marks may wait in the journal for room in memory; that a row has another key by now is known all
// the same, else it would look deleted.
void Intake::look_ahead() {
  for (;;) {
    auto const rows = store_.intake_after(looked_up_to_, kRowsPerRead);
    if (!rows || rows->empty()) return;
    for (auto const& row : *rows) {
      looked_up_to_ = row.sequence;
      auto const it = runs_.find(row.mapping);
      if (it != runs_.end()) it->second->dirty.note_move(row);
    }
  }
}

}  // namespace crmsync::daemon
