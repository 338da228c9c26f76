// I13: at every commit each key belongs to one pair at most.
// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/judge.hpp"

#include <map>

namespace crmsync::simulation {

namespace {

class Bijection final : public Checker {
 public:
  void durable(Court const& court, state::Commit const& commit) override {
    if (commit.links.empty()) return;
    std::map<std::pair<MappingId, std::string>, LinkId> app, crm;
    for (auto const& [id, link] : court.disk.links) {
      ++court.checks;
      take(court, app, link, link.app_key);
      take(court, crm, link, link.crm_id);
      for (auto const& alias : link.crm_aliases) take(court, crm, link, alias);
    }
  }

 private:
  static void take(Court const& court, std::map<std::pair<MappingId, std::string>, LinkId>& taken,
                   state::LinkRow const& link, std::string const& key) {
    if (key.empty()) return;
    auto const [at, fresh] = taken.try_emplace({link.mapping, key}, link.id);
    if (fresh || at->second == link.id) return;
    court.fail("I13",
               "key " + key + " is on links " + std::to_string(at->second) + " and " +
                   std::to_string(link.id),
               {key});
  }
};

}  // namespace

std::unique_ptr<Checker> check_bijection() {
  return std::make_unique<Bijection>();
}

}  // namespace crmsync::simulation
