// Every bound and interval of the daemon that is not the admin's business, with unit and reason.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace crmsync::daemon {

struct Tuning {
  // Records handled in one round: the vendors' batch size, so that one call serves one round.
  std::size_t batch_records_max = 100;
  // Rounds of one mapping in flight at once: hides the CRM's latency; more would only queue at the
  // quota.
  std::size_t rounds_in_flight_max = 4;
  // Dirty records held in memory over all mappings; the rest waits in the journal.
  std::size_t dirty_in_memory_max = 50'000;
  // Payloads of poll pages kept as observations; oldest go first.
  std::size_t payloads_max = 20'000;
  // A read that permits a CRM write may be this old when the request leaves (design.md §4.2).
  std::chrono::milliseconds read_age_max{5'000};
  // Payloads older than this are read again by id.
  std::chrono::milliseconds payload_age_max{120'000};
  // A deadline for any single call to a connector, above the connector's own.
  std::chrono::milliseconds connector_deadline{120'000};
  // Attempts at an operation that keeps answering `precondition_failed` before it backs off.
  int observe_again_max = 5;
  // Transient attempts before the record shows up in the error inbox (it is still retried).
  int attempts_before_inbox = 4;
  // A record that waits for an unknown side is looked at again after this.
  std::chrono::milliseconds wait_retry{15'000};
  // A record whose pair is under way in another round is tried again after this.
  std::chrono::milliseconds locked_retry{50};
  // Clock differences up to this never decide `newest`.
  std::chrono::milliseconds skew_bound{5'000};
  // The sync loop looks again after this even when nobody woke it.
  std::chrono::milliseconds idle_pause{1'000};
  // How often the service looks at its own state: status line, watchdog, --until-idle.
  std::chrono::milliseconds service_tick{100};
  // One wait for an app database that tells of commits.
  std::chrono::milliseconds commit_watch{500};
  // High water to the app database, pruning.
  std::chrono::milliseconds housekeeping_every{500};
  // Grace for in-flight work on SIGTERM.
  std::chrono::milliseconds drain{25'000};
};

}  // namespace crmsync::daemon
