// Runs the simulation against every known bug: each has to be found, and the search itself has to
// be able to fail. SPDX-License-Identifier: Apache-2.0
#pragma once

#include <CLI/CLI.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace crmsync::simulation {

struct MutantOptions {
  bool all = false;
  bool canary = false;
  std::string only;
  std::uint64_t seeds_max = 500;
};

void add_mutant_options(CLI::App& app, MutantOptions& options);
// The exit code, when something of this was asked for.
std::optional<int> run_mutants(MutantOptions const& options);

}  // namespace crmsync::simulation
