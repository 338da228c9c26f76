// I11: nothing is sent whose intent is not durable, and what is sent is what the intent says.
// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/judge.hpp"

namespace crmsync::simulation {

namespace {

class IntentFirst final : public Checker {
 public:
  void sent(Court const& court, Side side,
            std::vector<connectors::Operation> const& operations) override {
    for (auto const& operation : operations) {
      ++court.checks;
      auto const intent = court.disk.intents.find(operation.op_id);
      auto const name = "op " + std::to_string(operation.op_id);
      if (intent == court.disk.intents.end())
        court.fail("I11", name + " leaves without a durable intent", {operation.key});
      else if (intent->second.side != side || intent->second.sent != operation.fields)
        court.fail("I11", name + " is not what its intent says",
                   {intent->second.app_key, intent->second.crm_id});
    }
  }
};

}  // namespace

std::unique_ptr<Checker> check_intent_first() {
  return std::make_unique<IntentFirst>();
}

}  // namespace crmsync::simulation
