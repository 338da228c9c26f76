// I21: at most one write to a record of a side is under way.
// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/judge.hpp"

#include <map>

namespace crmsync::simulation {

namespace {

class SingleFlight final : public Checker {
 public:
  void sent(Court const& court, Side side,
            std::vector<connectors::Operation> const& operations) override {
    for (auto const& operation : operations) {
      ++court.checks;
      auto const [at, fresh] = flying_.try_emplace({side, name_of(operation)}, operation.op_id);
      if (!fresh)
        court.fail("I21",
                   "ops " + std::to_string(at->second) + " and " + std::to_string(operation.op_id) +
                       " write to the same record at once",
                   {operation.key, operation.external_id, operation.counterpart});
    }
  }
  void answered(Court const&, Side side,
                std::vector<connectors::Operation> const& operations) override {
    for (auto const& operation : operations) flying_.erase({side, name_of(operation)});
  }
  void crashed(Court const&) override { flying_.clear(); }

 private:
  static std::string name_of(connectors::Operation const& operation) {
    if (operation.kind != connectors::OperationKind::create) return operation.key;
    return "new " + operation.external_id + operation.counterpart;
  }

  std::map<std::pair<Side, std::string>, std::uint64_t> flying_;
};

}  // namespace

std::unique_ptr<Checker> check_single_flight() {
  return std::make_unique<SingleFlight>();
}

}  // namespace crmsync::simulation
