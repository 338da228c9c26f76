// The field part of an outcome: base, parked fields, history.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/outcome.hpp"

namespace crmsync::daemon {

// How one side's write ended, as far as the fields are concerned.
struct SideEnding {
  bool sent = false;
  bool applied = false;
  engine::Record const* stored = nullptr;  // from the receipt
};

struct FieldsEnding {
  bool unsettled_app = false;  // a field still waits for something on this side
  bool unsettled_crm = false;
  bool changed = false;
};

// Moves `base` for every field of the pair and appends history and parked rows.
FieldsEnding record_fields(OutcomeContext const& context, PairResult& result, SideEnding const& app,
                           SideEnding const& crm, state::BaseRow& base, state::Commit& out);

state::HistoryRow history_row(OutcomeContext const& context, Pair const& pair,
                              state::HistoryKind kind);
// A collision that a write had settled before its answer got lost: it is on record all the same.
// Which policy had decided is not kept with an operation. `note.decided` is set.
state::HistoryRow decided_row(OutcomeContext const& context, Pair const& pair,
                              RecoveryNote const& note);
std::string rule_text(engine::RuleSource const& source);

}  // namespace crmsync::daemon
