// The door to the durable set of dirty keys: marks are committed first, then read back from the
// journal into the mappings' dirty sets, as memory allows. Control thread only.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/mapping_run.hpp"
#include "daemon/tuning.hpp"

#include <functional>
#include <map>
#include <vector>

namespace crmsync::daemon {

class Intake {
 public:
  Intake(state::StateStore& store, connectors::Runtime& runtime, Tuning const& tuning,
         std::uint64_t rows_max);

  void attach(MappingRun& run) { runs_[run.id] = &run; }
  void detach_all();

  // A row ready to be committed for this record.
  state::IntakeRow row(state::MappingId mapping, engine::Side side, engine::RecordKey key) const;
  // Full: pollers pause and webhooks are answered 503; nothing is dropped.
  bool full() const;
  // Commits marks with whatever else belongs to the same transaction, then reads on.
  connectors::Task<engine::Status> append(state::Commit changes);
  // Reads the journal on into the dirty sets; cheap when there is nothing new.
  void feed();

 private:
  std::size_t in_memory() const;
  void look_ahead();

  state::StateStore& store_;
  connectors::Runtime& runtime_;
  Tuning const& tuning_;
  std::uint64_t rows_max_;
  std::map<state::MappingId, MappingRun*> runs_;
  state::Sequence read_up_to_ = 0;
  state::Sequence looked_up_to_ = 0;  // for re-keys; at least as far
  std::uint64_t unconfigured_ = 0;  // rows of mappings that are not configured: nobody settles them
};

}  // namespace crmsync::daemon
