// What many runs showed together.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/simulation/driver/result.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace crmsync::simulation {

class Tally {
 public:
  void add(Scenario const& scenario, Result const& result);

  std::uint64_t runs() const noexcept { return runs_; }
  std::uint64_t calm_runs() const noexcept { return calm_runs_; }
  std::uint64_t violations() const noexcept { return violations_; }
  // The sums; hash and quiet_after have none.
  Figures const& sum() const noexcept { return sum_; }
  // How long runs took until both sides agreed: this share of them took no longer.
  SimTime quiet_after(double share) const;
  std::uint64_t converged() const noexcept { return quiet_.size(); }
  std::map<std::string, std::uint64_t> const& by_invariant() const noexcept { return found_; }
  std::vector<std::string_view> faults_never_met() const;

 private:
  std::uint64_t runs_ = 0, calm_runs_ = 0, violations_ = 0;
  Figures sum_;
  std::vector<SimTime> quiet_;
  std::map<std::string, std::uint64_t> found_;
};

}  // namespace crmsync::simulation
