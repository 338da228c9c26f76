// The LMDB implementation of StateStore.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "state/lmdb/directory.hpp"
#include "state/lmdb/environment.hpp"
#include "state/lmdb/facts.hpp"
#include "state/lmdb/store_thread.hpp"
#include "state/state_store.hpp"

#include <atomic>
#include <mutex>
#include <thread>

namespace crmsync::state::lmdb {

class LmdbStore final : public StateStore {
 public:
  // Throws Failure.
  explicit LmdbStore(StoreOptions options);
  ~LmdbStore() override;

  std::string state_id() const override { return state_id_; }
  std::uint64_t high_water() const override { return high_water_.load(); }
  bool restored() const override { return restored_.load(); }

  Sequence next_sequence() override { return numbers_.take_sequence(); }
  LinkId next_link_id() override { return numbers_.take_link(); }
  std::uint64_t next_id() override { return numbers_.take_id(); }

  Result<MappingId> register_mapping(std::string_view name) override;
  void commit(Commit commit, Done done) override;

  Result<std::vector<IntakeRow>> intake_after(Sequence after, std::size_t max) const override;
  Result<std::uint64_t> intake_size() const override;
  Result<std::optional<CursorRow>> cursor(MappingId mapping, Side side) const override;
  Result<std::optional<MappingRow>> mapping(MappingId mapping) const override;
  Result<std::optional<LinkRow>> link(LinkId id) const override;
  Result<std::optional<LinkRow>> link_by_app(MappingId mapping,
                                             std::string_view key) const override;
  Result<std::optional<LinkRow>> link_by_crm(MappingId mapping, std::string_view id) const override;
  Result<std::optional<BaseRow>> base(LinkId id) const override;
  Result<std::vector<LinkRow>> links_after(MappingId mapping, LinkId after,
                                           std::size_t max) const override;
  Result<std::vector<engine::RecordKey>> match(MappingId mapping, Side side, std::size_t key_index,
                                               std::string_view value,
                                               std::size_t max) const override;
  Result<std::vector<engine::RecordKey>> unlinked_after(MappingId mapping, Side side,
                                                        std::string_view after,
                                                        std::size_t max) const override;
  Result<std::vector<IntentRow>> intents_after(std::uint64_t after, std::size_t max) const override;
  Result<std::vector<ParkedRow>> parked_after(std::uint64_t after, std::size_t max) const override;
  Result<std::optional<ParkedRow>> parked(std::uint64_t id) const override;
  Result<std::vector<ParkedRow>> parked_of(MappingId mapping, LinkId link, Side side,
                                           std::string_view key) const override;
  Result<std::vector<ErrorRow>> errors_after(std::uint64_t after, std::size_t max) const override;
  Result<std::optional<ErrorRow>> error(std::uint64_t id) const override;
  Result<std::vector<ErrorRow>> errors_of(MappingId mapping, Side record_side,
                                          std::string_view key) const override;
  Result<std::vector<HeldRow>> held_after(std::uint64_t after, std::size_t max) const override;
  Result<std::vector<HeldRow>> held_of(LinkId link) const override;
  Result<std::vector<HistoryRow>> history_of(LinkId link, std::size_t max) const override;
  Result<std::vector<WebhookRow>> webhooks_after(Sequence after, std::size_t max) const override;
  Result<MappingCounts> counts(MappingId mapping) const override;
  StoreHealth health() const override;

  void prune(Timestamp webhooks_before, Timestamp history_before, std::size_t max,
             std::function<void(Result<std::size_t>)> done) override;
  void backup(std::filesystem::path target, Done done) override;
  Status verify() const override;

 private:
  void start_new();

  // One durable transaction around fn(Transaction&), begun again on a larger map where needed. fn
  // may therefore run more than once. Store thread. Throws Failure, and then nothing was changed.
  template <class Fn>
  void durable(Fn const& fn);
  // May go beyond map_bytes_max; the caller gives the reserve back.
  template <class Fn>
  void durable_with_reserve(Fn const& fn);
  void free_pages();
  void finish(Transaction& transaction);
  void run_batch(std::span<CommitJob> jobs);
  void apply_together(std::span<CommitJob> jobs);
  void apply_apart(std::span<CommitJob> jobs, std::span<Status> outcomes);
  void note_outcome(std::span<Status const> outcomes, std::span<CommitJob const> jobs);
  // Runs fn on the store thread and waits for it.
  void run_and_wait(std::function<void()> fn);
  MappingId add_mapping(std::string const& name);
  std::size_t prune_now(Timestamp webhooks_before, Timestamp history_before, std::size_t max);

  StoreOptions options_;
  Directory directory_;
  Environment environment_;
  NumberSpaces numbers_;
  std::string state_id_;
  std::uint64_t match_seed_ = 0;
  std::atomic<std::uint64_t> high_water_{0};
  std::atomic<std::uint64_t> commits_{0};
  std::atomic<bool> restored_{false};
  std::atomic<bool> full_{false};
  std::size_t refused_rows_ = 0;  // store thread: of the smallest commit without room; 0: none

  std::mutex backup_mutex_;
  std::thread backup_thread_;
  std::atomic<bool> backup_running_{false};

  std::optional<StoreThread> thread_;  // last: it is stopped before anything it uses goes
};

// Drops at most `max` old rows; see StateStore::prune.
std::size_t prune_rows(Transaction& transaction, Timestamp webhooks_before,
                       Timestamp history_before, std::size_t max);
// First defect throws.
void verify_all(Transaction const& transaction);
// Opens a file at rest, checks its format and every row. Throws Failure.
void verify_file(std::filesystem::path const& file);
// Throws Failure.
void write_backup(Environment const& environment, std::filesystem::path const& target);

}  // namespace crmsync::state::lmdb
