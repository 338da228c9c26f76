// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/driver/mutant_run.hpp"

#include "tests/simulation/driver/result.hpp"
#include "tests/simulation/mutants.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <string_view>
#include <utility>

namespace crmsync::simulation {

std::uint64_t MutantReport::survivors() const {
  return static_cast<std::uint64_t>(
      std::ranges::count_if(found, [](auto const& one) { return one.by.empty(); }));
}

std::uint64_t MutantReport::seeds_at(double share) const {
  std::vector<std::uint64_t> seeds;
  for (auto const& one : found)
    if (!one.by.empty()) seeds.push_back(one.seeds);
  if (seeds.empty()) return 0;
  std::ranges::sort(seeds);
  auto const at = static_cast<std::size_t>(share * static_cast<double>(seeds.size()));
  return seeds[std::min(at, seeds.size() - 1)];
}

bool is_mutant(std::string const& name) {
  return find_mutant(name) != nullptr;
}

#ifdef CRMSYNC_MUTANTS

namespace {

// A bug may also make the day endless.
constexpr std::chrono::seconds kSeedMax{30};
constexpr std::chrono::hours kHuntMax{1};
constexpr std::uint64_t kCanarySeeds = 10;

// The violated invariant, "abort" or "no end"; empty: none.
std::string ending_of(std::uint64_t seed, engine::Mutant which, bool restored) {
  return result_of(run_apart(kSeedMax,
                             [&] {
                               engine::switch_mutant(which);
                               RunOptions options;
                               options.restored = restored;
                               return result_text(run_seed(seed, options));
                             }))
      .invariant;
}

bool is_witness(std::string_view shown_by, std::string_view ending) {
  // A program that stops or never ends shows itself.
  if (!ending.starts_with("I")) return true;
  auto const at = shown_by.find(ending);
  auto const end = at + ending.size();
  return at != std::string_view::npos && (end == shown_by.size() || shown_by[end] == ' ');
}

MutantFound hunt(MutantRow const& row, std::uint64_t seeds_max) {
  MutantFound found{std::string(row.name), std::string(row.attacks), {}, 0};
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

void hunt_all(Crew& crew, MutantOptions const& options, MutantReport& report) {
  for (auto const& row : all_mutants()) {
    if (!options.only.empty() && options.only != row.name) continue;
    auto const place = report.found.size();
    report.found.push_back({std::string(row.name), std::string(row.attacks), {}, 0});
    crew.start(
        [&row, &options] {
          auto const found = hunt(row, options.seeds_max);
          return fmt::format("{} {}", found.seeds, found.by);
        },
        [&report, place](Ending const& ending) {
          auto const space = ending.text.find(' ');
          if (space == std::string::npos) return;  // nothing found
          report.found[place].seeds = std::stoull(ending.text);
          report.found[place].by = ending.text.substr(space + 1);
        });
  }
  crew.finish();
}

// Whether a broken program is told from a sound one at all.
bool canary() {
  MutantRow const nothing{engine::Mutant::none, "nothing", "", "I1 I2 I4 I6 I7"};
  return !hunt(*find_mutant("full_record_write"), kCanarySeeds).by.empty() &&
         hunt(nothing, kCanarySeeds).by.empty();
}

}  // namespace

std::optional<MutantReport> hunt_mutants(MutantOptions const& options) {
  MutantReport report;
  Crew crew(options.workers, kHuntMax);
  hunt_all(crew, options, report);
  report.canary = canary();
  return report;
}

#else

std::optional<MutantReport> hunt_mutants(MutantOptions const&) {
  return std::nullopt;
}

#endif

}  // namespace crmsync::simulation
