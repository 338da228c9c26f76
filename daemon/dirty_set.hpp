// The records of one mapping that may have changed, coalesced per record. What is durable stands in
// the intake journal; this is its in-memory reader's view. Times are handed in.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "state/rows.hpp"

#include <chrono>
#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <vector>

namespace crmsync::daemon {

using SteadyTime = std::chrono::steady_clock::time_point;

struct DirtyKey {
  engine::Side side = engine::Side::app;
  engine::RecordKey key;
  friend auto operator<=>(DirtyKey const&, DirtyKey const&) = default;
};

// One record taken for work, with the journal rows that its outcome settles.
struct Dirty {
  DirtyKey id;
  std::vector<state::Sequence> sequences;
  engine::ChangeKind kind = engine::ChangeKind::changed;  // a delete among its marks is kept
  engine::Timestamp deleted_at;                           // when the newest of them became known
  engine::Timestamp marked_at;                            // oldest mark, for the sync lag
  int attempts = 0;
};

class DirtySet {
 public:
  // A journal row was read. The record becomes due `settle` after its last mark, but never later
  // than ten times `settle` after its first, so that constant typing cannot starve it.
  void mark(state::IntakeRow const& row, SteadyTime now, std::chrono::milliseconds settle);
  // A journal row that is still to be marked: where its record went is known already.
  void note_move(state::IntakeRow const& row);
  // Due at once, without a journal row: recovery and questions of our own.
  void force(DirtyKey id, engine::Timestamp at, SteadyTime now);

  // Due records in the order in which they became due; each is taken until released or finished.
  std::vector<Dirty> take(std::size_t max, SteadyTime now);
  // Takes one record if it is waiting (due or not): its counterpart is being worked on.
  std::optional<Dirty> claim(DirtyKey const& id);
  // Work on it did not end: due again at `due`, nothing is settled.
  void release(Dirty dirty, SteadyTime due);
  // Its outcome is committed. Marks that arrived meanwhile keep it dirty.
  void finish(DirtyKey const& id, SteadyTime now);

  // Where the record that had this key is now, after every re-key that is not finished yet. Keys
  // are reused and swapped, so the journal's order decides.
  engine::RecordKey current_key(DirtyKey const& id) const;
  // All keys that the record had before this one; the last one first.
  std::vector<engine::RecordKey> former_keys(DirtyKey const& id) const;

  std::size_t size() const noexcept { return entries_.size(); }
  std::size_t taken() const noexcept { return taken_; }
  // When the next waiting record is due.
  std::optional<SteadyTime> next_due() const;
  // Of all that waits or is worked on.
  std::optional<engine::Timestamp> oldest_mark() const;
  // True when everything that waits was tried at least this often: only failures are left.
  bool all_attempted(int attempts) const;

 private:
  struct Entry {
    Dirty dirty;  // marks not yet taken
    bool taken = false;
    bool marked = false;              // has something to do besides what was taken
    engine::Timestamp taken_mark;     // oldest mark of what was taken
    state::Sequence taken_up_to = 0;  // newest journal row of what was taken
    SteadyTime first_mark{};
    SteadyTime due{};
    std::uint64_t order = 0;
  };
  using Place = std::tuple<SteadyTime, std::uint64_t, DirtyKey>;

  void enqueue(DirtyKey const& id, Entry& entry, SteadyTime due);
  void dequeue(DirtyKey const& id, Entry& entry);
  Dirty hand_out(DirtyKey const& id, Entry& entry);

  struct Move {
    state::Sequence at = 0;
    DirtyKey from, to;
  };
  void forget_moves(DirtyKey const& from, state::Sequence up_to);

  std::map<DirtyKey, Entry> entries_;
  std::multimap<DirtyKey, Move> moves_from_, moves_to_;  // re-keys whose marks are not finished
  std::set<Place> queue_;
  std::uint64_t next_order_ = 1;
  std::size_t taken_ = 0;
};

}  // namespace crmsync::daemon
