// I4: an update carries only fields whose winner is the other side: nothing that nobody changed,
// and nothing that the side holds already.
// SPDX-License-Identifier: Apache-2.0
#include "daemon/pair.hpp"
#include "tests/simulation/judge.hpp"

#include <algorithm>

namespace crmsync::simulation {

namespace {

class MinimalWrite final : public Checker {
 public:
  void durable(Court const& court, state::Commit const& commit) override {
    for (auto const& intent : commit.intents) {
      if (intent.kind != state::IntentKind::update || is_undelete(court, intent)) continue;
      auto const base = court.disk.bases.find(intent.link);
      for (auto const& [name, value] : intent.sent) {
        auto const number = court.field_of(intent.side, name);
        check(court, intent, base == court.disk.bases.end() ? nullptr : &base->second,
              static_cast<std::size_t>(number));
      }
    }
  }

 private:
  // A row that is brought back gets everything: its marker is no field of the mapping.
  static bool is_undelete(Court const& court, state::IntentRow const& intent) {
    return std::ranges::any_of(intent.sent, [&](auto const& entry) {
      return court.field_of(intent.side, entry.first) < 0;
    });
  }

  // A person's answer, a decision on its way and a first match have winners of their own.
  static bool is_settled(state::BaseRow const& base, std::string const& field) {
    auto const* mark = daemon::find_mark(base, field);
    return mark == nullptr || (mark->status == engine::BaseStatus::settled && !mark->answer);
  }

  static void check(Court const& court, state::IntentRow const& intent, state::BaseRow const* base,
                    std::size_t field) {
    ++court.checks;
    auto const side = intent.side, other = engine::other(side);
    auto const text = [&](Side of, engine::Record const& record) {
      return court.comparable(of, field, record.find(court.native(of, field)));
    };
    auto const held = text(side, intent.consumed);
    auto const& name = court.mapping.fields[field].name;
    // Under `blank: value` two blanks may differ, which no text shows.
    bool const blanks =
        held.empty() && court.mapping.rules.fields[field].blank == engine::BlankMode::value;
    if (!blanks && held == text(side, intent.sent))
      fail(court, intent, name, "which the side holds already");
    if (base == nullptr || court.disk.restored || blanks || !is_settled(*base, name)) return;
    auto const& ours = side == Side::app ? base->app : base->crm;
    auto const& theirs = side == Side::app ? base->crm : base->app;
    if (ours.find(court.native(side, field)) == nullptr ||
        theirs.find(court.native(other, field)) == nullptr)
      return;
    if (held == text(side, ours) && text(other, intent.source) == text(other, theirs))
      fail(court, intent, name, "which nobody changed");
  }

  static void fail(Court const& court, state::IntentRow const& intent, std::string const& field,
                   std::string const& why) {
    court.fail("I4",
               "op " + std::to_string(intent.op_id) + " writes " + field + " to the " +
                   std::string(to_string(intent.side)) + ", " + why,
               {intent.app_key, intent.crm_id});
  }
};

}  // namespace

std::unique_ptr<Checker> check_minimal_write() {
  return std::make_unique<MinimalWrite>();
}

}  // namespace crmsync::simulation
