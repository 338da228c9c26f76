// One record pair on its way through a round: what is stored, what was seen, what is planned.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/connector.hpp"
#include "daemon/dirty_set.hpp"
#include "engine/plan.hpp"
#include "mappings/mapping.hpp"
#include "state/rows.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace crmsync::daemon {

struct Pair {
  std::vector<Dirty> tickets;  // dirty marks that this pair's outcome settles
  std::optional<state::LinkRow> link;
  std::optional<state::BaseRow> base;
  bool link_is_new = false;
  engine::RecordKey app_key;  // empty: none known
  engine::RecordKey crm_id;
  // Of an unlinked row whose key has just been changed, perhaps more than once; the last one first.
  std::vector<engine::RecordKey> app_keys_before;
  std::optional<engine::Observation> app;
  std::optional<engine::Observation> crm;
  // A side that certainly has no counterpart (both snapshots complete, no candidate).
  bool app_none = false;
  bool crm_none = false;
  std::vector<state::IntentRow> open_intents;  // outcome unknown: resolved before planning
  std::vector<std::string> after_crash;        // fields found unclear while resolving them
  // By operation: the record that a create of unknown outcome made; empty: it made none. A create
  // that is not in here was not looked up, and nothing is known of it.
  std::map<std::uint64_t, engine::RecordKey> creates_made;
  std::vector<state::ParkedRow> parked;
  std::vector<state::ErrorRow> errors;
  std::vector<state::HeldRow> held;
  std::string external_id;  // what a create would write
  // Links of departed records that stand under a key which this pair has by now: they give it up in
  // the transaction that moves the pair there.
  std::vector<state::LinkRow> yielding;

  engine::PairInput input;
  engine::PairPlan plan;

  engine::Observation const* seen(engine::Side side) const {
    auto const& one = side == engine::Side::app ? app : crm;
    return one ? &*one : nullptr;
  }
  engine::Presence presence(engine::Side side) const;
};

inline engine::RecordKey& key_of(Pair& pair, engine::Side side) {
  return side == engine::Side::app ? pair.app_key : pair.crm_id;
}

// Native names of one mapping field on one side.
std::vector<std::string> const& native_names(mappings::FieldMap const& field, engine::Side side);
// The part of `record` that belongs to the field; empty unless every name is there.
std::optional<engine::Record> native_part(mappings::FieldMap const& field, engine::Side side,
                                          engine::Record const& record);
state::FieldMark const* find_mark(state::BaseRow const& base, std::string_view field);
state::FieldMark& mark_for(state::BaseRow& base, std::string_view field);
// Drops marks that say nothing any more.
void tidy_marks(state::BaseRow& base);

// Fills pair.input from what is stored and seen. Pure.
engine::PairInput build_input(mappings::Mapping const& mapping, Pair const& pair);

}  // namespace crmsync::daemon
