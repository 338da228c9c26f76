// I3: what crmsync writes to a side was held by the other side, or is what a policy makes of values
// that were held.
// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/judge.hpp"

#include <algorithm>

namespace crmsync::simulation {

namespace {

class NoInvention final : public Checker {
 public:
  void carried_out(Court const& court, Side side, connectors::Operation const& operation,
                   std::uint64_t) override {
    auto const intent = court.disk.intents.find(operation.op_id);
    if (intent == court.disk.intents.end()) return;  // I11 says so
    auto const other = engine::other(side);
    std::vector<Life const*> lives;
    if (auto const link = court.disk.links.find(intent->second.link);
        link != court.disk.links.end())
      lives = court.lives_of(link->second, other);
    auto const& key = other == Side::app ? intent->second.app_key : intent->second.crm_id;
    if (auto const* life = court.ledger.who(other, key)) lives.push_back(life);
    for (auto const& [name, value] : operation.fields)
      check(court, side, name, value, lives, intent->second);
  }

 private:
  static bool computes(Court const& court, std::size_t field) {
    return std::ranges::any_of(
        court.mapping.rules.fields[field].chain, [](engine::Policy const& p) {
          return p.kind == engine::PolicyKind::sum_deltas ||
                 p.kind == engine::PolicyKind::merge_set || p.kind == engine::PolicyKind::union_ ||
                 p.kind == engine::PolicyKind::intersection;
        });
  }

  static void check(Court const& court, Side side, std::string const& name,
                    engine::Value const& value, std::vector<Life const*> const& lives,
                    state::IntentRow const& intent) {
    auto const number = court.field_of(side, name);
    if (number < 0) return;
    auto const field = static_cast<std::size_t>(number);
    if (computes(court, field)) return;
    ++court.checks;
    auto const other = engine::other(side);
    auto const wanted = court.comparable(side, field, &value);
    auto const held = [&](Life const* life) {
      auto const tape = life->fields.find(court.native(other, field));
      if (tape == life->fields.end()) return wanted.empty();
      // What was filled after the record was made had been blank before.
      if (wanted.empty() && tape->second.front().at > life->born_at) return true;
      return std::ranges::any_of(tape->second, [&](Held const& one) {
        return court.comparable(other, field, &one.value) == wanted;
      });
    };
    if (std::ranges::any_of(lives, held)) return;
    court.fail("I3",
               "op " + std::to_string(intent.op_id) + " writes " + name + "=" +
                   shortened(engine::display(value)) + " to the " + std::string(to_string(side)) +
                   ", which the other side never held",
               {intent.app_key, intent.crm_id});
  }
};

}  // namespace

std::unique_ptr<Checker> check_no_invention() {
  return std::make_unique<NoInvention>();
}

}  // namespace crmsync::simulation
