// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/driver/shrink.hpp"

#include "tests/simulation/driver/result.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace crmsync::simulation {

namespace {

class Shrinker {
 public:
  Shrinker(Case found, ShrinkLimits const& limits)
      : best_(std::move(found)),
        day_(best_.scenario()),
        runs_left_(limits.runs_max),
        ends_(std::chrono::steady_clock::now() + limits.wall_max) {}

  Case run() {
    leave_out_actions();
    leave_out_faults();
    auto even = best_;
    even.options.even_schedule = true;
    try_it(std::move(even));
    return best_;
  }

 private:
  bool spent() const { return runs_left_ == 0 || std::chrono::steady_clock::now() > ends_; }

  // Whether the candidate shows the same; then it is the best so far.
  bool try_it(Case candidate) {
    if (spent()) return false;
    --runs_left_;
    auto const result = result_of(
        run_apart(kRunMax, [&] { return result_text(run_scenario(day_, candidate.options)); }));
    if (result.invariant != best_.invariant) return false;
    best_ = std::move(candidate);
    return true;
  }

  void leave_out_actions() {
    std::vector<std::size_t> kept;
    for (std::size_t i = 0; i < day_.actions + day_.bulks; ++i)
      if (!best_.options.actions_left_out.contains(i)) kept.push_back(i);
    std::size_t parts = 1;  // first all of them at once
    while (!kept.empty() && !spent()) {
      auto const size = (kept.size() + parts - 1) / parts;
      bool smaller = false;
      for (std::size_t from = 0; from < kept.size() && !spent();) {
        auto const to = std::min(from + size, kept.size());
        auto candidate = best_;
        candidate.options.actions_left_out.insert(kept.begin() + static_cast<std::ptrdiff_t>(from),
                                                  kept.begin() + static_cast<std::ptrdiff_t>(to));
        if (try_it(std::move(candidate))) {
          kept.erase(kept.begin() + static_cast<std::ptrdiff_t>(from),
                     kept.begin() + static_cast<std::ptrdiff_t>(to));
          smaller = true;
        } else {
          from = to;
        }
      }
      if (size == 1 && !smaller) return;
      if (!smaller || parts == 1)
        parts = std::min(parts * 2, std::max<std::size_t>(kept.size(), 1));
    }
  }

  void leave_out_faults() {
    for (auto const& [fault, rate] : day_.faults) {
      auto candidate = best_;
      if (candidate.options.faults_left_out.insert(fault).second) try_it(std::move(candidate));
    }
  }

  Case best_;
  Scenario day_;
  std::size_t runs_left_;
  std::chrono::steady_clock::time_point ends_;
};

}  // namespace

Case shrink(Case const& found, ShrinkLimits const& limits) {
  return Shrinker(found, limits).run();
}

}  // namespace crmsync::simulation
