// What happened, in order: a hash of all of it, and, when asked for, the lines themselves.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/simulation/sim_runtime.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace crmsync::simulation {

struct TimelineLine {
  SimTime at = 0;
  std::size_t number = 0;
  std::string who;   // "app", "crm", "crmsync", "world"
  std::string what;  // "user edits", "update", ...
  std::string key;   // of the record it is about; empty: of none
  std::string detail;
};

class Timeline {
 public:
  Timeline(SimRuntime const& runtime, bool keep) : runtime_(runtime), keep_(keep) {}

  bool keeps() const noexcept { return keep_; }
  // `detail` is made only when lines are kept.
  template <class Detail>
  void note(std::string_view who, std::string_view what, std::string_view key,
            Detail const& detail) {
    mix(static_cast<std::uint64_t>(runtime_.time()));
    mix(who);
    mix(what);
    mix(key);
    if (keep_)
      lines_.push_back({runtime_.time(), lines_.size(), std::string(who), std::string(what),
                        std::string(key), detail()});
  }
  void note(std::string_view who, std::string_view what, std::string_view key = {}) {
    note(who, what, key, [] { return std::string(); });
  }
  std::uint64_t hash() const noexcept { return hash_; }
  // At most `max` lines: the last ones about these records, and crashes among them.
  std::string about(std::vector<std::string> const& keys, std::size_t max) const;
  std::string all() const;

 private:
  void mix(std::uint64_t number) noexcept {
    hash_ = (hash_ ^ number) * 0x100000001b3ull;
    hash_ ^= hash_ >> 29;
  }
  void mix(std::string_view text) noexcept {
    for (char const c : text) hash_ = (hash_ ^ static_cast<unsigned char>(c)) * 0x100000001b3ull;
    mix(text.size());
  }

  SimRuntime const& runtime_;
  bool keep_;
  std::uint64_t hash_ = 0xcbf29ce484222325ull;
  std::vector<TimelineLine> lines_;
};

// "1d 03:04:05.678"
std::string clock_text(SimTime at);
// Long values tell no more than their beginning.
std::string shortened(std::string text);

}  // namespace crmsync::simulation
