// The hunt: every mutant is switched on, and seeds are run until an invariant that the bug attacks
// is violated. A bug that nothing finds fails the run.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace crmsync::simulation {

struct MutantOptions {
  std::string only;  // the one to hunt; empty: all
  std::uint64_t seeds_max = 500;
  std::size_t workers = 1;
};

struct MutantFound {
  std::string name;
  std::string attacks;      // the invariant it was made for
  std::string by;           // the invariant that showed it; empty: it survived
  std::uint64_t seeds = 0;  // until then, those that are no witness not counted
};

struct MutantReport {
  std::vector<MutantFound> found;
  // A bug that shows in every seed was found, and a sound program was not blamed.
  bool canary = false;

  std::uint64_t survivors() const;
  std::uint64_t seeds_at(double share) const;  // how many seeds that share of them needed at most
};

// nullopt: this program was built without them.
std::optional<MutantReport> hunt_mutants(MutantOptions const& options);
bool is_mutant(std::string const& name);

}  // namespace crmsync::simulation
