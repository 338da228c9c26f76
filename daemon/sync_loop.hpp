// Takes dirty records of one mapping in batches and runs rounds on them. Control thread only.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/intake.hpp"
#include "daemon/round.hpp"

namespace crmsync::daemon {

class SyncLoop {
 public:
  SyncLoop(MappingRun& run, state::StateStore& store, Intake& intake, connectors::Runtime& runtime,
           Tuning const& tuning, CrashProbe const& probe);

  // Ends when run.stopping is set and every round has ended.
  connectors::Task<void> run();
  // Marks every record with an operation of unknown fate as dirty; before run().
  engine::Status load_open_intents();

 private:
  bool may_work() const;
  bool has_room() const;
  // False: nothing is due, or enough is under way.
  bool start_round();
  std::chrono::milliseconds pause() const;
  connectors::Task<void> one_round(std::vector<Dirty> taken);

  MappingRun& run_;
  state::StateStore& store_;
  Intake& intake_;
  connectors::Runtime& runtime_;
  Tuning const& tuning_;
  CrashProbe const& probe_;
};

}  // namespace crmsync::daemon
