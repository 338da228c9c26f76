// What the daemon's state holds durably, as plain tables: what is in here survives a crash, nothing
// else does.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "state/state_store.hpp"

#include <functional>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

namespace crmsync::simulation {

using engine::Side;
using state::LinkId;
using state::MappingId;
using state::Sequence;

struct Disk {
  using Lookup = std::map<std::pair<MappingId, std::string>, LinkId, std::less<>>;
  using RecordAt = std::tuple<MappingId, Side, std::string>;

  std::string state_id;
  std::uint64_t high_water = 0;
  std::uint64_t commits = 0;
  bool restored = false;
  bool full = false;
  // Given out before the row that uses them is durable; never taken back.
  std::uint64_t next_sequence = 1;
  std::uint64_t next_link = 1;
  std::uint64_t next_id = 1;

  std::map<std::string, MappingId, std::less<>> mapping_ids;
  std::map<MappingId, state::MappingRow> mappings;
  std::map<std::pair<MappingId, Side>, state::CursorRow> cursors;
  std::map<Sequence, state::IntakeRow> intake;
  std::map<Sequence, state::WebhookRow> webhooks;
  std::map<LinkId, state::LinkRow> links;
  Lookup link_by_app;
  Lookup link_by_crm;  // aliases too
  std::map<LinkId, state::BaseRow> bases;
  std::map<RecordAt, std::vector<std::string>> unlinked;
  std::map<std::tuple<MappingId, Side, std::size_t, std::string>, std::set<std::string>> match;
  std::map<std::uint64_t, state::IntentRow> intents;
  std::map<std::uint64_t, state::ParkedRow> parked;
  std::map<std::uint64_t, state::ErrorRow> errors;
  std::map<std::uint64_t, state::HeldRow> held;
  std::map<Sequence, state::HistoryRow> history;
  std::map<LinkId, std::vector<Sequence>> history_of;
  std::map<MappingId, state::MappingCounts> counts;
};

// Applies the commit whole, or changes nothing and says why.
state::Status apply_commit(Disk& disk, state::Commit const& commit);
std::size_t prune_disk(Disk& disk, state::Timestamp webhooks_before,
                       state::Timestamp history_before, std::size_t max);
// First cross reference that does not hold.
state::Status verify_disk(Disk const& disk);

}  // namespace crmsync::simulation
