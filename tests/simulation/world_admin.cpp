// What an admin does to the daemon: answers, another configuration, an older state.
// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/world.hpp"

#include "daemon/actions.hpp"

#include <fmt/format.h>

#include <utility>

namespace crmsync::simulation {

// A person looks at what waits, now and then.
void World::admin_at_work() {
  if (!daemon_->running() || crash_requested_) return;
  auto& service = daemon_->service();
  auto tape = admin_.branch(static_cast<std::uint64_t>(runtime_.time()));
  for (auto const& [id, row] : disk_->parked) {
    if (row.link == 0 || row.field.empty() || tape.below(2) == 0) continue;
    daemon::FlatObject answer{{"take", tape.below(2) == 0 ? "app" : "crm"}};
    timeline_.note("world", "a person answers", row.key);
    daemon_->run([](daemon::Service& of, std::uint64_t which,
                    daemon::FlatObject with) -> connectors::Task<void> {
      static_cast<void>(co_await daemon::resolve_conflict(of, which, std::move(with)));
    }(service, id, std::move(answer)));
  }
  for (auto const& [id, row] : disk_->errors) {
    if (tape.below(3) != 0) continue;
    daemon_->run([](daemon::Service& of, std::uint64_t which) -> connectors::Task<void> {
      static_cast<void>(co_await daemon::retry_error(of, which));
    }(service, id));
  }
}

void World::plan_reloads(SimTime from, SimTime until) {
  auto tape = Tape(scenario_.seed, Purpose::workload).branch(1'000'004);
  for (auto left = scenario_.reloads; left > 0; --left)
    runtime_.at(tape.between(from, until), [this] {
      if (!daemon_->running() || crash_requested_) return;
      timeline_.note("world", "the configuration is read again");
      each_checker([](Checker& one, Court const& bench) { one.reloaded(bench); });
      daemon_->reload();
    });
}

// A backup is made, and put back while the power is away some hours later.
void World::plan_restore() {
  runtime_.at(scenario_.chaos / 4, [this] { copy_ = *disk_; });
  runtime_.at(scenario_.chaos / 2, [this] { put_back(); });
}

void World::put_back() {
  if (!daemon_->running() || crash_requested_) return runtime_.after(kHour, [this] { put_back(); });
  crash_requested_ = true;
  runtime_.request_stop();
  runtime_.after(kSecond, [this] {
    timeline_.note("world", "an older state is put back");
    *disk_ = std::move(*copy_);
    disk_->restored = true;
  });
}

// Which news is durable, and of which one the end is.
void World::note_marks(state::Commit const& commit) {
  for (auto const& row : commit.intake) {
    marks_[row.sequence] = row.key;
    timeline_.note("crmsync", row.side == Side::app ? "marks app" : "marks crm", row.key, [&] {
      return fmt::format("{} {} {}", row.sequence, static_cast<int>(row.kind), row.new_key);
    });
  }
  for (auto const sequence : commit.settled) {
    auto const mark = marks_.extract(sequence);
    if (!mark.empty())
      timeline_.note("crmsync", "settles", mark.mapped(), [&] { return std::to_string(sequence); });
  }
}

}  // namespace crmsync::simulation
