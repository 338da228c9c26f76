// I5: a collision is two sides that differ from their bases and from each other; what became equal
// on both is adopted in silence.
// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/judge.hpp"

#include <algorithm>

namespace crmsync::simulation {

namespace {

class ConflictDefinition final : public Checker {
 public:
  void durable(Court const& court, state::Commit const& commit) override {
    for (auto const& row : commit.history) {
      auto const number = court.mapping.field_index(row.field);
      if (row.kind == state::HistoryKind::collision && number >= 0)
        check(court, row, static_cast<std::size_t>(number));
    }
  }

 private:
  static void check(Court const& court, state::HistoryRow const& row, std::size_t field) {
    ++court.checks;
    auto const& rule = court.mapping.rules.fields[field];
    auto const app = court.comparable(field, row.app), crm = court.comparable(field, row.crm);
    // Under `blank: value` two blanks may differ, which no text shows.
    if (app == crm && !(app.empty() && rule.blank == engine::BlankMode::value))
      fail(court, row, "both sides hold \"" + shortened(app) + "\"");
    // A group moves as one; a decision that both sides still had to receive has bases of its own;
    // what recovery names was judged against the base of that time.
    bool const computed = std::ranges::any_of(rule.chain, [](engine::Policy const& policy) {
      return policy.kind == engine::PolicyKind::sum_deltas ||
             policy.kind == engine::PolicyKind::max;
    });
    if (!rule.group.empty() || computed || row.policy.empty() || row.policy == "initial" ||
        !row.base_app || !row.base_crm)
      return;
    if (app == court.comparable(field, row.base_app))
      fail(court, row, "the app did not change");
    else if (crm == court.comparable(field, row.base_crm))
      fail(court, row, "the CRM did not change");
  }

  static void fail(Court const& court, state::HistoryRow const& row, std::string const& why) {
    auto const link = court.disk.links.find(row.link);
    std::vector<std::string> keys;
    if (link != court.disk.links.end()) keys = {link->second.app_key, link->second.crm_id};
    court.fail(
        "I5",
        "a collision of " + row.field + " on link " + std::to_string(row.link) + " is none: " + why,
        std::move(keys));
  }
};

}  // namespace

std::unique_ptr<Checker> check_conflict_definition() {
  return std::make_unique<ConflictDefinition>();
}

}  // namespace crmsync::simulation
