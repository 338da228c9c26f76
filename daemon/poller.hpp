// Reads one side of one mapping: the snapshot first, then changes for ever. What it finds becomes
// durable dirty marks together with the new cursor.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/intake.hpp"

namespace crmsync::daemon {

class Poller {
 public:
  Poller(MappingRun& run, engine::Side side, state::StateStore& store, Intake& intake,
         connectors::Runtime& runtime);

  // Ends when run.stopping is set.
  connectors::Task<void> run();

 private:
  connectors::Task<bool> begin_snapshot();
  connectors::Task<bool> snapshot_page();
  connectors::Task<bool> poll_once();
  connectors::Task<bool> change_page(bool& caught_up);
  connectors::Task<bool> mark_all_links();
  connectors::Task<bool> store_page(state::Commit changes, state::CursorRow next);
  bool is_news(engine::ChangeEvent const& event) const;
  bool is_set_aside(state::LinkRow const& link) const;
  bool failed(engine::Error const& error);
  std::chrono::milliseconds pause_after_failure();

  MappingRun& run_;
  engine::Side side_;
  SideRun& here_;
  state::StateStore& store_;
  Intake& intake_;
  connectors::Runtime& runtime_;
  int failures_ = 0;
  int positions_lost_ = 0;  // since the last complete poll
  std::optional<std::int64_t> retry_after_ms_;
};

}  // namespace crmsync::daemon
