// Chance that can be repeated: the same seed draws the same numbers on every machine.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

namespace crmsync::connectors::simulator::model {

// SplitMix64. The standard distributions are left out because their results differ between
// standard libraries.
class Random {
 public:
  explicit Random(std::uint64_t seed) noexcept : state_(seed) {}

  std::uint64_t next() noexcept {
    state_ += 0x9E3779B97F4A7C15ull;
    return mix(state_);
  }
  // In [0, 1).
  double unit() noexcept { return static_cast<double>(next() >> 11) * 0x1.0p-53; }
  // In [0, limit); 0 for a limit of 0.
  std::uint64_t below(std::uint64_t limit) noexcept { return limit == 0 ? 0 : next() % limit; }
  bool chance(double probability) noexcept { return unit() < probability; }

  static std::uint64_t mix(std::uint64_t x) noexcept {
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
    return x ^ (x >> 31);
  }

 private:
  std::uint64_t state_;
};

}  // namespace crmsync::connectors::simulator::model
