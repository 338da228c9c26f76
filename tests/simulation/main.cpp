// crmsync-sim: runs seeds and prints what they showed.
// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/mutant_run.hpp"
#include "tests/simulation/world.hpp"

#include <fmt/format.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <string>
#include <vector>

namespace {

using crmsync::simulation::RunOptions;
using crmsync::simulation::RunReport;

std::uint64_t running_seed = 0;

void on_abort(int) {
  std::fprintf(stderr, "ABORTED in seed %llu: crmsync-sim --seed %llu --trace\n",
               static_cast<unsigned long long>(running_seed),
               static_cast<unsigned long long>(running_seed));
  std::signal(SIGABRT, SIG_DFL);
  std::raise(SIGABRT);
}

void print_violation(std::uint64_t seed, RunReport const& first) {
  // Once more with every line kept: the same seed does the same.
  RunOptions options;
  options.keep_lines = true;
  auto const report = crmsync::simulation::run_seed(seed, options);
  auto const& violation = report.violation ? *report.violation : *first.violation;
  fmt::print("VIOLATION {} seed {} at {}\n  {}\n  records:", violation.invariant, seed,
             crmsync::simulation::clock_text(violation.at), violation.text);
  for (auto const& key : violation.keys) fmt::print(" {}", key);
  fmt::print("\n{}\n{}  again with: crmsync-sim --seed {} --trace\n",
             crmsync::simulation::scenario_of(seed).summary(), report.lines, seed);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"deterministic simulation of the whole engine"};
  std::string range = "1..20";
  std::uint64_t one = 0;
  bool trace = false, restored = false;
  std::size_t shown = 3;
  app.add_option("--seeds", range, "seeds A..B");
  app.add_option("--seed", one, "one seed");
  app.add_flag("--trace", trace, "print every line of the one seed");
  app.add_flag("--restored", restored, "the state is set back in the middle of the day");
  app.add_option("--show", shown, "violations printed in full");
  crmsync::simulation::MutantOptions mutants;
  crmsync::simulation::add_mutant_options(app, mutants);
  CLI11_PARSE(app, argc, argv);
  spdlog::set_default_logger(spdlog::null_logger_st("off"));
  if (auto const code = crmsync::simulation::run_mutants(mutants)) return *code;
  std::signal(SIGABRT, on_abort);
  std::uint64_t first = one, last = one;
  if (one == 0) {
    auto const dots = range.find("..");
    first = std::stoull(range.substr(0, dots));
    last = dots == std::string::npos ? first : std::stoull(range.substr(dots + 2));
  }
  auto const began = std::chrono::steady_clock::now();
  std::uint64_t events = 0, violations = 0;
  for (auto seed = first; seed <= last; ++seed) {
    running_seed = seed;
    RunOptions options;
    options.keep_lines = options.every_line = trace;
    options.restored = restored;
    auto const report = crmsync::simulation::run_seed(seed, options);
    events += report.events;
    if (trace) fmt::print("{}", report.lines);
    if (!report.violation) continue;
    ++violations;
    if (violations <= shown)
      print_violation(seed, report);
    else
      fmt::print("VIOLATION {} seed {}\n", report.violation->invariant, seed);
  }
  std::chrono::duration<double> const wall = std::chrono::steady_clock::now() - began;
  fmt::print("seeds {}..{} violations {} events {} wall {:.1f}s {:.0f} ev/s\n", first, last,
             violations, events, wall.count(), static_cast<double>(events) / wall.count());
  return violations == 0 ? 0 : 1;
}
