// I22: after the state was set back nothing is created or deleted, and of two values that differ
// none is written over the other before a person has said so.
// SPDX-License-Identifier: Apache-2.0
#include "daemon/pair.hpp"
#include "tests/simulation/judge.hpp"

namespace crmsync::simulation {

namespace {

class SafeRegression final : public Checker {
 public:
  void durable(Court const& court, state::Commit const& commit) override {
    if (!court.disk.restored) return;
    for (auto const& intent : commit.intents) {
      ++court.checks;
      if (intent.kind != state::IntentKind::update)
        fail(court, intent, "creates or deletes");
      else
        for (auto const& name : intent.fields) check(court, intent, name);
    }
  }

 private:
  static void check(Court const& court, state::IntentRow const& intent, std::string const& name) {
    auto const number = court.mapping.field_index(name);
    if (number < 0) return;
    auto const field = static_cast<std::size_t>(number);
    // A field that flows only one way has nothing to ask.
    if (court.mapping.rules.fields[field].direction != engine::Direction::both) return;
    auto const base = court.disk.bases.find(intent.link);
    auto const* mark =
        base == court.disk.bases.end() ? nullptr : daemon::find_mark(base->second, name);
    if (mark != nullptr && mark->answer) return;
    auto const* held = intent.consumed.find(court.native(intent.side, field));
    if (court.comparable(intent.side, field, held).empty()) return;  // a blank is filled
    fail(court, intent, "writes over " + name);
  }

  static void fail(Court const& court, state::IntentRow const& intent, std::string const& what) {
    court.fail("I22",
               "op " + std::to_string(intent.op_id) + " " + what +
                   " although the state was set back and nobody was asked",
               {intent.app_key, intent.crm_id});
  }
};

}  // namespace

std::unique_ptr<Checker> check_safe_regression() {
  return std::make_unique<SafeRegression>();
}

}  // namespace crmsync::simulation
