// Faults: which kinds a run knows, how often they strike, and how often they did.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/simulation/sim_runtime.hpp"

#include <array>
#include <bitset>
#include <cstdint>
#include <string_view>

namespace crmsync::simulation {

enum class Fault : std::uint8_t {
  crm_limited,         // 429 with Retry-After
  crm_limited_silent,  // 429 without
  crm_quota,           // 429 by count: so many requests in ten seconds and no more
  crm_server_error,    // 5xx, nothing done
  crm_reset_before,    // the connection breaks, nothing done
  crm_reset_after,     // done, then the connection breaks
  crm_truncated,       // done, the answer is cut off
  crm_partial,         // one operation of a batch fails
  crm_slow,            // the request takes seconds
  crm_outage,          // nothing works for minutes
  crm_unauthorized,    // the token is refused for minutes
  crm_read_gap,        // a read by id leaves a record out
  search_late,         // the index is minutes behind
  hook_lost,
  hook_twice,
  hook_shuffled,  // out of order
  hook_late,      // up to a day
  crm_rewrites,   // phones are stored in another form
  crm_workflow,   // an edit some seconds after a write
  crm_merge,
  crm_restore,
  crm_erase,  // privacy deletion
  crm_clock,  // its clock is off
  app_busy,
  app_deadlock,     // a write is the victim after a second, and rolled back
  app_lost_answer,  // committed, then the connection breaks
  app_outage,
  app_late_commit,  // stamped before it is visible
  app_key_reused,
  app_rekey,
  app_clock,
  wall_clock,  // the daemon's clock is off and steps
  disk_full,
  crash,
  crash_at_boundary,
  edit_in_window,  // somebody edits between our read and our write
};
inline constexpr std::size_t kFaults = static_cast<std::size_t>(Fault::edit_in_window) + 1;
std::string_view to_string(Fault fault) noexcept;

class Weather {
 public:
  Weather(SimRuntime const& runtime, Tape tape) : runtime_(runtime), tape_(tape) {}

  void enable(Fault fault, std::uint64_t per_mille);
  bool enabled(Fault fault) const { return rates_[index(fault)] > 0; }
  // From then on nothing strikes any more.
  void calm_after(SimTime when) noexcept { calm_at_ = when; }
  bool calm() const noexcept { return runtime_.time() >= calm_at_; }
  // One occasion: does it strike? Counted if it does.
  bool strikes(Fault fault);
  void count(Fault fault) { ++struck_[index(fault)]; }
  std::uint64_t struck(Fault fault) const { return struck_[index(fault)]; }
  Tape& tape() noexcept { return tape_; }

 private:
  static std::size_t index(Fault fault) { return static_cast<std::size_t>(fault); }
  SimRuntime const& runtime_;
  Tape tape_;
  SimTime calm_at_ = INT64_MAX;
  std::array<std::uint64_t, kFaults> rates_{};
  std::array<std::uint64_t, kFaults> struck_{};
};

}  // namespace crmsync::simulation
