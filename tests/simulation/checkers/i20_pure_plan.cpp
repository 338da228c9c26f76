// I20: a decision is a function of the values and the rules. Every recorded collision is judged
// once more from its own row: the first policy of the chain that decides has to be the one that
// did, whoever else was in that batch. (The planner itself is permuted in property/laws_test.cpp.)
// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/judge.hpp"

#include <algorithm>

namespace crmsync::simulation {

namespace {

using engine::PolicyKind;

constexpr std::string_view kBothChanged = "app and CRM were both changed, differently";

bool always_decides(PolicyKind kind) {
  return kind == PolicyKind::app || kind == PolicyKind::crm ||
         kind == PolicyKind::app_unless_blank || kind == PolicyKind::crm_unless_blank ||
         kind == PolicyKind::ask;
}

class PurePlan final : public Checker {
 public:
  void durable(Court const& court, state::Commit const& commit) override {
    for (auto const& row : commit.history) {
      auto const number = court.mapping.field_index(row.field);
      if (number < 0) continue;
      auto const field = static_cast<std::size_t>(number);
      auto const& rule = court.mapping.rules.fields[field];
      // A group follows its first field; a first match follows `initial`.
      if (!rule.group.empty() || rule.chain.empty() || court.disk.restored) continue;
      if (row.kind == state::HistoryKind::collision)
        check_decided(court, row, field);
      else if (row.kind == state::HistoryKind::parked && row.note.starts_with(kBothChanged))
        check_asked(court, row, rule);
    }
  }

 private:
  static void check_decided(Court const& court, state::HistoryRow const& row, std::size_t field) {
    if (row.policy.empty() || row.policy == "initial" || row.policy == "person") return;
    ++court.checks;
    auto const& chain = court.mapping.rules.fields[field].chain;
    auto const app = court.comparable(field, row.app), crm = court.comparable(field, row.crm);
    for (auto const& policy : chain) {
      bool const fired = engine::to_string(policy.kind) == row.policy;
      bool const one_blank = app.empty() != crm.empty();
      bool const decides =
          always_decides(policy.kind) || (policy.kind == PolicyKind::fill_blank && one_blank);
      if (!fired && !decides) continue;
      if (!fired) return fail(court, row, std::string(engine::to_string(policy.kind)));
      auto const result = court.comparable(field, row.result);
      bool const wrong = (policy.kind == PolicyKind::app && result != app) ||
                         (policy.kind == PolicyKind::crm && result != crm) ||
                         (policy.kind == PolicyKind::fill_blank && result.empty());
      if (wrong) fail(court, row, "the side it names");
      return;
    }
    fail(court, row, "nobody in the chain");
  }

  static void check_asked(Court const& court, state::HistoryRow const& row,
                          engine::FieldRule const& rule) {
    ++court.checks;
    auto const first = std::ranges::find_if(
        rule.chain, [](engine::Policy const& policy) { return always_decides(policy.kind); });
    if (first != rule.chain.end() && first->kind != PolicyKind::ask)
      fail(court, row, std::string(engine::to_string(first->kind)));
  }

  static void fail(Court const& court, state::HistoryRow const& row, std::string const& wanted) {
    court.fail("I20",
               "a collision of " + row.field + " on link " + std::to_string(row.link) +
                   " was decided by " + (row.policy.empty() ? "a question" : row.policy) +
                   "; by the rules it is " + wanted,
               {});
  }
};

}  // namespace

std::unique_ptr<Checker> check_pure_plan() {
  return std::make_unique<PurePlan>();
}

}  // namespace crmsync::simulation
