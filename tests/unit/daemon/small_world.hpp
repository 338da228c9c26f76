// One mapping at work: the real pollers, sync loop and store, two sides in memory, virtual time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/poller.hpp"
#include "daemon/sync_loop.hpp"
#include "tests/support/virtual_runtime.hpp"
#include "tests/unit/daemon/inline_store.hpp"
#include "tests/unit/daemon/mapping_yaml.hpp"
#include "tests/unit/daemon/memory_side.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace crmsync::daemon::tests {

class SmallWorld {
 public:
  explicit SmallWorld(MappingYaml const& yaml = {}, std::uint64_t intake_max = 100'000);
  ~SmallWorld();
  SmallWorld(SmallWorld const&) = delete;
  SmallWorld& operator=(SmallWorld const&) = delete;

  // Pollers and loop, as the service starts them.
  void start();
  // The process ends and another begins on the same state; both sides stay as they are.
  void restart();
  void stop();
  void advance(std::chrono::milliseconds by) { runtime.advance(by); }
  // Long enough for poll, settle time and round.
  void settle() { advance(std::chrono::seconds(40)); }

  std::optional<state::LinkRow> link_of(engine::RecordKey const& app_key);
  state::BaseRow base_of(engine::RecordKey const& app_key);
  std::vector<state::HistoryRow> history_of(engine::RecordKey const& app_key);
  std::vector<state::ParkedRow> parked();
  std::vector<state::ErrorRow> errors();
  std::vector<state::HeldRow> held();
  std::vector<state::IntakeRow> intake_rows();
  // Adds both records and lets them find each other.
  void link(engine::RecordKey const& app_key, engine::RecordKey const& crm_id,
            engine::Record const& fields);

  connectors::VirtualRuntime runtime;
  MemorySide app, crm;
  Tuning tuning;
  CrashProbe probe;
  std::unique_ptr<InlineStore> store;
  std::unique_ptr<Intake> intake;
  std::unique_ptr<MappingRun> run;

 private:
  void open_run();

  std::filesystem::path folder_;
  MappingYaml yaml_;
  std::uint64_t intake_max_;
  std::vector<std::unique_ptr<Poller>> pollers_;
  std::unique_ptr<SyncLoop> loop_;
};

}  // namespace crmsync::daemon::tests
