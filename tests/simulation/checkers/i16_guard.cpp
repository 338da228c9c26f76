// I16: deletes beyond the guard's limit within an hour are not carried out unless a person
// approved. SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/judge.hpp"

#include <algorithm>
#include <deque>

namespace crmsync::simulation {

namespace {

class GuardHolds final : public Checker {
 public:
  void durable(Court const&, state::Commit const& commit) override {
    for (auto const& row : commit.held)
      if (row.approved) approved_.push_back(row.link);
  }

  void carried_out(Court const& court, Side, connectors::Operation const& operation,
                   std::uint64_t) override {
    bool const destroys = operation.kind == connectors::OperationKind::archive ||
                          operation.kind == connectors::OperationKind::erase;
    // A daemon whose clock steps cannot know what an hour is.
    bool const clock_steps = std::ranges::any_of(
        court.scenario.faults, [](auto const& one) { return one.first == Fault::wall_clock; });
    if (!destroys || clock_steps) return;
    auto const intent = court.disk.intents.find(operation.op_id);
    if (intent == court.disk.intents.end()) return;
    auto const link = intent->second.link;
    if (std::ranges::find(approved_, link) != approved_.end()) return;
    ++court.checks;
    auto const now = court.runtime.time();
    // What was under way counts from when it was let through, a little before.
    while (!done_.empty() && done_.front() < now - kHour + kMinute) done_.pop_front();
    done_.push_back(now);
    auto const counts = court.disk.counts.find(intent->second.mapping);
    auto const linked = counts == court.disk.counts.end() ? 0 : counts->second.linked;
    linked_most_ = std::max(linked_most_, linked);
    auto const share =
        linked_most_ * static_cast<std::uint64_t>(court.scenario.guard_percent) / 100;
    auto const limit = std::max<std::uint64_t>(10, std::min(court.scenario.guard_per_hour, share));
    // Four rounds may have been let through at once.
    if (done_.size() > limit + 1)
      court.fail("I16",
                 std::to_string(done_.size()) + " deletes within an hour, the limit is " +
                     std::to_string(limit),
                 {intent->second.app_key, intent->second.crm_id});
  }

 private:
  std::deque<SimTime> done_;
  std::vector<LinkId> approved_;
  std::uint64_t linked_most_ = 0;
};

}  // namespace

std::unique_ptr<Checker> check_guard() {
  return std::make_unique<GuardHolds>();
}

}  // namespace crmsync::simulation
