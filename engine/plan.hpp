// From one pair's observations to the minimal writes. Pure: the same input gives the same plan,
// field by field, and nothing outside the input is read.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/presence.hpp"
#include "engine/rules.hpp"

#include <optional>
#include <string>
#include <vector>

namespace crmsync::engine {

enum class BaseStatus : std::uint8_t {
  unadopted,  // no common value was ever confirmed
  settled,    // both sides confirmed their base value
  owed,       // a decision yielded a value that a side still has to receive
};

// A decision whose value neither side held (or not both). Kept with the inputs it consumed, so
// that it is applied once: deltas are never added twice.
struct OwedDecision {
  FieldBase base;           // the base it was made against; if no side received it, it never was
  FieldValue consumed_app;  // canonical values the decision was made from
  FieldValue consumed_crm;
  Value result;
  bool owed_app = false;
  bool owed_crm = false;
  PolicyKind fired = PolicyKind::ask;
  friend bool operator==(OwedDecision const&, OwedDecision const&) = default;
};

// One field of one pair as the planner sees it. All values canonical under the running mapping.
struct FieldInput {
  BaseStatus status = BaseStatus::unadopted;
  FieldBase base;
  std::optional<OwedDecision> owed;  // iff status == owed
  bool after_crash = false;
  FieldValue app;
  FieldValue crm;
  std::string app_problem;  // why app is unknown although the record was read ("unknown label")
  std::string crm_problem;
  // The side kept only part of what we last wrote (cut off): an edit there may rest on the rest
  // being gone, so it is asked and never flows by itself.
  bool app_lost_data = false;
  bool crm_lost_data = false;
  std::optional<ChangeInterval> app_changed;
  std::optional<ChangeInterval> crm_changed;
  // A person's answer to a parked field; used only while both sides still hold what was shown.
  std::optional<Value> answer;
  // The record was linked or created before this field got a base (a side refused it, could not be
  // read, or had a value of its own): `initial` still applies to it.
  bool first_match = false;
  // A person was asked about this field and has not answered: what differs is not settled.
  bool asked = false;
};

struct PairInput {
  LinkState link = LinkState::none;
  Presence app = Presence::unknown;
  Presence crm = Presence::unknown;
  bool link_is_new = false;        // first match of two existing records: `initial` applies
  std::vector<FieldInput> fields;  // same order as MappingRules::fields
};

enum class FieldAction : std::uint8_t {
  none,    // nothing moves
  settle,  // both sides agree: the base moves, nothing is written
  write_app,
  write_crm,
  write_both,
  park,   // waits for a person; the record's other fields go on
  drift,  // a read-only side was changed and the rule says report
};
std::string_view to_string(FieldAction action) noexcept;

struct FieldPlan {
  FieldAction action = FieldAction::none;
  MergeKind merge = MergeKind::untouched;
  FieldValue value;     // what is to be written
  bool clears = false;  // a value becomes blank on the written side (counted by the guard)
  std::optional<Resolution> resolution;  // set when a chain, `initial` or a person decided
  // "policy", "initial", "person", "owed" (an earlier decision is finished), "direction" (a one-way
  // field's source wins over a change on the read-only side), "drift", "" for plain flow.
  std::string_view decided_by;
  std::string reason;  // park: why; none: what it waits for. Names fields, never values
  // Set with every value that both sides have to receive (and while one still has to): to be
  // stored with the intents, so that the decision is finished and never repeated.
  std::optional<OwedDecision> owed;
};

struct PairPlan {
  PresenceAction presence = PresenceAction::ignore;
  std::vector<FieldPlan> fields;  // empty unless presence is link, merge, create_* or restore_*
  bool writes_app() const noexcept;
  bool writes_crm() const noexcept;
};

PairPlan make_plan(PairInput const& input, MappingRules const& rules);

}  // namespace crmsync::engine
