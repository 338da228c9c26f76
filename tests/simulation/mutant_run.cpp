// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/mutant_run.hpp"

#include "tests/simulation/mutants.hpp"
#include "tests/simulation/world.hpp"

#include <fmt/format.h>

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace crmsync::simulation {

#ifdef CRMSYNC_MUTANTS

namespace {

// A bug may also make the day endless.
constexpr unsigned kSeedMaxSeconds = 30;
constexpr std::uint64_t kCanarySeeds = 10;

// What one run of a seed ended in: "" (nothing), the invariant, "abort" or "no end". In a process
// of its own, because a broken program may abort.
std::string ending_of(std::uint64_t seed, engine::Mutant which, bool restored) {
  std::array<int, 2> pipe_ends{};
  std::fflush(nullptr);
  if (::pipe(pipe_ends.data()) != 0) return "no pipe";
  auto const child = ::fork();
  if (child == 0) {
    std::fclose(stderr);
    ::alarm(kSeedMaxSeconds);
    engine::switch_mutant(which);
    RunOptions options;
    options.restored = restored;
    auto const report = run_seed(seed, options);
    auto const text = report.violation ? report.violation->invariant : std::string();
    auto const written = ::write(pipe_ends[1], text.data(), text.size());
    ::_exit(written == static_cast<::ssize_t>(text.size()) ? 0 : 1);
  }
  ::close(pipe_ends[1]);
  std::string text;
  std::array<char, 64> chunk{};
  for (::ssize_t size = 0; (size = ::read(pipe_ends[0], chunk.data(), chunk.size())) > 0;)
    text.append(chunk.data(), static_cast<std::size_t>(size));
  ::close(pipe_ends[0]);
  int status = 0;
  if (child < 0 || ::waitpid(child, &status, 0) != child) return "no process";
  if (WIFSIGNALED(status)) return WTERMSIG(status) == SIGALRM ? "no end" : "abort";
  return text;
}

struct Found {
  std::string by;           // the invariant; empty: it survived
  std::uint64_t seeds = 0;  // until then, those that are no witness not counted
};

bool is_witness(std::string_view shown_by, std::string_view ending) {
  // A program that stops or never ends shows itself.
  if (!ending.starts_with("I")) return true;
  auto const at = shown_by.find(ending);
  auto const end = at + ending.size();
  return at != std::string_view::npos && (end == shown_by.size() || shown_by[end] == ' ');
}

Found hunt(MutantRow const& row, std::uint64_t seeds_max) {
  Found found;
  for (std::uint64_t seed = 1; found.seeds < seeds_max; ++seed) {
    auto ending = ending_of(seed, row.which, row.restored);
    ++found.seeds;
    if (ending.empty() || !is_witness(row.shown_by, ending)) continue;
    // Whoever is guilty without the bug is no witness against it.
    if (!ending_of(seed, engine::Mutant::none, row.restored).empty()) {
      --found.seeds;
      continue;
    }
    found.by = std::move(ending);
    break;
  }
  return found;
}

// Whether a broken program is told from a sound one at all.
bool canary() {
  MutantRow const nothing{engine::Mutant::none, "nothing", "", "I1 I2 I4 I6 I7"};
  bool const broken = !hunt(*find_mutant("full_record_write"), kCanarySeeds).by.empty();
  bool const sound = hunt(nothing, kCanarySeeds).by.empty();
  fmt::print("canary {}\n", broken && sound ? "FAILED as required"
                            : broken        ? "a sound program was blamed"
                                            : "SURVIVED: nothing is checked");
  return broken && sound;
}

bool hunt_all(std::span<MutantRow const> rows, std::uint64_t seeds_max) {
  std::vector<std::uint64_t> seeds;
  std::size_t survivors = 0;
  fmt::print("{:<24}{:<9}{:<10}{}\n", "mutant", "attacks", "found by", "seeds");
  for (auto const& row : rows) {
    auto const found = hunt(row, seeds_max);
    fmt::print("{:<24}{:<9}{:<10}{}\n", row.name, row.attacks,
               found.by.empty() ? "SURVIVED" : found.by, found.seeds);
    std::fflush(stdout);
    if (found.by.empty())
      ++survivors;
    else
      seeds.push_back(found.seeds);
  }
  std::ranges::sort(seeds);
  fmt::print("mutants {}/{} found  median {} seeds  worst {}\n", seeds.size(), rows.size(),
             seeds.empty() ? 0 : seeds[seeds.size() / 2], seeds.empty() ? 0 : seeds.back());
  return survivors == 0;
}

}  // namespace

std::optional<int> run_mutants(MutantOptions const& options) {
  if (!options.all && !options.canary && options.only.empty()) return std::nullopt;
  auto rows = all_mutants();
  if (!options.only.empty()) {
    auto const* row = find_mutant(options.only);
    if (row == nullptr) {
      fmt::print(stderr, "there is no mutant {}\n", options.only);
      return 64;
    }
    rows = std::span(row, 1);
  }
  bool well = true;
  if (options.all || !options.only.empty()) well = hunt_all(rows, options.seeds_max);
  if (options.all || options.canary) well = canary() && well;
  return well ? 0 : 1;
}

#else

std::optional<int> run_mutants(MutantOptions const& options) {
  if (!options.all && !options.canary && options.only.empty()) return std::nullopt;
  fmt::print(stderr, "built without mutants: configure with -DCRMSYNC_MUTANTS=ON\n");
  return 1;
}

#endif

void add_mutant_options(CLI::App& app, MutantOptions& options) {
  app.add_flag("--mutants", options.all, "search every known bug, then the canary");
  app.add_option("--mutant", options.only, "search this one");
  app.add_option("--seeds-max", options.seeds_max, "seeds until a bug counts as survivor");
  app.add_flag("--canary", options.canary, "show that the search can fail");
}

}  // namespace crmsync::simulation
