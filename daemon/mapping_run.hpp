// One mapping while it runs under one configuration generation: its rules, its two endpoints and
// what is only known in memory. Control thread only.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/connector.hpp"
#include "daemon/dirty_set.hpp"
#include "daemon/signal.hpp"
#include "mappings/mapping.hpp"
#include "state/state_store.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace crmsync::daemon {

// What a poll page carried, kept for a while: it may serve as the observation of its side.
class PayloadCache {
 public:
  explicit PayloadCache(std::size_t max) : max_(max) {}
  void put(engine::Side side, engine::Observation observation);
  std::optional<engine::Observation> take(DirtyKey const& id);

 private:
  std::size_t max_;
  std::map<DirtyKey, engine::Observation> items_;
  std::deque<DirtyKey> order_;
};

// Where one side of a mapping stands.
struct SideRun {
  std::unique_ptr<connectors::Endpoint> endpoint;
  connectors::Capabilities capabilities;
  connectors::ObjectSchema schema;
  bool ready = false;  // prepared, described and bound
  state::CursorRow cursor;
  bool read_again = false;          // everything is to be read once more, as at the first start
  bool polled_since_start = false;  // a full poll that began after start has ended
  std::uint64_t polls = 0;
  std::optional<engine::Error> trouble;  // last failure; empty once a call succeeded
  SteadyTime trouble_since{};
};

struct RunCounters {
  std::uint64_t created_app = 0, created_crm = 0;
  std::uint64_t updated_app = 0, updated_crm = 0;
  std::uint64_t deleted_app = 0, deleted_crm = 0;
  std::uint64_t linked = 0, unchanged = 0, agreed = 0, collisions = 0, parked = 0, refused = 0;
  std::uint64_t overwritten = 0, own_writes_seen = 0;
};

// Said by the CRM, which named the record that already holds a create's unique value, or chosen by
// a person.
struct NamedMatch {
  engine::RecordKey crm_id;
  bool by_person = false;
};

// The name under which MappingRun::locks holds a link.
std::string link_lock(state::LinkId link);

struct MappingRun {
  MappingRun(connectors::Runtime& runtime, std::size_t payloads_max)
      : payloads(payloads_max), wake(runtime), poll_app(runtime), poll_crm(runtime) {}

  state::MappingId id = 0;
  std::uint64_t generation = 0;
  mappings::Mapping mapping;
  state::MappingRow row;
  SideRun app, crm;
  DirtySet dirty;
  PayloadCache payloads;
  std::set<std::string> locks;  // links, keys and match values in flight
  // Operations whose effect is not known, by what they are about.
  std::map<std::uint64_t, state::IntentRow> open_intents;
  // Deleted CRM records that may turn out to be merged, since when.
  std::map<engine::RecordKey, SteadyTime> crm_gone_since;
  // Rows that were not there when the CRM's news made us look, and the app poll to wait for.
  std::map<engine::RecordKey, std::uint64_t> app_gone_until;
  // Counterparts of app records that something better than the match keys knows.
  std::map<engine::RecordKey, NamedMatch> named_match;
  RunCounters counters;
  std::size_t rounds_in_flight = 0;
  Signal wake;                // work for the sync loop
  Signal poll_app, poll_crm;  // look at the side now
  bool stopping = false;
  // The state was restored from a backup: its bases may be older than what was written since. Equal
  // values adopt, others ask, nothing is created or deleted, until the admin says `apply`.
  bool reconcile = false;

  SideRun& side(engine::Side which) { return which == engine::Side::app ? app : crm; }
  SideRun const& side(engine::Side which) const { return which == engine::Side::app ? app : crm; }
  Signal& poll(engine::Side which) { return which == engine::Side::app ? poll_app : poll_crm; }
  bool snapshots_complete() const {
    return !app.read_again && !crm.read_again &&
           app.cursor.snapshot == state::SnapshotPhase::complete &&
           crm.cursor.snapshot == state::SnapshotPhase::complete;
  }
  // What an unlinked record can be recognised by: its external id first, so that a lost state finds
  // its own records again, then the declared keys. `external_id`: of an app record.
  std::vector<std::string> match_values(engine::Side side, engine::Observation const& seen,
                                        std::string const& external_id) const;
  // Writing may begin: the admin has seen the first plan, or asked for none.
  bool may_write() const { return !mapping.require_plan || row.apply_approved; }
  // The rules in force: the mapping's own, or in reconcile mode the careful ones.
  engine::MappingRules rules() const;
};

}  // namespace crmsync::daemon
