// I3: what is written was not only held by the other side, but not given up there before the pair
// was last confirmed: an old answer of a lagging source brings no old value back.
// SPDX-License-Identifier: Apache-2.0
#include "daemon/pair.hpp"
#include "tests/simulation/judge.hpp"

#include <algorithm>

namespace crmsync::simulation {

namespace {

class NoOldValue final : public Checker {
 public:
  void carried_out(Court const& court, Side side, connectors::Operation const& operation,
                   std::uint64_t) override {
    if (operation.kind != connectors::OperationKind::update) return;
    auto const intent = court.disk.intents.find(operation.op_id);
    if (intent == court.disk.intents.end()) return;
    auto const link = court.disk.links.find(intent->second.link);
    auto const base = court.disk.bases.find(intent->second.link);
    if (link == court.disk.links.end() || base == court.disk.bases.end()) return;
    // The pair just got another record: what is stored was confirmed with the old one.
    if (intent->second.crm_id != link->second.crm_id ||
        intent->second.app_key != link->second.app_key)
      return;
    for (auto const& [name, value] : operation.fields) {
      auto const number = court.field_of(side, name);
      if (number < 0) continue;
      auto const field = static_cast<std::size_t>(number);
      // A person's answer and a decision on its way are as old as the question.
      auto const* mark = daemon::find_mark(base->second, court.mapping.fields[field].name);
      if (mark != nullptr && (mark->answer || mark->status != engine::BaseStatus::settled))
        continue;
      check(court, link->second, base->second, side, field, value);
    }
  }

 private:
  // When the other side was last confirmed, by its own clock.
  static SimTime confirmed_at(Court const& court, state::BaseRow const& base, Side other) {
    auto const& version = other == Side::app ? base.app_version : base.crm_version;
    auto const skew =
        other == Side::app ? court.scenario.app.clock_skew : court.scenario.crm.clock_skew;
    return version.known() ? version.order - skew - court.scenario.begins.micros : -1;
  }

  static void check(Court const& court, state::LinkRow const& link, state::BaseRow const& base,
                    Side side, std::size_t field, engine::Value const& value) {
    auto const other = engine::other(side);
    auto const since = confirmed_at(court, base, other);
    auto const wanted = court.comparable(side, field, &value);
    auto const lives = court.lives_of(link, other);
    if (since < 0 || wanted.empty() || lives.empty()) return;
    ++court.checks;
    SimTime until = -1;  // when it was given up there
    for (auto const* life : lives) {
      auto const tape = life->fields.find(court.native(other, field));
      if (tape == life->fields.end()) continue;
      auto const& all = tape->second;
      for (std::size_t i = 0; i < all.size(); ++i)
        if (court.comparable(other, field, &all[i].value) == wanted)
          until = std::max(until, i + 1 < all.size() ? all[i + 1].at : INT64_MAX);
    }
    if (until < 0 || until > since) return;  // never held at all: the other checker says so
    court.fail("I3",
               "the " + std::string(to_string(side)) + " gets " + court.mapping.fields[field].name +
                   "=" + shortened(wanted) + ", which the other side gave up at " +
                   clock_text(until) + ", before the pair was confirmed at " + clock_text(since),
               {link.app_key, link.crm_id});
  }
};

}  // namespace

std::unique_ptr<Checker> check_no_old_value() {
  return std::make_unique<NoOldValue>();
}

}  // namespace crmsync::simulation
