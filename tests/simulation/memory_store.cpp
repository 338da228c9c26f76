// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/memory_store.hpp"

#include <algorithm>
#include <fstream>
#include <limits>
#include <utility>

namespace crmsync::simulation {

using engine::Errc;
using state::Result;
using state::Status;

namespace {

constexpr std::size_t kNameBytesMax = 200;

engine::Error refusal(Errc code, std::string op, std::string detail) {
  return engine::make_error(code, "state: " + std::move(op), std::move(detail));
}

template <class Rows, class Keep>
auto rows_after(Rows const& rows, std::uint64_t after, std::size_t max, Keep keep) {
  std::vector<typename Rows::mapped_type> out;
  for (auto at = rows.upper_bound(after); at != rows.end() && out.size() < max; ++at)
    if (keep(at->second)) out.push_back(at->second);
  return out;
}

constexpr auto kAll = [](auto const&) { return true; };

template <class Rows, class Key>
std::optional<typename Rows::mapped_type> row_at(Rows const& rows, Key const& key) {
  auto const at = rows.find(key);
  if (at == rows.end()) return std::nullopt;
  return at->second;
}

std::optional<state::LinkRow> linked(Disk const& disk, Disk::Lookup const& lookup,
                                     MappingId mapping, std::string_view key) {
  if (key.empty()) return std::nullopt;
  auto const at = lookup.find(std::pair(mapping, std::string(key)));
  if (at == lookup.end()) return std::nullopt;
  return row_at(disk.links, at->second);
}

}  // namespace

MemoryStore::MemoryStore(std::shared_ptr<Disk> disk, MemoryStoreOptions options)
    : disk_(std::move(disk)), options_(std::move(options)) {}

MemoryStore::~MemoryStore() {
  if (!*alive_) return;
  *alive_ = false;
  std::ranges::move(queue_, std::back_inserter(syncing_));
  queue_.clear();
  if (!syncing_.empty()) apply(std::move(syncing_));
}

void MemoryStore::cut_power() {
  *alive_ = false;
  queue_.clear();
  syncing_.clear();
}

std::string MemoryStore::state_id() const {
  return disk_->state_id;
}
std::uint64_t MemoryStore::high_water() const {
  std::lock_guard const lock(mutex_);
  return disk_->high_water;
}
bool MemoryStore::restored() const {
  std::lock_guard const lock(mutex_);
  return disk_->restored;
}
Sequence MemoryStore::next_sequence() {
  std::lock_guard const lock(mutex_);
  return disk_->next_sequence++;
}
LinkId MemoryStore::next_link_id() {
  std::lock_guard const lock(mutex_);
  return disk_->next_link++;
}
std::uint64_t MemoryStore::next_id() {
  std::lock_guard const lock(mutex_);
  return disk_->next_id++;
}

Result<MappingId> MemoryStore::register_mapping(std::string_view name) {
  if (name.empty() || name.size() > kNameBytesMax)
    return refusal(Errc::limit_exceeded, "register a mapping",
                   "a mapping's name has 1 to 200 bytes");
  std::lock_guard const lock(mutex_);
  auto const [at, fresh] = disk_->mapping_ids.try_emplace(
      std::string(name), static_cast<MappingId>(disk_->mapping_ids.size() + 1));
  if (fresh) {
    state::MappingRow row;
    row.name = std::string(name);
    disk_->mappings.emplace(at->second, std::move(row));
    ++disk_->high_water;
  }
  return at->second;
}

void MemoryStore::commit(state::Commit commit, state::Done done) {
  {
    std::lock_guard const lock(mutex_);
    if (!*alive_) return;
    if (queue_.size() < kQueueMax) {
      queue_.push_back({std::move(commit), std::move(done)});
      done = nullptr;
    }
  }
  if (done)
    return done(refusal(Errc::limit_exceeded, "commit", "too many commits wait for the disk"));
  begin_sync();
}

// One sync at a time; what comes while it lasts shares the next one.
void MemoryStore::begin_sync() {
  {
    std::lock_guard const lock(mutex_);
    if (busy_ || queue_.empty() || !*alive_) return;
    busy_ = true;
    syncing_ = std::exchange(queue_, {});
  }
  auto ended = [this, alive = alive_] {
    if (*alive) end_sync();
  };
  if (options_.after_sync)
    options_.after_sync(std::move(ended));
  else
    ended();
}

void MemoryStore::end_sync() {
  auto const alive = alive_;
  std::deque<Job> jobs;
  {
    std::lock_guard const lock(mutex_);
    jobs = std::exchange(syncing_, {});
  }
  apply(std::move(jobs));
  if (!*alive) return;
  {
    std::lock_guard const lock(mutex_);
    busy_ = false;
  }
  begin_sync();
}

void MemoryStore::apply(std::deque<Job> jobs) {
  auto const alive = alive_;
  auto const power_fails = [&](std::string_view point) {
    if (!options_.power_fails || !options_.power_fails(point)) return false;
    *alive = false;
    return true;
  };
  bool const something =
      std::ranges::any_of(jobs, [](Job const& job) { return !job.commit.empty(); });
  if (something && power_fails("before_commit")) return;
  std::vector<Status> outcomes;
  {
    std::lock_guard const lock(mutex_);
    bool full = false;
    for (auto const& job : jobs) {
      auto status = options_.refuse ? options_.refuse(job.commit) : Status();
      if (status) status = apply_commit(*disk_, job.commit);
      if (status) ++disk_->commits;
      full = full || (!status && status.error().code == Errc::storage_full);
      outcomes.push_back(std::move(status));
    }
    disk_->full = full;
    if (something) ++disk_->high_water;
  }
  if (options_.on_durable)
    for (std::size_t i = 0; i < jobs.size(); ++i)
      if (outcomes[i] && !jobs[i].commit.empty()) options_.on_durable(jobs[i].commit);
  if (something && power_fails("after_commit")) return;
  for (std::size_t i = 0; i < jobs.size(); ++i) jobs[i].done(std::move(outcomes[i]));
}

Result<std::vector<state::IntakeRow>> MemoryStore::intake_after(Sequence after,
                                                                std::size_t max) const {
  std::lock_guard const lock(mutex_);
  return rows_after(disk_->intake, after, max, kAll);
}

Result<std::uint64_t> MemoryStore::intake_size() const {
  std::lock_guard const lock(mutex_);
  return std::uint64_t{disk_->intake.size()};
}

Result<std::optional<state::CursorRow>> MemoryStore::cursor(MappingId mapping, Side side) const {
  std::lock_guard const lock(mutex_);
  return row_at(disk_->cursors, std::pair(mapping, side));
}

Result<std::optional<state::MappingRow>> MemoryStore::mapping(MappingId mapping) const {
  std::lock_guard const lock(mutex_);
  return row_at(disk_->mappings, mapping);
}

Result<std::optional<state::LinkRow>> MemoryStore::link(LinkId id) const {
  std::lock_guard const lock(mutex_);
  return row_at(disk_->links, id);
}

Result<std::optional<state::LinkRow>> MemoryStore::link_by_app(MappingId mapping,
                                                               std::string_view key) const {
  std::lock_guard const lock(mutex_);
  return linked(*disk_, disk_->link_by_app, mapping, key);
}

Result<std::optional<state::LinkRow>> MemoryStore::link_by_crm(MappingId mapping,
                                                               std::string_view id) const {
  std::lock_guard const lock(mutex_);
  return linked(*disk_, disk_->link_by_crm, mapping, id);
}

Result<std::optional<state::BaseRow>> MemoryStore::base(LinkId id) const {
  std::lock_guard const lock(mutex_);
  return row_at(disk_->bases, id);
}

Result<std::vector<state::LinkRow>> MemoryStore::links_after(MappingId mapping, LinkId after,
                                                             std::size_t max) const {
  std::lock_guard const lock(mutex_);
  return rows_after(disk_->links, after, max,
                    [&](state::LinkRow const& row) { return row.mapping == mapping; });
}

Result<std::vector<engine::RecordKey>> MemoryStore::match(MappingId mapping, Side side,
                                                          std::size_t key_index,
                                                          std::string_view value,
                                                          std::size_t max) const {
  std::lock_guard const lock(mutex_);
  std::vector<engine::RecordKey> keys;
  auto const at = disk_->match.find({mapping, side, key_index, std::string(value)});
  if (value.empty() || at == disk_->match.end()) return keys;
  for (auto const& key : at->second)
    if (keys.size() < max) keys.push_back(key);
  return keys;
}

Result<std::vector<engine::RecordKey>> MemoryStore::unlinked_after(MappingId mapping, Side side,
                                                                   std::string_view after,
                                                                   std::size_t max) const {
  std::lock_guard const lock(mutex_);
  std::vector<engine::RecordKey> keys;
  auto at = disk_->unlinked.upper_bound(Disk::RecordAt(mapping, side, std::string(after)));
  for (; at != disk_->unlinked.end() && keys.size() < max; ++at) {
    auto const& [of_mapping, of_side, key] = at->first;
    if (of_mapping != mapping || of_side != side) break;
    keys.push_back(key);
  }
  return keys;
}

Result<std::vector<state::IntentRow>> MemoryStore::intents_after(std::uint64_t after,
                                                                 std::size_t max) const {
  std::lock_guard const lock(mutex_);
  return rows_after(disk_->intents, after, max, kAll);
}

Result<std::vector<state::ParkedRow>> MemoryStore::parked_after(std::uint64_t after,
                                                                std::size_t max) const {
  std::lock_guard const lock(mutex_);
  return rows_after(disk_->parked, after, max, kAll);
}

Result<std::optional<state::ParkedRow>> MemoryStore::parked(std::uint64_t id) const {
  std::lock_guard const lock(mutex_);
  return row_at(disk_->parked, id);
}

Result<std::vector<state::ParkedRow>> MemoryStore::parked_of(MappingId mapping, LinkId link,
                                                             Side side,
                                                             std::string_view key) const {
  std::lock_guard const lock(mutex_);
  auto const of = [&](state::ParkedRow const& row) {
    if (link != 0) return row.link == link;
    return row.link == 0 && row.mapping == mapping && row.side == side && row.key == key;
  };
  return rows_after(disk_->parked, 0, std::numeric_limits<std::size_t>::max(), of);
}

Result<std::vector<state::ErrorRow>> MemoryStore::errors_after(std::uint64_t after,
                                                               std::size_t max) const {
  std::lock_guard const lock(mutex_);
  return rows_after(disk_->errors, after, max, kAll);
}

Result<std::optional<state::ErrorRow>> MemoryStore::error(std::uint64_t id) const {
  std::lock_guard const lock(mutex_);
  return row_at(disk_->errors, id);
}

Result<std::vector<state::ErrorRow>> MemoryStore::errors_of(MappingId mapping, Side record_side,
                                                            std::string_view key) const {
  std::lock_guard const lock(mutex_);
  auto const of = [&](state::ErrorRow const& row) {
    return row.mapping == mapping && row.record_side == record_side && row.key == key;
  };
  return rows_after(disk_->errors, 0, std::numeric_limits<std::size_t>::max(), of);
}

Result<std::vector<state::HeldRow>> MemoryStore::held_after(std::uint64_t after,
                                                            std::size_t max) const {
  std::lock_guard const lock(mutex_);
  return rows_after(disk_->held, after, max, kAll);
}

Result<std::vector<state::HeldRow>> MemoryStore::held_of(LinkId link) const {
  std::lock_guard const lock(mutex_);
  return rows_after(disk_->held, 0, std::numeric_limits<std::size_t>::max(),
                    [&](state::HeldRow const& row) { return row.link == link; });
}

Result<std::vector<state::HistoryRow>> MemoryStore::history_of(LinkId link, std::size_t max) const {
  std::lock_guard const lock(mutex_);
  std::vector<state::HistoryRow> rows;
  auto const of = disk_->history_of.find(link);
  if (of == disk_->history_of.end()) return rows;
  for (auto at = of->second.rbegin(); at != of->second.rend() && rows.size() < max; ++at)
    rows.push_back(disk_->history.at(*at));
  return rows;
}

Result<std::vector<state::WebhookRow>> MemoryStore::webhooks_after(Sequence after,
                                                                   std::size_t max) const {
  std::lock_guard const lock(mutex_);
  return rows_after(disk_->webhooks, after, max, kAll);
}

Result<state::MappingCounts> MemoryStore::counts(MappingId mapping) const {
  std::lock_guard const lock(mutex_);
  return row_at(disk_->counts, mapping).value_or(state::MappingCounts{});
}

state::StoreHealth MemoryStore::health() const {
  std::lock_guard const lock(mutex_);
  state::StoreHealth health;
  health.bytes_used = 1 + disk_->history.size() + disk_->bases.size();
  health.bytes_limit = std::numeric_limits<std::uint64_t>::max();
  health.commits = disk_->commits;
  health.full = disk_->full;
  return health;
}

void MemoryStore::prune(state::Timestamp webhooks_before, state::Timestamp history_before,
                        std::size_t max, std::function<void(Result<std::size_t>)> done) {
  std::size_t dropped = 0;
  {
    std::lock_guard const lock(mutex_);
    dropped = prune_disk(*disk_, webhooks_before, history_before, max);
  }
  done(dropped);
}

void MemoryStore::backup(std::filesystem::path target, state::Done done) {
  std::error_code error;
  if (std::filesystem::exists(target, error))
    return done(refusal(Errc::already_exists, "back up", "the file is there already"));
  std::ofstream file(target);
  file << disk_->state_id << '\n';
  file.close();
  done(file ? Status() : Status(refusal(Errc::forbidden, "back up", "it cannot be written")));
}

Status MemoryStore::verify() const {
  std::lock_guard const lock(mutex_);
  return verify_disk(*disk_);
}

}  // namespace crmsync::simulation
