// Chance, by purpose. Every purpose has a tape of its own: draw number i of a tape is a function of
// the seed, the purpose and i alone, so that nothing has to be stored to play it again, and cutting
// one tape moves nothing on the others. Past its end a tape gives 0, and 0 is always the calm
// choice. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/simulator/model/random.hpp"

#include <cstdint>
#include <limits>

namespace crmsync::simulation {

enum class Purpose : std::uint64_t { swarm = 1, workload, schedule, faults, daemon, people };

class Tape {
 public:
  Tape(std::uint64_t seed, Purpose purpose) noexcept
      : Tape(mix(seed) ^ mix(static_cast<std::uint64_t>(purpose) * kGap)) {}
  explicit Tape(std::uint64_t key) noexcept : key_(key) {}

  // In [0, limit); 0 for a limit of 0 or 1.
  std::uint64_t below(std::uint64_t limit) noexcept {
    auto const number = next();
    return limit < 2 ? 0 : number % limit;
  }
  std::int64_t between(std::int64_t low, std::int64_t high) noexcept {
    if (high <= low) return low;
    return low + static_cast<std::int64_t>(below(static_cast<std::uint64_t>(high - low) + 1));
  }
  // The unlikely thing, `per_mille` times of a thousand.
  bool happens(std::uint64_t per_mille) noexcept {
    return below(1'000) >= 1'000 - (per_mille < 1'000 ? per_mille : 1'000);
  }
  double unit() noexcept { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  // A tape of its own for one of many things, so that taking one away moves no other.
  Tape branch(std::uint64_t index) const noexcept { return Tape(mix(key_ ^ mix(index + 1))); }
  void end_after(std::uint64_t draws) noexcept { end_ = draws; }
  std::uint64_t drawn() const noexcept { return drawn_; }

 private:
  static constexpr std::uint64_t kGap = 0x9E3779B97F4A7C15ull;
  static std::uint64_t mix(std::uint64_t x) noexcept {
    return connectors::simulator::model::Random::mix(x);
  }
  std::uint64_t next() noexcept {
    if (drawn_ >= end_) return 0;
    return mix(key_ + kGap * ++drawn_);
  }

  std::uint64_t key_;
  std::uint64_t drawn_ = 0;
  std::uint64_t end_ = std::numeric_limits<std::uint64_t>::max();
};

}  // namespace crmsync::simulation
