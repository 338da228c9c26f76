// The state without a disk: StateStore's semantics over the tables of a Disk. Commits become
// durable in groups, after as long as the owner says an fsync takes; what was not durable when the
// power went is gone. tests/simulation/store_test.cpp runs the suite of every StateStore against
// it. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/simulation/disk.hpp"

#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <string_view>

namespace crmsync::simulation {

struct MemoryStoreOptions {
  // Runs what it is given when an fsync would have ended. Empty: at once.
  std::function<void(std::function<void()>)> after_sync;
  // Looked at for every commit before it is applied: why it fails, if it does.
  std::function<state::Status(state::Commit const&)> refuse;
  // The commit is durable, its caller does not know yet.
  std::function<void(state::Commit const&)> on_durable;
  // At "before_commit" and "after_commit" of every durable transaction; true: the power goes here.
  std::function<bool(std::string_view)> power_fails;
};

class MemoryStore : public state::StateStore {
 public:
  MemoryStore(std::shared_ptr<Disk> disk, MemoryStoreOptions options);
  // Makes what is queued durable, unless the power is gone.
  ~MemoryStore() override;
  // Nothing that is not durable yet will ever be, and nobody is told anything any more.
  void cut_power();

  std::string state_id() const override;
  std::uint64_t high_water() const override;
  bool restored() const override;
  Sequence next_sequence() override;
  LinkId next_link_id() override;
  std::uint64_t next_id() override;
  state::Result<MappingId> register_mapping(std::string_view name) override;
  void commit(state::Commit commit, state::Done done) override;

  state::Result<std::vector<state::IntakeRow>> intake_after(Sequence after,
                                                            std::size_t max) const override;
  state::Result<std::uint64_t> intake_size() const override;
  state::Result<std::optional<state::CursorRow>> cursor(MappingId mapping,
                                                        Side side) const override;
  state::Result<std::optional<state::MappingRow>> mapping(MappingId mapping) const override;
  state::Result<std::optional<state::LinkRow>> link(LinkId id) const override;
  state::Result<std::optional<state::LinkRow>> link_by_app(MappingId mapping,
                                                           std::string_view key) const override;
  state::Result<std::optional<state::LinkRow>> link_by_crm(MappingId mapping,
                                                           std::string_view id) const override;
  state::Result<std::optional<state::BaseRow>> base(LinkId id) const override;
  state::Result<std::vector<state::LinkRow>> links_after(MappingId mapping, LinkId after,
                                                         std::size_t max) const override;
  state::Result<std::vector<engine::RecordKey>> match(MappingId mapping, Side side,
                                                      std::size_t key_index, std::string_view value,
                                                      std::size_t max) const override;
  state::Result<std::vector<engine::RecordKey>> unlinked_after(MappingId mapping, Side side,
                                                               std::string_view after,
                                                               std::size_t max) const override;
  state::Result<std::vector<state::IntentRow>> intents_after(std::uint64_t after,
                                                             std::size_t max) const override;
  state::Result<std::vector<state::ParkedRow>> parked_after(std::uint64_t after,
                                                            std::size_t max) const override;
  state::Result<std::optional<state::ParkedRow>> parked(std::uint64_t id) const override;
  state::Result<std::vector<state::ParkedRow>> parked_of(MappingId mapping, LinkId link, Side side,
                                                         std::string_view key) const override;
  state::Result<std::vector<state::ErrorRow>> errors_after(std::uint64_t after,
                                                           std::size_t max) const override;
  state::Result<std::optional<state::ErrorRow>> error(std::uint64_t id) const override;
  state::Result<std::vector<state::ErrorRow>> errors_of(MappingId mapping, Side record_side,
                                                        std::string_view key) const override;
  state::Result<std::vector<state::HeldRow>> held_after(std::uint64_t after,
                                                        std::size_t max) const override;
  state::Result<std::vector<state::HeldRow>> held_of(LinkId link) const override;
  state::Result<std::vector<state::HistoryRow>> history_of(LinkId link,
                                                           std::size_t max) const override;
  state::Result<std::vector<state::WebhookRow>> webhooks_after(Sequence after,
                                                               std::size_t max) const override;
  state::Result<state::MappingCounts> counts(MappingId mapping) const override;
  state::StoreHealth health() const override;

  void prune(state::Timestamp webhooks_before, state::Timestamp history_before, std::size_t max,
             std::function<void(state::Result<std::size_t>)> done) override;
  // A file that only says that it was made.
  void backup(std::filesystem::path target, state::Done done) override;
  state::Status verify() const override;

 private:
  struct Job {
    state::Commit commit;
    state::Done done;
  };
  void begin_sync();
  void end_sync();
  void apply(std::deque<Job> jobs);

  std::shared_ptr<Disk> disk_;
  MemoryStoreOptions options_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  mutable std::mutex mutex_;  // the suite reads from several threads; the simulation has only one
  std::deque<Job> queue_;     // waits for the next sync
  std::deque<Job> syncing_;   // under way
  bool busy_ = false;
};

}  // namespace crmsync::simulation
