// I19: what is decided and recorded bears the number of the configuration in force: nothing comes
// from an earlier one once a later one has decided.
// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/judge.hpp"

#include <algorithm>

namespace crmsync::simulation {

namespace {

class OneGeneration final : public Checker {
 public:
  void durable(Court const& court, state::Commit const& commit) override {
    for (auto const& row : commit.intents)
      check(court, row.generation, "op " + std::to_string(row.op_id));
    for (auto const& row : commit.history)
      check(court, row.generation, "history of link " + std::to_string(row.link));
  }
  void crashed(Court const&) override { current_ = 0; }

 private:
  void check(Court const& court, std::uint64_t generation, std::string const& what) {
    if (generation == 0) return;  // a person's doing
    ++court.checks;
    if (generation < current_)
      court.fail("I19",
                 what + " was decided under configuration " + std::to_string(generation) +
                     ", after " + std::to_string(current_) + " had begun to decide",
                 {});
    current_ = std::max(current_, generation);
  }

  std::uint64_t current_ = 0;
};

}  // namespace

std::unique_ptr<Checker> check_one_generation() {
  return std::make_unique<OneGeneration>();
}

}  // namespace crmsync::simulation
