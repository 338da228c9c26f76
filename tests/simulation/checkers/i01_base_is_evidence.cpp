// I1: a base holds only what its side really held at some time, never what was merely sent.
// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/judge.hpp"

#include <algorithm>

namespace crmsync::simulation {

namespace {

class BaseIsEvidence final : public Checker {
 public:
  void durable(Court const& court, state::Commit const& commit) override {
    for (auto const& base : commit.bases) {
      auto const link = court.disk.links.find(base.link);
      if (link == court.disk.links.end()) continue;
      for (auto const side : {Side::app, Side::crm}) check(court, link->second, base, side);
    }
  }

 private:
  static bool same_in(Court const& court, Side side, std::size_t field, engine::Value const& a,
                      engine::Value const& b) {
    return court.comparable(side, field, &a) == court.comparable(side, field, &b);
  }

  static void check(Court const& court, state::LinkRow const& link, state::BaseRow const& base,
                    Side side) {
    auto lives = court.lives_of(link, side);
    for (std::size_t i = 0; i < court.mapping.fields.size(); ++i) {
      auto const& name = court.native(side, i);
      auto const* value = (side == Side::app ? base.app : base.crm).find(name);
      if (value == nullptr) continue;
      ++court.checks;
      // A CRM without a history does not tell in which form it had taken what was created there.
      bool const by_form = side == Side::crm && !court.scenario.crm.history;
      auto const held = [&](Life const* life) {
        auto const tape = life->fields.find(name);
        if (tape == life->fields.end()) return engine::is_blank(*value);
        return engine::is_blank(*value) || std::ranges::any_of(tape->second, [&](Held const& one) {
                 return one.value == *value ||
                        (by_form && same_in(court, side, i, one.value, *value));
               });
      };
      if (std::ranges::any_of(lives, held)) continue;
      lives = court.forebears_of(link, side);
      if (std::ranges::any_of(lives, held)) continue;
      court.fail("I1",
                 "base." + std::string(to_string(side)) + "[" + court.mapping.fields[i].name +
                     "] of link " + std::to_string(link.id) + " is " +
                     shortened(engine::display(*value)) + ", which that side never held",
                 {link.app_key, link.crm_id});
    }
  }
};

}  // namespace

std::unique_ptr<Checker> check_base_is_evidence() {
  return std::make_unique<BaseIsEvidence>();
}

}  // namespace crmsync::simulation
