// SPDX-License-Identifier: Apache-2.0
#include "daemon/dirty_set.hpp"

#include "engine/invariant.hpp"

#include <algorithm>
#include <utility>

namespace crmsync::daemon {

namespace {
constexpr int kSettleStretchMax = 10;
}

void DirtySet::enqueue(DirtyKey const& id, Entry& entry, SteadyTime due) {
  entry.due = due;
  entry.order = next_order_++;
  queue_.emplace(entry.due, entry.order, id);
}

void DirtySet::dequeue(DirtyKey const& id, Entry& entry) {
  queue_.erase(Place{entry.due, entry.order, id});
}

void DirtySet::mark(state::IntakeRow const& row, SteadyTime now, std::chrono::milliseconds settle) {
  DirtyKey const id{row.side, row.key};
  Entry& entry = entries_[id];
  entry.dirty.id = id;
  bool const waiting = entry.marked && !entry.taken;
  if (waiting) dequeue(id, entry);
  if (!entry.marked) {
    entry.first_mark = now;
    entry.dirty.marked_at = row.at;
  }
  entry.marked = true;
  entry.dirty.sequences.push_back(row.sequence);
  // A delete or a re-key says more than "changed" and is not forgotten when marks coalesce.
  if (row.kind != engine::ChangeKind::changed && row.kind != engine::ChangeKind::rekeyed)
    entry.dirty.kind = row.kind;
  if (row.kind == engine::ChangeKind::deleted)
    entry.dirty.deleted_at = std::max(entry.dirty.deleted_at, row.at);
  note_move(row);
  if (entry.taken) return;
  enqueue(id, entry, std::min(now + settle, entry.first_mark + kSettleStretchMax * settle));
}

void DirtySet::note_move(state::IntakeRow const& row) {
  if (row.kind != engine::ChangeKind::rekeyed || row.new_key.empty()) return;
  Move const move{row.sequence, {row.side, row.key}, {row.side, row.new_key}};
  auto const [at, end] = moves_from_.equal_range(move.from);
  if (std::any_of(at, end, [&](auto const& known) { return known.second.at == move.at; })) return;
  moves_from_.emplace(move.from, move);
  moves_to_.emplace(move.to, move);
}

void DirtySet::force(DirtyKey id, engine::Timestamp at, SteadyTime now) {
  auto [it, fresh] = entries_.try_emplace(id);
  Entry& entry = it->second;
  if (fresh) entry.dirty.id = id;
  if (entry.marked && !entry.taken) dequeue(id, entry);
  if (!entry.marked) {
    entry.first_mark = now;
    entry.dirty.marked_at = at;
  }
  entry.marked = true;
  if (!entry.taken) enqueue(id, entry, now);
}

Dirty DirtySet::hand_out(DirtyKey const& id, Entry& entry) {
  dequeue(id, entry);
  entry.taken = true;
  entry.marked = false;
  ++taken_;
  entry.taken_mark = entry.dirty.marked_at;
  entry.taken_up_to = entry.dirty.sequences.empty() ? 0 : std::ranges::max(entry.dirty.sequences);
  Dirty out = std::move(entry.dirty);
  entry.dirty = Dirty{};
  entry.dirty.id = id;
  return out;
}

std::vector<Dirty> DirtySet::take(std::size_t max, SteadyTime now) {
  std::vector<Dirty> out;
  while (out.size() < max && !queue_.empty()) {
    auto const& [due, order, id] = *queue_.begin();
    if (due > now) break;
    DirtyKey const key = id;
    out.push_back(hand_out(key, entries_.at(key)));
  }
  return out;
}

std::optional<Dirty> DirtySet::claim(DirtyKey const& id) {
  auto const it = entries_.find(id);
  if (it == entries_.end() || it->second.taken || !it->second.marked) return std::nullopt;
  return hand_out(id, it->second);
}

void DirtySet::release(Dirty dirty, SteadyTime due) {
  auto const it = entries_.find(dirty.id);
  CRMSYNC_INVARIANT(it != entries_.end() && it->second.taken);
  Entry& entry = it->second;
  entry.taken = false;
  --taken_;
  // Marks that came meanwhile join the ones handed back.
  auto& rows = dirty.sequences;
  rows.insert(rows.end(), entry.dirty.sequences.begin(), entry.dirty.sequences.end());
  if (entry.dirty.kind != engine::ChangeKind::changed) dirty.kind = entry.dirty.kind;
  dirty.deleted_at = std::max(dirty.deleted_at, entry.dirty.deleted_at);
  if (!entry.marked) entry.first_mark = due;
  entry.dirty = std::move(dirty);
  entry.marked = true;
  enqueue(it->first, entry, due);
}

void DirtySet::finish(DirtyKey const& id, SteadyTime now) {
  auto const it = entries_.find(id);
  CRMSYNC_INVARIANT(it != entries_.end() && it->second.taken);
  Entry& entry = it->second;
  entry.taken = false;
  --taken_;
  forget_moves(id, entry.taken_up_to);
  if (!entry.marked) {
    entries_.erase(it);
    return;
  }
  enqueue(id, entry, now);
}

void DirtySet::forget_moves(DirtyKey const& from, state::Sequence up_to) {
  auto [at, end] = moves_from_.equal_range(from);
  while (at != end) {
    if (at->second.at > up_to) {
      ++at;
      continue;
    }
    auto [back, back_end] = moves_to_.equal_range(at->second.to);
    while (back != back_end && back->second.at != at->second.at) ++back;
    if (back != back_end) moves_to_.erase(back);
    at = moves_from_.erase(at);
  }
}

engine::RecordKey DirtySet::current_key(DirtyKey const& id) const {
  DirtyKey here = id;
  state::Sequence after = 0;
  for (std::size_t steps = 0; steps < moves_from_.size(); ++steps) {
    Move const* next = nullptr;
    auto const [begin, end] = moves_from_.equal_range(here);
    for (auto it = begin; it != end; ++it)
      if (it->second.at > after && (next == nullptr || it->second.at < next->at))
        next = &it->second;
    if (next == nullptr) break;
    here = next->to;
    after = next->at;
  }
  return here.key;
}

std::vector<engine::RecordKey> DirtySet::former_keys(DirtyKey const& id) const {
  std::vector<engine::RecordKey> former;
  DirtyKey here = id;
  state::Sequence before = 0;  // 0: no bound yet
  while (former.size() < moves_to_.size()) {
    Move const* last = nullptr;
    auto const [begin, end] = moves_to_.equal_range(here);
    for (auto it = begin; it != end; ++it)
      if ((before == 0 || it->second.at < before) && (last == nullptr || it->second.at > last->at))
        last = &it->second;
    if (last == nullptr) break;
    here = last->from;
    before = last->at;
    former.push_back(here.key);
  }
  return former;
}

std::optional<SteadyTime> DirtySet::next_due() const {
  if (queue_.empty()) return std::nullopt;
  return std::get<0>(*queue_.begin());
}

std::optional<engine::Timestamp> DirtySet::oldest_mark() const {
  // Entries are few when somebody looks; the lag needs the minimum, not an index of its own.
  std::optional<engine::Timestamp> oldest;
  for (auto const& [id, entry] : entries_) {
    auto const at = entry.taken ? entry.taken_mark : entry.dirty.marked_at;
    if (!oldest || at < *oldest) oldest = at;
  }
  return oldest;
}

bool DirtySet::all_attempted(int attempts) const {
  return std::ranges::all_of(entries_, [&](auto const& item) {
    return !item.second.taken && item.second.dirty.attempts >= attempts;
  });
}

}  // namespace crmsync::daemon
