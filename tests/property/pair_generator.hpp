// Random pairs of records and rules from small domains, so that every coincidence happens often.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/plan.hpp"

#include <cstdint>
#include <span>
#include <string>

namespace crmsync::property {

// splitmix64: the whole case follows from the seed. Or from a fuzzer's bytes: one per choice,
// then zeros.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  explicit Random(std::span<std::uint8_t const> choices) : choices_(choices), chosen_(true) {}
  std::uint64_t next();
  // 0 .. bound - 1
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(next() % bound); }
  bool chance(int percent) { return below(100) < static_cast<std::size_t>(percent); }

 private:
  std::uint64_t state_ = 0;
  std::span<std::uint8_t const> choices_;
  bool chosen_ = false;
};

struct Case {
  engine::PairInput input;
  engine::MappingRules rules;
};

// `living_only`: linked, both present, everything readable and nothing answered.
Case random_case(Random& random, bool living_only = false);
// CRMSYNC_CASES, or the default for this build.
std::uint64_t case_count();
// CRMSYNC_SEED, or a fixed one: a failure names the seed of its own case.
std::uint64_t first_seed();

std::string describe(Case const& one);
std::string describe(engine::PairPlan const& plan);

}  // namespace crmsync::property
