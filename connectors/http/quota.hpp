// One request budget per account: windows, lanes, a reserve for people and other tools, and a
// circuit breaker. Pure: the time is handed in.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/connector.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crmsync::connectors::http {

using SteadyTime = std::chrono::steady_clock::time_point;

// At most `limit` requests in any `window`. `scope` names what it covers: "all" counts every
// request, any other ("search") only those of that scope, which count against "all" as well.
struct QuotaPolicy {
  std::string scope = "all";
  std::uint64_t limit = 0;
  std::chrono::milliseconds window{0};
};

struct QuotaOptions {
  std::vector<QuotaPolicy> policies;
  double reserve = 0.2;  // share of every window that backfill and audit leave untouched
};

class Quota {
 public:
  explicit Quota(QuotaOptions options);

  // How long a request of this lane and scope has to wait; zero: it may leave now and is counted.
  // A caller that waits asks again: better lanes overtake.
  std::chrono::milliseconds acquire(Lane lane, std::string_view scope, SteadyTime now);
  // What the account told us in headers; never raises a bucket above its policy.
  void observe_remaining(std::string_view scope, std::uint64_t remaining, SteadyTime now);
  // Once `remaining` is down to the reserve, backfill and audit wait; at zero everybody does. One
  // request a minute still goes, as only an answer can tell that a new day began.
  void observe_daily(std::uint64_t limit, std::uint64_t remaining);
  // The account refused: nothing of this scope leaves before now + wait.
  void back_off(std::string_view scope, std::chrono::milliseconds wait, SteadyTime now);
  // Circuit: opens after 5 transient failures in a row, for 2 s, then for twice as long after each
  // failed probe up to 60 s; one probe per half-open period; closes on the first success.
  void record_result(bool ok, SteadyTime now);
  // A new day begins for requests_today.
  void start_day() noexcept;
  QuotaUsage usage(SteadyTime now) const;

 private:
  struct Spent {
    SteadyTime at;
    std::uint64_t count;
  };
  // Exact, not refilled drop by drop: a refilled bucket lets up to twice the limit through in one
  // window, which the vendor then refuses.
  struct Bucket {
    QuotaPolicy policy;
    std::deque<Spent> spent;  // oldest first, all within the window
    std::uint64_t used = 0;   // their sum, at most the limit

    SteadyTime::duration span() const;
    void forget(SteadyTime now);
    void spend(std::uint64_t count, SteadyTime now);
    // Until one request fits without touching the last `untouched` of the window.
    std::chrono::milliseconds wait(std::uint64_t untouched, SteadyTime now) const;
    bool covers(std::string_view scope) const noexcept;
  };

  std::uint64_t untouched(Lane lane, std::uint64_t limit) const;
  std::chrono::milliseconds blocked(std::string_view scope, SteadyTime now) const;
  std::chrono::milliseconds daily_wait(Lane lane, SteadyTime now) const;

  QuotaOptions options_;
  std::vector<Bucket> buckets_;
  std::vector<std::pair<std::string, SteadyTime>> blocked_;  // scope, until when
  std::optional<std::uint64_t> daily_limit_;
  std::optional<std::uint64_t> daily_remaining_;
  std::optional<SteadyTime> daily_probe_at_;  // while the day runs low: the next request to go
  std::uint64_t requests_ = 0;
  int failures_ = 0;                       // in a row, while closed
  std::chrono::milliseconds open_for_{0};  // circuit: zero while closed
  SteadyTime open_until_{};
  bool probing_ = false;  // the half-open period's one request is on its way
};

}  // namespace crmsync::connectors::http
