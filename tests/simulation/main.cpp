// crmsync-sim: runs seeds, crash points and known bugs, and prints what they showed.
// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/driver/session.hpp"
#include "tests/simulation/world.hpp"

#include <fmt/format.h>
#include <spdlog/sinks/null_sink.h>
#include <spdlog/spdlog.h>
#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstdio>
#include <string>
#include <thread>

namespace {

namespace simulation = crmsync::simulation;

constexpr int kUsage = 64;

// Every line of one seed, in this process: an assertion stops where a debugger sees it.
int trace_seed(std::uint64_t seed, bool restored) {
  simulation::RunOptions options;
  options.keep_lines = options.every_line = true;
  options.restored = restored;
  auto const report = simulation::run_seed(seed, options);
  fmt::print("{}", report.lines);
  if (report.violation)
    fmt::print("VIOLATION {} at {}: {}\n", report.violation->invariant,
               simulation::clock_text(report.violation->at), report.violation->text);
  return report.violation ? 1 : 0;
}

// What CI asks for: the figures of the goal, all of them in one run.
void take_ci_profile(simulation::SessionOptions& options) {
  options.first = 1;
  options.last = 2'000;
  options.every_fault = options.crash_points = options.mutants = true;
  options.rerun = 50;
}

bool take_range(std::string const& range, simulation::SessionOptions& options) {
  auto const dots = range.find("..");
  try {
    options.first = std::stoull(range.substr(0, dots));
    options.last = dots == std::string::npos ? options.first : std::stoull(range.substr(dots + 2));
  } catch (std::exception const&) {
    return false;
  }
  return options.first > 0;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"deterministic simulation of the whole engine"};
  simulation::SessionOptions options;
  options.workers = std::max(1u, std::thread::hardware_concurrency());
  std::string range, tape, profile, tapes;
  std::uint64_t one = 0;
  bool trace = false, canary = false;
  long minutes = 0;
  app.add_option("--seeds", range, "seeds A..B (default 1..20)");
  app.add_option("--seed", one, "one seed");
  app.add_flag("--trace", trace, "print every line of the one seed, or of the tape");
  app.add_flag("--restored", options.restored, "the state is set back in the middle of the day");
  app.add_option("--minutes", minutes, "stop after so long, whatever is left");
  app.add_option("--rerun", options.rerun, "so many of the seeds twice, to compare");
  app.add_flag("--every-fault", options.every_fault, "fail when a kind of fault was never met");
  app.add_flag("--crash-points", options.crash_points, "fail the power at every boundary");
  app.add_flag("--crash-twice", options.crash_twice, "and again during what follows");
  app.add_flag("--mutants", options.mutants, "search every known bug, then the canary");
  app.add_option("--mutant", options.hunt.only, "search this one");
  app.add_option("--seeds-max", options.hunt.seeds_max, "seeds until a bug counts as survivor");
  app.add_flag("--canary", canary, "show that the search can fail");
  app.add_option("--profile", profile, "ci: seeds 1..2000, crash points, mutants, determinism")
      ->check(CLI::IsMember({"ci"}));
  app.add_option("--replay", tape, "play a tape again");
  app.add_option(
      "--tapes", tapes,
      "folder for the tapes of violations (default: crmsync-sim-tapes in the temporary one)");
  app.add_option("--show", options.shown, "violations printed in full and made small");
  app.add_flag("!--no-shrink", options.shrink, "leave violations as large as they are");
  app.add_option("--workers", options.workers, "processes at a time (default: one per core)");
  app.add_option("--json", options.json, "write the summary to this file as well");
  CLI11_PARSE(app, argc, argv);
  spdlog::set_default_logger(spdlog::null_logger_st("off"));
  if (!tape.empty()) return simulation::replay(tape, trace);
  if (one != 0 && trace) return trace_seed(one, options.restored);
  if (!options.hunt.only.empty() && !simulation::is_mutant(options.hunt.only)) {
    fmt::print(stderr, "there is no mutant {}\n", options.hunt.only);
    return kUsage;
  }
  options.mutants = options.mutants || canary || !options.hunt.only.empty();
  if (canary && options.hunt.only.empty()) options.hunt.only = "full_record_write";
  options.crash_points = options.crash_points || options.crash_twice;
  bool const seeds_asked = !range.empty() || one != 0 || minutes > 0;
  if (!seeds_asked && (options.mutants || options.crash_points)) options.last = 0;
  if (one != 0) options.first = options.last = one;
  if (minutes > 0) options.last = ~std::uint64_t{0} - 1;
  if (!range.empty() && !take_range(range, options)) {
    fmt::print(stderr, "--seeds takes A..B, not {}\n", range);
    return kUsage;
  }
  if (profile == "ci") take_ci_profile(options);
  options.minutes = std::chrono::minutes(minutes);
  options.tapes = tapes.empty() ? std::filesystem::temp_directory_path() / "crmsync-sim-tapes"
                                : std::filesystem::path(tapes);
  options.hunt.workers = options.workers;
  return simulation::run_session(options);
}
