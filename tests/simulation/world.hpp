// One seed's life: records settle in, a day of work and faults, calm, judgement, one more crash,
// and judgement again. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/simulation/daemon_host.hpp"
#include "tests/simulation/judge.hpp"
#include "tests/simulation/people.hpp"
#include "tests/simulation/run.hpp"

#include <map>
#include <memory>
#include <optional>
#include <string>

namespace crmsync::simulation {

class World final : public Witness {
 public:
  World(Scenario scenario, RunOptions options);
  ~World() override;

  RunReport run();

  void sent(Side side, std::vector<connectors::Operation> const& operations) override;
  void carried_out(Side side, connectors::Operation const& operation, std::uint64_t uid) override;
  void answered(Side side, std::vector<connectors::Operation> const& operations) override;
  void asked(Side side, std::string_view what) override;
  void told_to_wait(Side side, std::string_view what, milliseconds wait) override;
  bool power_fails(std::string_view point) override;
  void in_window(Side side, std::vector<engine::RecordKey> const& keys) override;

 private:
  void load();
  MemoryStoreOptions store_options();
  void day();
  void quiet();
  void judge();
  void silence();
  // Runs until then, through every crash; false when the run is over.
  bool live_until(SimTime until);
  void crash(std::string_view why);
  void plan_crashes(SimTime from, SimTime until);
  void plan_clock_steps(SimTime from, SimTime until);
  void on_crm_event(CrmEvent const& event);
  void deliver(std::string body, int attempt);
  void admin_at_work();
  void plan_reloads(SimTime from, SimTime until);
  void plan_restore();
  void put_back();
  void note_marks(state::Commit const& commit);
  Court court();
  template <class Fn>
  void each_checker(Fn const& fn) {
    auto const bench = court();
    for (auto& checker : checkers_) fn(*checker, bench);
    if (violation_) runtime_.request_stop();
  }

  Scenario scenario_;
  RunOptions options_;
  SimRuntime runtime_;
  Ledger ledger_;
  Weather weather_;
  Timeline timeline_;
  Stage stage_;
  std::shared_ptr<Disk> disk_ = std::make_shared<Disk>();
  std::optional<Disk> copy_;  // of the morning
  FakeApp app_;
  FakeCrm crm_;
  People people_;
  Tape hooks_;
  Tape admin_;
  mappings::Config config_;
  mappings::Mapping mapping_;
  std::optional<DaemonHost> daemon_;
  Checkers checkers_;
  Kinship kinship_;
  std::map<state::Sequence, engine::RecordKey> marks_;  // not settled yet
  std::optional<Violation> violation_;
  RunReport report_;
  bool crash_requested_ = false;
  bool judging_ = false;
};

}  // namespace crmsync::simulation
