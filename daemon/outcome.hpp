// From what happened to what is remembered: the only place that moves a base. Pure but for ids.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/operations.hpp"
#include "daemon/overwritten.hpp"
#include "daemon/recovery.hpp"
#include "state/state_store.hpp"

#include <optional>
#include <string>
#include <vector>

namespace crmsync::daemon {

struct PairResult {
  Pair pair;
  PairWork work;
  std::optional<connectors::Receipt> app_receipt;  // set iff work.app was sent
  std::optional<connectors::Receipt> crm_receipt;
  RecoveryResult recovery;
  std::vector<Overwritten> overwritten;  // also by writes that recovery found done
  std::string linked_by;                 // "email", "external id"; for the record of a new link
  bool held = false;                     // the guard keeps this pair's destructive part back
};

enum class Ending : std::uint8_t {
  settled,        // the tickets' journal rows go
  observe_again,  // at once, from fresh reads
  retry,          // after a backoff
  hold,           // after a fixed wait (credential, full disk, unknown side)
};

struct PairEnding {
  Ending ending = Ending::settled;
  std::optional<std::int64_t> retry_after_ms;
  std::optional<engine::Error> error;  // why, for the side's trouble and the inbox
  bool changed = false;                // something was written or decided
};

struct OutcomeContext {
  WorkContext work;
  std::function<state::LinkId()> next_link_id;
  std::function<state::Sequence()> next_sequence;
  // Some link of the mapping has it.
  std::function<bool(engine::RecordKey const&)> has_app_key;
  std::function<bool(engine::RecordKey const&)> has_crm_id;
  int attempts = 0;  // transient attempts so far
  int attempts_before_inbox = 4;
};

// Appends to `out` everything this pair's outcome changes, except its settled journal rows, and
// says how the tickets end. Ids in result.pair.link are filled in for new links.
PairEnding record_outcome(OutcomeContext const& context, PairResult& result, state::Commit& out);

}  // namespace crmsync::daemon
