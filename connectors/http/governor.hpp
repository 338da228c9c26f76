// Every request of one account goes through its governor: it waits for the account's budget, best
// lane first, sends, and learns from what comes back.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/http/client.hpp"
#include "connectors/http/quota.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

namespace crmsync::connectors::http {

struct GovernorOptions {
  std::string name;  // of the connection, for messages
  QuotaOptions quota;
  // Longest wait for budget. Past it the request fails at once rather than hold up its caller,
  // which knows what is worth waiting for.
  std::chrono::milliseconds wait_max{30'000};
  // Requests that may wait at the same time; more fail at once.
  std::size_t waiting_max = 1'024;
};

// On the control thread. Destroying it ends waiting and running sends as cancelled.
class Governor {
 public:
  Governor(std::unique_ptr<Client> client, GovernorOptions options, Runtime& runtime);
  ~Governor();
  Governor(Governor const&) = delete;
  Governor& operator=(Governor const&) = delete;

  // Waits for budget, then sends within `deadline`. What it fails with, besides Client's errors:
  // rate_limited (no budget within wait_max) and transient (circuit open), both with
  // retry_after_ms and nothing sent; limit_exceeded (too many wait).
  //
  // 5xx answers and transport failures count towards the circuit. 429 and 503 hold this scope back
  // for as long as Retry-After says; a 429 without it for 1 s, doubling with each in a row to
  // 30 s. The answer itself is the caller's to read; where its body says more (which limit, a
  // daily one), the caller adds back_off() or observe_daily().
  Task<engine::Result<Response>> send(Request request, Lane lane, std::string_view scope,
                                      std::chrono::milliseconds deadline);

  void back_off(std::string_view scope, std::chrono::milliseconds wait);
  void observe_remaining(std::string_view scope, std::uint64_t remaining);
  void observe_daily(std::uint64_t limit, std::uint64_t remaining);
  // requests_today counts since midnight UTC.
  QuotaUsage usage() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace crmsync::connectors::http
