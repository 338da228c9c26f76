// What everybody in a simulated world shares, and who looks on.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/connector.hpp"
#include "tests/simulation/ledger.hpp"
#include "tests/simulation/sim_runtime.hpp"
#include "tests/simulation/timeline.hpp"
#include "tests/simulation/weather.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace crmsync::simulation {

using engine::Side;

// Sees every request at the moment it happens. The world's checkers are behind it.
class Witness {
 public:
  virtual ~Witness() = default;
  virtual void sent(Side side, std::vector<connectors::Operation> const& operations) = 0;
  // The side did it, whether or not the daemon will know.
  virtual void carried_out(Side side, connectors::Operation const& operation,
                           std::uint64_t uid) = 0;
  // The daemon stopped waiting for the answer.
  virtual void answered(Side side, std::vector<connectors::Operation> const& operations) = 0;
  virtual void asked(Side side, std::string_view what) = 0;
  virtual void told_to_wait(Side side, std::string_view what, milliseconds wait) = 0;
  // A boundary where the power may fail; true: it does, here.
  virtual bool power_fails(std::string_view point) = 0;
  // Records that a read just showed, or that are about to be written: a moment for others to edit.
  virtual void in_window(Side side, std::vector<engine::RecordKey> const& keys) = 0;
};

struct Stage {
  SimRuntime& runtime;
  Ledger& ledger;
  Weather& weather;
  Timeline& timeline;
  Witness& witness;
  std::uint64_t power_cuts = 0;  // requests from before one may get lost with it
};

// The instant in which the power goes: the caller waits here until it is destroyed.
inline connectors::Task<void> freeze(Stage& stage) {
  for (;;) co_await stage.runtime.sleep(std::chrono::hours(1));
}

// One request: it travels, is carried out, and its answer travels back. What is under way when the
// daemon dies is carried out within two seconds or not at all.
template <class T>
connectors::Task<T> exchange(Stage& stage, milliseconds out, milliseconds back,
                             std::function<T()> carry_out) {
  if (stage.runtime.stop_requested()) co_await freeze(stage);
  auto answer = std::make_shared<std::optional<T>>();
  auto const cuts = stage.power_cuts;
  auto const late = out > milliseconds(2'000);
  stage.runtime.after(out.count() * kMilli, [&stage, answer, cuts, late, carry_out] {
    if (stage.power_cuts != cuts && late) return;
    *answer = carry_out();
  });
  auto const arrived = out + std::max(back, milliseconds(1));
  while (!answer->has_value())
    if (!co_await stage.runtime.sleep(arrived)) break;
  if (!answer->has_value()) *answer = engine::make_error(engine::Errc::cancelled, "request", "");
  T carried = std::move(**answer);
  co_return carried;
}

}  // namespace crmsync::simulation
