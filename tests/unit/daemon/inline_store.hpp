// A real store whose commits have ended when they return, so that a virtual clock never waits for
// another thread. It can also refuse commits.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "state/state_store.hpp"

#include <functional>
#include <future>
#include <memory>
#include <utility>

namespace crmsync::daemon::tests {

class InlineStore final : public state::StateStore {
 public:
  explicit InlineStore(std::unique_ptr<state::StateStore> store) : store_(std::move(store)) {}

  // Asked before every commit: an error is the commit's answer, and nothing is stored.
  std::function<std::optional<engine::Error>(state::Commit const&)> refuse;
  // The link whose base cannot be read any more.
  std::optional<state::LinkId> damaged_base;

  void commit(state::Commit commit, state::Done done) override {
    if (refuse)
      if (auto error = refuse(commit)) return done(*error);
    std::promise<engine::Status> ended;
    store_->commit(std::move(commit),
                   [&ended](engine::Status status) { ended.set_value(std::move(status)); });
    done(ended.get_future().get());
  }

  std::string state_id() const override { return store_->state_id(); }
  std::uint64_t high_water() const override { return store_->high_water(); }
  bool restored() const override { return store_->restored(); }
  state::Sequence next_sequence() override { return store_->next_sequence(); }
  state::LinkId next_link_id() override { return store_->next_link_id(); }
  std::uint64_t next_id() override { return store_->next_id(); }
  engine::Result<state::MappingId> register_mapping(std::string_view name) override {
    return store_->register_mapping(name);
  }
  engine::Result<std::vector<state::IntakeRow>> intake_after(state::Sequence after,
                                                             std::size_t max) const override {
    return store_->intake_after(after, max);
  }
  engine::Result<std::uint64_t> intake_size() const override { return store_->intake_size(); }
  engine::Result<std::optional<state::CursorRow>> cursor(state::MappingId mapping,
                                                         engine::Side side) const override {
    return store_->cursor(mapping, side);
  }
  engine::Result<std::optional<state::MappingRow>> mapping(state::MappingId id) const override {
    return store_->mapping(id);
  }
  engine::Result<std::optional<state::LinkRow>> link(state::LinkId id) const override {
    return store_->link(id);
  }
  engine::Result<std::optional<state::LinkRow>> link_by_app(state::MappingId mapping,
                                                            std::string_view key) const override {
    return store_->link_by_app(mapping, key);
  }
  engine::Result<std::optional<state::LinkRow>> link_by_crm(state::MappingId mapping,
                                                            std::string_view id) const override {
    return store_->link_by_crm(mapping, id);
  }
  engine::Result<std::optional<state::BaseRow>> base(state::LinkId id) const override {
    if (id == damaged_base)
      return engine::make_error(engine::Errc::corrupt, "state: bases row", "its checksum differs");
    return store_->base(id);
  }
  engine::Result<std::vector<state::LinkRow>> links_after(state::MappingId mapping,
                                                          state::LinkId after,
                                                          std::size_t max) const override {
    return store_->links_after(mapping, after, max);
  }
  engine::Result<std::vector<engine::RecordKey>> match(state::MappingId mapping, engine::Side side,
                                                       std::size_t index, std::string_view value,
                                                       std::size_t max) const override {
    return store_->match(mapping, side, index, value, max);
  }
  engine::Result<std::vector<engine::RecordKey>> unlinked_after(state::MappingId mapping,
                                                                engine::Side side,
                                                                std::string_view after,
                                                                std::size_t max) const override {
    return store_->unlinked_after(mapping, side, after, max);
  }
  engine::Result<std::vector<state::IntentRow>> intents_after(std::uint64_t after,
                                                              std::size_t max) const override {
    return store_->intents_after(after, max);
  }
  engine::Result<std::vector<state::ParkedRow>> parked_after(std::uint64_t after,
                                                             std::size_t max) const override {
    return store_->parked_after(after, max);
  }
  engine::Result<std::optional<state::ParkedRow>> parked(std::uint64_t id) const override {
    return store_->parked(id);
  }
  engine::Result<std::vector<state::ParkedRow>> parked_of(state::MappingId mapping,
                                                          state::LinkId link, engine::Side side,
                                                          std::string_view key) const override {
    return store_->parked_of(mapping, link, side, key);
  }
  engine::Result<std::vector<state::ErrorRow>> errors_after(std::uint64_t after,
                                                            std::size_t max) const override {
    return store_->errors_after(after, max);
  }
  engine::Result<std::optional<state::ErrorRow>> error(std::uint64_t id) const override {
    return store_->error(id);
  }
  engine::Result<std::vector<state::ErrorRow>> errors_of(state::MappingId mapping,
                                                         engine::Side side,
                                                         std::string_view key) const override {
    return store_->errors_of(mapping, side, key);
  }
  engine::Result<std::vector<state::HeldRow>> held_after(std::uint64_t after,
                                                         std::size_t max) const override {
    return store_->held_after(after, max);
  }
  engine::Result<std::vector<state::HeldRow>> held_of(state::LinkId link) const override {
    return store_->held_of(link);
  }
  engine::Result<std::vector<state::HistoryRow>> history_of(state::LinkId link,
                                                            std::size_t max) const override {
    return store_->history_of(link, max);
  }
  engine::Result<std::vector<state::WebhookRow>> webhooks_after(state::Sequence after,
                                                                std::size_t max) const override {
    return store_->webhooks_after(after, max);
  }
  engine::Result<state::MappingCounts> counts(state::MappingId mapping) const override {
    return store_->counts(mapping);
  }
  state::StoreHealth health() const override { return store_->health(); }
  void prune(engine::Timestamp webhooks, engine::Timestamp history, std::size_t max,
             std::function<void(engine::Result<std::size_t>)> done) override {
    store_->prune(webhooks, history, max, std::move(done));
  }
  void backup(std::filesystem::path target, state::Done done) override {
    store_->backup(std::move(target), std::move(done));
  }
  engine::Status verify() const override { return store_->verify(); }

 private:
  std::unique_ptr<state::StateStore> store_;
};

}  // namespace crmsync::daemon::tests
