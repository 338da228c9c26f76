// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/driver/session.hpp"

#include "tests/simulation/driver/shrink.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cstdio>
#include <fstream>
#include <iterator>
#include <map>
#include <utility>

namespace crmsync::simulation {

namespace {

using Clock = std::chrono::steady_clock;

constexpr int kNoInput = 66;

// Once more with every line kept: the same case does the same.
bool print_case(Case const& one, bool every_line) {
  auto const day = one.scenario();
  auto const ending = run_apart(kRunMax, [&] {
    auto options = one.options;
    options.keep_lines = true;
    options.every_line = every_line;
    auto const report = run_scenario(day, options);
    if (!report.violation) return "no violation\n" + report.lines;
    std::string keys;
    for (auto const& key : report.violation->keys) keys += " " + key;
    return fmt::format("VIOLATION {} at {}: {}\n  records:{}\n{}", report.violation->invariant,
                       clock_text(report.violation->at), report.violation->text, keys,
                       report.lines);
  });
  auto const actions = day.actions + day.bulks - one.options.actions_left_out.size();
  fmt::print("{}\n  {} of {} actions, {} of {} faults, {} schedule\n", day.summary(), actions,
             day.actions + day.bulks, day.faults.size() - one.options.faults_left_out.size(),
             day.faults.size(), one.options.even_schedule ? "even" : "drawn");
  if (ending.how == Ending::How::ran)
    fmt::print("{}", ending.text);
  else
    fmt::print("  the program {}\n",
               ending.how == Ending::How::endless ? "did not end" : "stopped by an assertion");
  return ending.how != Ending::How::ran || ending.text.starts_with("VIOLATION");
}

class Session {
 public:
  explicit Session(SessionOptions const& options) : options_(options) {}

  int run() {
    summary_.workers = options_.workers;
    summary_.needs_every_fault = options_.every_fault;
    if (options_.first <= options_.last) run_seeds();
    if (options_.rerun > 0) run_again();
    if (options_.crash_points) run_crashes();
    if (options_.mutants) {
      summary_.mutants = hunt_mutants(options_.hunt);
      if (!summary_.mutants) {
        fmt::print(stderr, "built without mutants: configure with -DCRMSYNC_MUTANTS=ON\n");
        return 1;
      }
    }
    fmt::print("{}", summary_.text());
    if (!options_.json.empty()) {
      std::ofstream(options_.json) << summary_.json();
      fmt::print("json: {}\n", options_.json.string());
    }
    return summary_.passed() ? 0 : 1;
  }

 private:
  Crew::Job job(std::uint64_t seed) const {
    return [seed, restored = options_.restored] {
      RunOptions options;
      options.restored = restored;
      return result_text(run_seed(seed, options));
    };
  }

  void run_seeds() {
    auto const began = Clock::now();
    Crew crew(options_.workers, kRunMax);
    summary_.first = options_.first;
    for (auto seed = options_.first; seed <= options_.last; ++seed) {
      if (options_.minutes.count() > 0 && Clock::now() > began + options_.minutes) break;
      crew.start(job(seed), [this, seed](Ending const& ending) {
        auto const result = result_of(ending);
        summary_.seeds.add(scenario_of(seed), result);
        hashes_.emplace(seed, result.figures.hash);
        if (!result.violated()) return;
        Case found;
        found.seed = seed;
        found.options.restored = options_.restored;
        tell(std::move(found), result);
      });
      summary_.last = seed;
    }
    crew.finish();
    summary_.wall = Clock::now() - began;
  }

  // A sample of the seeds, evenly from all of them.
  void run_again() {
    Reruns reruns;
    Crew crew(options_.workers, kRunMax);
    auto const step = std::max<std::size_t>(hashes_.size() / options_.rerun, 1);
    std::size_t number = 0;
    for (auto const& [seed, hash] : hashes_) {
      if (number++ % step != 0 || reruns.runs == options_.rerun) continue;
      ++reruns.runs;
      crew.start(job(seed), [&reruns, seed = seed, hash = hash](Ending const& ending) {
        if (result_of(ending).figures.hash == hash)
          ++reruns.identical;
        else
          fmt::print("NOT THE SAME TWICE: seed {}\n", seed);
      });
    }
    crew.finish();
    summary_.reruns = reruns;
  }

  void run_crashes() {
    Crew crew(options_.workers, kRunMax);
    summary_.crash_twice = options_.crash_twice;
    summary_.crash = run_crash_points(
        crew, options_.crash_twice, [this](CrashRun const& run, Result const& result) {
          Case found;
          found.crash_row = crash_rows()[run.row].name;
          found.options.crash_at = run.crash_at.empty() ? std::set<std::uint64_t>{0} : run.crash_at;
          tell(std::move(found), result);
        });
  }

  // The first ones in full and small, with a tape; the others in one line.
  void tell(Case found, Result const& result) {
    found.invariant = result.invariant;
    auto const name = found.crash_row.empty() ? fmt::format("seed {}", found.seed)
                                              : fmt::format("{} crash at {}", found.crash_row,
                                                            fmt::join(found.options.crash_at, " "));
    fmt::print("VIOLATION {} {}\n  {}\n", result.invariant, name, result.text);
    std::fflush(stdout);
    if (told_ == options_.shown) return;
    ++told_;
    auto const small = options_.shrink ? shrink(found, {}) : found;
    print_case(small, false);
    if (options_.tapes.empty()) return;
    std::error_code ignored;
    std::filesystem::create_directories(options_.tapes, ignored);
    auto const file =
        options_.tapes / fmt::format("{}-{}.tape", found.invariant,
                                     found.crash_row.empty()
                                         ? std::to_string(found.seed)
                                         : fmt::format("{}-{}", found.crash_row,
                                                       fmt::join(found.options.crash_at, "-")));
    std::ofstream(file) << tape_text(small);
    fmt::print("  again with: crmsync-sim --replay {} [--trace]\n", file.string());
  }

  SessionOptions const& options_;
  Summary summary_;
  std::map<std::uint64_t, std::uint64_t> hashes_;  // by seed
  std::size_t told_ = 0;
};

}  // namespace

int run_session(SessionOptions const& options) {
  return Session(options).run();
}

int replay(std::filesystem::path const& tape, bool every_line) {
  std::ifstream file(tape);
  std::string const text{std::istreambuf_iterator<char>(file), {}};
  auto const one = read_tape(text);
  if (!file || !one) {
    fmt::print(stderr, "{}: {}\n", tape.string(), one ? "cannot be read" : one.error().message());
    return kNoInput;
  }
  return print_case(*one, every_line) ? 1 : 0;
}

}  // namespace crmsync::simulation
