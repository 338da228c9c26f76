// What every StateStore must do. A new implementation joins with one INSTANTIATE_TEST_SUITE_P.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "state/state_store.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <functional>
#include <future>
#include <memory>
#include <string>

namespace crmsync::state::tests {

using engine::Errc;
using engine::LinkState;
using engine::RecordKey;

// A folder of its own (0700) that goes away with its contents.
class TempFolder {
 public:
  TempFolder();
  TempFolder(TempFolder const&) = delete;
  TempFolder& operator=(TempFolder const&) = delete;
  ~TempFolder();
  std::filesystem::path const& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

using Opener = std::function<Result<std::unique_ptr<StateStore>>(std::filesystem::path const&)>;

struct Implementation {
  std::string name;
  Opener open;
};

// Submits and waits.
Status commit(StateStore& store, Commit changes);
Result<std::size_t> prune(StateStore& store, Timestamp webhooks_before, Timestamp history_before,
                          std::size_t max);
Status backup(StateStore& store, std::filesystem::path const& target);

// Rows with the fields that the tests do not look at filled in.
LinkRow link_row(LinkId id, MappingId mapping, RecordKey app_key, RecordKey crm_id);
BaseRow base_row(LinkId link, std::string const& email);
IntakeRow intake_row(Sequence sequence, MappingId mapping, RecordKey key);
ParkedRow parked_row(std::uint64_t id, MappingId mapping, LinkId link, std::string field);
ErrorRow error_row(std::uint64_t id, MappingId mapping, RecordKey key);
IntentRow intent_row(std::uint64_t op_id, MappingId mapping, LinkId link);
HeldRow held_row(std::uint64_t id, MappingId mapping, LinkId link);
HistoryRow history_row(Sequence sequence, LinkId link, std::int64_t at_micros);
WebhookRow webhook_row(Sequence sequence, std::int64_t at_micros, std::string body);

class StoreSuite : public ::testing::TestWithParam<Implementation> {
 protected:
  void SetUp() override { open(); }
  void open();
  void close() { store_.reset(); }
  void reopen() {
    close();
    open();
  }
  std::filesystem::path folder() const { return folder_.path() / "state"; }
  StateStore& store() { return *store_; }
  MappingId mapping(std::string_view name) { return store_->register_mapping(name).value(); }
  // Commits; the test fails if the store refuses.
  void keep(Commit changes);
  // A link with its base.
  LinkRow linked(MappingId mapping, RecordKey app_key, RecordKey crm_id);

 private:
  TempFolder folder_;
  std::unique_ptr<StateStore> store_;
};

}  // namespace crmsync::state::tests
