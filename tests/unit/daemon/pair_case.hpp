// One pair outside any round: what is stored and seen is said, plan and outcome are looked at.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/outcome.hpp"
#include "tests/unit/daemon/mapping_yaml.hpp"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace crmsync::daemon::tests {

inline engine::Value text(std::string value) {
  return value;
}

inline engine::FieldValue known(std::string value) {
  return engine::Value(std::move(value));
}

inline constexpr engine::Timestamp kNow{1'000'000'000'000};

inline engine::Timestamp seconds_before_now(std::int64_t seconds) {
  return {kNow.micros - seconds * 1'000'000};
}

struct PairCase {
  explicit PairCase(MappingYaml const& yaml = {}) : mapping(bound(yaml)) {
    pair.app_key = "1";
    pair.crm_id = "c1";
    pair.external_id = "1";
  }

  PairCase& linked(engine::Record app, engine::Record crm) {
    pair.link.emplace();
    pair.link->id = 7;
    pair.link->mapping = 3;
    pair.link->state = engine::LinkState::linked;
    pair.link->app_key = pair.app_key;
    pair.link->crm_id = pair.crm_id;
    pair.base.emplace();
    pair.base->link = 7;
    pair.base->app = std::move(app);
    pair.base->crm = std::move(crm);
    pair.base->app_seen_at = pair.base->crm_seen_at = seconds_before_now(3600);
    return *this;
  }
  PairCase& linked(engine::Record both) { return linked(both, both); }
  PairCase& see(engine::Side side, engine::Record fields) {
    auto seen = observation(side, engine::Presence::present);
    seen.fields = std::move(fields);
    (side == engine::Side::app ? pair.app : pair.crm) = std::move(seen);
    return *this;
  }
  PairCase& see_gone(engine::Side side) {
    (side == engine::Side::app ? pair.app : pair.crm) =
        observation(side, engine::Presence::deleted);
    return *this;
  }
  engine::Observation observation(engine::Side side, engine::Presence presence) const {
    engine::Observation seen;
    seen.key = seen.current_key = side == engine::Side::app ? pair.app_key : pair.crm_id;
    seen.presence = presence;
    seen.observed_at = seconds_before_now(1);
    seen.version.order = 20;
    return seen;
  }

  engine::PairPlan const& plan() {
    pair.input = build_input(mapping, pair);
    pair.plan = engine::make_plan(pair.input, mapping.rules);
    return pair.plan;
  }
  engine::FieldPlan const& plan_of(std::string_view field) {
    plan();
    return pair.plan.fields.at(static_cast<std::size_t>(mapping.field_index(field)));
  }
  engine::FieldInput input_of(std::string_view field) {
    return build_input(mapping, pair)
        .fields.at(static_cast<std::size_t>(mapping.field_index(field)));
  }

  WorkContext work_context() {
    return {mapping, 3, 5, kNow, [this] { return ++last_id; }};
  }
  // Plan and operations, nothing sent yet.
  PairResult work() {
    plan();
    PairResult result;
    result.work = build_work(work_context(), pair);
    result.pair = pair;
    return result;
  }
  // What the outcome of `result` changes.
  PairEnding record(PairResult& result, int attempts = 0) {
    OutcomeContext const context{work_context(),
                                 [] { return state::LinkId(70); },
                                 [this] { return ++last_sequence; },
                                 [](engine::RecordKey const&) { return false; },
                                 [](engine::RecordKey const&) { return false; },
                                 attempts,
                                 4};
    changes = {};
    auto ending = record_outcome(context, result, changes);
    pair = result.pair;
    return ending;
  }
  state::BaseRow const& stored_base() const {
    EXPECT_FALSE(changes.bases.empty()) << "no base was stored";
    static state::BaseRow const none;
    return changes.bases.empty() ? none : changes.bases.back();
  }
  std::vector<state::HistoryKind> history() const {
    std::vector<state::HistoryKind> kinds;
    for (auto const& row : changes.history) kinds.push_back(row.kind);
    return kinds;
  }

  mappings::Mapping mapping;
  Pair pair;
  state::Commit changes;
  std::uint64_t last_id = 100;
  std::uint64_t last_sequence = 1000;
};

// Answers to what was sent.
inline connectors::Receipt applied(engine::Record stored = {}, engine::RecordKey key = {}) {
  connectors::Receipt receipt;
  receipt.stored = std::move(stored);
  receipt.key = std::move(key);
  receipt.created = true;
  receipt.version.order = 30;
  return receipt;
}

inline connectors::Receipt failed(engine::Errc code, bool maybe_applied = false) {
  connectors::Receipt receipt;
  receipt.error = engine::make_error(code, "write", "refused by the test");
  receipt.error->maybe_applied = maybe_applied;
  return receipt;
}

}  // namespace crmsync::daemon::tests
