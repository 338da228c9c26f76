// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/driver/tally.hpp"

#include <algorithm>

namespace crmsync::simulation {

void Tally::add(Scenario const& scenario, Result const& result) {
  auto const& one = result.figures;
  ++runs_;
  if (scenario.calm) ++calm_runs_;
  if (result.violated()) {
    ++violations_;
    ++found_[result.invariant];
  }
  sum_.events += one.events;
  sum_.simulated += one.simulated;
  sum_.user_writes += one.user_writes;
  sum_.mutations += one.mutations;
  sum_.creates += one.creates;
  sum_.deletes += one.deletes;
  sum_.conflicts += one.conflicts;
  sum_.explained.present += one.explained.present;
  sum_.explained.superseded += one.explained.superseded;
  sum_.explained.conflict_loser += one.explained.conflict_loser;
  sum_.explained.waiting += one.explained.waiting;
  sum_.explained.window_recorded += one.explained.window_recorded;
  sum_.explained.unobservable += one.explained.unobservable;
  sum_.checks += one.checks;
  sum_.crashes += one.crashes;
  sum_.boundaries += one.boundaries;
  if (one.quiet_after >= 0) quiet_.push_back(one.quiet_after);
  for (std::size_t i = 0; i < kFaults; ++i) sum_.faults[i] += one.faults[i];
}

SimTime Tally::quiet_after(double share) const {
  if (quiet_.empty()) return 0;
  auto sorted = quiet_;
  std::ranges::sort(sorted);
  auto const at = static_cast<std::size_t>(share * static_cast<double>(sorted.size()));
  return sorted[std::min(at, sorted.size() - 1)];
}

std::vector<std::string_view> Tally::faults_never_met() const {
  std::vector<std::string_view> never;
  for (std::size_t i = 0; i < kFaults; ++i)
    if (sum_.faults[i] == 0) never.push_back(to_string(static_cast<Fault>(i)));
  return never;
}

}  // namespace crmsync::simulation
