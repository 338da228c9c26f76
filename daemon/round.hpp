// One round: observe -> merge -> resolve -> plan -> apply -> commit for a batch of dirty records.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/guard.hpp"
#include "daemon/mapping_run.hpp"
#include "daemon/outcome.hpp"
#include "daemon/tuning.hpp"

#include <deque>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crmsync::daemon {

// Named places where tests stop the process for real, or fail what comes next.
using CrashProbe = std::function<void(std::string_view point)>;

struct RoundContext {
  MappingRun& run;
  state::StateStore& store;
  connectors::Runtime& runtime;
  Tuning const& tuning;
  CrashProbe const& probe;
};

// Looks only: pairs are planned and handed to `seen`, nothing is written or settled.
using PlanSink = std::function<void(Pair const&)>;

class Round {
 public:
  // The records were taken from run.dirty; the round settles or releases every one of them.
  Round(RoundContext context, std::vector<Dirty> taken);
  ~Round();
  Round(Round const&) = delete;
  Round& operator=(Round const&) = delete;

  connectors::Task<void> run();
  connectors::Task<void> look(PlanSink const& sink);

 private:
  // Pairs (round_pairs.cpp).
  void form_pairs();
  void form_linked(Dirty dirty, state::LinkRow link);
  void form_unlinked(Dirty dirty);
  bool follow_unlinked_key(Pair& pair);
  bool join_rekeyed(Dirty& dirty);
  std::vector<engine::RecordKey> way_of(DirtyKey const& id) const;
  void absorb_counterpart(Pair& pair, engine::Side side, engine::RecordKey const& key);
  void continue_absorbed();
  void look_at_absorbed(Pair const& pair);
  bool absorbed_a_linked_one(Pair const& pair) const;
  void mark_again(engine::Side side, engine::RecordKey key);
  void continue_link(Pair& pair, state::LinkRow link);
  void take_over(Pair& pair, engine::Side side, engine::RecordKey const& key);
  engine::Status load_stored(Pair& pair);
  engine::Status name_in_crm(Pair& pair);
  void set_aside(Pair& pair, engine::Error const& error);
  void load_intents(Pair& pair);
  static std::string record_lock(engine::Side side, std::string_view key);
  bool lock(std::string name);
  // Matching (round_match.cpp).
  connectors::Task<void> identify();
  connectors::Task<bool> index_unlinked();
  void note_match_values(Pair const& pair, state::Commit& index) const;
  bool is_linked_by_now(Pair& pair, engine::Side side);
  bool may_be_made_by_us(engine::Side side, std::string const& external_id) const;
  void park_merged_away(Pair& pair, engine::RecordKey const& contact);
  bool is_merged_away(Pair const& pair) const;
  void leave_out_linked(engine::Side side, std::vector<engine::RecordKey>& keys);
  void find_counterpart(Pair& pair, engine::Side side);
  bool adopt_candidate(Pair& pair, engine::Side side, engine::RecordKey const& candidate,
                       std::string how);
  void park_ambiguous(Pair& pair, engine::Side side, std::vector<engine::RecordKey> candidates,
                      std::string const& by);
  void close_question(Pair& pair, engine::Side side);
  void close_rows(std::vector<state::ParkedRow> const& rows, engine::Side side);
  bool verify_match(Pair& pair);

  // Keys that are used again, records that come back (round_return.cpp).
  connectors::Task<void> part_reused_keys();
  connectors::Task<void> retire_link(Pair& pair);
  bool row_was_replaced(Pair const& pair, state::IntentRow const& create) const;
  connectors::Task<void> retire_created(Pair& pair, state::IntentRow create,
                                        engine::Observation made);
  void leave_old_pair(Pair& pair);
  void claim_keys(Pair& pair);
  bool claim_key(Pair& pair, engine::Side side);
  void park_reused_key(Pair& pair);
  void close_reused_key(Pair& pair);
  void revive(Pair& pair);
  void plan_restore(Pair& pair, engine::Side present);
  void answer_record(Pair& pair);

  // Reads (round_observe.cpp).
  connectors::Task<void> observe(bool strong_only);
  connectors::Task<void> fetch_side(engine::Side side, std::vector<Pair*> pairs);
  connectors::Task<void> look_up_creates();
  connectors::Task<bool> look_up_create(Pair& pair, state::IntentRow intent);
  static bool came_to_nothing(Pair const& pair, state::IntentRow const& create);
  bool take_created(Pair& pair, engine::Side side, engine::Observation found);
  void take_payloads();
  void follow_keys(Pair& pair);
  void park_taken(Pair& pair, engine::Side side, state::LinkRow const& holder, std::string reason);
  static bool was_absorbed(Pair const& pair);
  void leave_absorbed_key(Pair& pair);

  // Decisions (round.cpp).
  void plan_all();
  void plan(Pair& pair);
  bool needs_strong_read(Pair const& pair) const;
  void stop_fights(Pair& pair);
  void wait_for_merge(Pair& pair);
  void wait_for_capture(Pair& pair);
  bool heard_lately(Pair const& pair) const;
  bool wait_for_written(Pair& pair);
  bool wait_for_created(Pair& pair);

  // Writes (round_apply.cpp).
  connectors::Task<bool> commit_intents();
  connectors::Task<void> apply_side(engine::Side side);
  connectors::Task<void> apply_chunk(engine::Side side, std::vector<PairResult*> chunk);
  connectors::Task<void> check_overwritten();
  connectors::Task<void> check_overwritten(std::span<PairResult*> written, bool deleted);
  void learn_from_refusal(PairResult& result);

  // What is stored (round_commit.cpp).
  connectors::Task<void> commit_outcomes();
  connectors::Task<std::vector<engine::Status>> commit_parts(std::vector<state::Commit> parts);
  void note_held(PairResult const& result, PairEnding const& ending, state::Commit& changes);
  void count(PairResult const& result, PairEnding const& ending);
  void finish_ticket(Dirty ticket, PairEnding const& ending);

  // Endings.
  void drop(Pair& pair, SteadyTime due);  // released, nothing settled
  void stand_back(Pair& pair);            // the same, but the other has to get at this record
  void postpone(Pair& pair);              // somebody else works on it: not a failed try
  void settle_quietly(Pair& pair);        // nothing to decide: only marks and intents go
  void look_at_intended(Pair const& pair);
  void fail_side(engine::Side side, engine::Error const& error);
  SteadyTime later(std::chrono::milliseconds delay) const;
  SteadyTime backoff(int attempts, std::optional<std::int64_t> retry_after_ms) const;
  bool is_active(Pair const& pair) const;

  RoundContext context_;
  MappingRun& run_;
  engine::MappingRules const rules_;  // of this whole round
  std::vector<Dirty> taken_;
  std::deque<Pair> pairs_;        // stable addresses
  std::set<Pair const*> closed_;  // released or settled early
  std::vector<std::pair<Pair*, engine::Error>>
      damaged_;  // formed, but what is stored is unreadable
  static constexpr std::string_view kByEarlierCreate = "an earlier create";
  std::map<Pair const*, std::string> linked_by_;
  std::vector<PairResult> results_;
  std::vector<std::string> locks_;  // ours, given back at the end
  // Index updates, parked records and marks found on the way. Marks get their sequence when they
  // are committed: the journal's reader never looks back.
  state::Commit extra_;
};

}  // namespace crmsync::daemon
