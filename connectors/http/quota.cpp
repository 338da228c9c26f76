// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/quota.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace crmsync::connectors::http {
namespace {

using std::chrono::milliseconds;
using namespace std::chrono_literals;

constexpr std::string_view every_scope = "all";
// Requests arrive later than they leave, and not evenly: our windows are this much longer.
constexpr int window_slack_divisor = 50;
// Of every window, what retries leave to the interactive lane.
constexpr double retry_share_left = 0.05;
// How long a lane waits that may not touch what is left of the day. Then one request goes, as only
// an answer can tell that a new day began.
constexpr auto daily_pause = 60'000ms;
constexpr int failures_to_open = 5;
constexpr auto open_first = 2'000ms;
constexpr auto open_longest = 60'000ms;

// Rounded up: a caller that sleeps this long does not come too early.
milliseconds until(SteadyTime then, SteadyTime now) {
  if (then <= now) return 0ms;
  return std::chrono::ceil<milliseconds>(then - now);
}

bool is_background(Lane lane) noexcept {
  return lane == Lane::backfill || lane == Lane::audit;
}

std::string window_text(QuotaPolicy const& policy) {
  auto const ms = policy.window.count();
  std::string out = std::to_string(policy.limit) + "/";
  return out + (ms % 1'000 == 0 ? std::to_string(ms / 1'000) + "s" : std::to_string(ms) + "ms");
}

}  // namespace

Quota::Quota(QuotaOptions options) : options_(std::move(options)) {
  options_.reserve = std::clamp(options_.reserve, 0.0, 0.95);
  for (auto const& policy : options_.policies)
    if (policy.limit > 0 && policy.window > 0ms) buckets_.push_back({policy, {}, 0});
}

SteadyTime::duration Quota::Bucket::span() const {
  return policy.window + policy.window / window_slack_divisor;
}

void Quota::Bucket::forget(SteadyTime now) {
  while (!spent.empty() && spent.front().at + span() <= now) {
    used -= spent.front().count;
    spent.pop_front();
  }
}

void Quota::Bucket::spend(std::uint64_t count, SteadyTime now) {
  if (!spent.empty() && spent.back().at == now)
    spent.back().count += count;
  else
    spent.push_back({now, count});
  used += count;
}

milliseconds Quota::Bucket::wait(std::uint64_t untouched, SteadyTime now) const {
  std::uint64_t const most = policy.limit - std::min(untouched, policy.limit - 1);
  if (used < most) return 0ms;
  std::uint64_t left = used;
  for (auto const& entry : spent) {
    left -= entry.count;
    if (left < most) return until(entry.at + span(), now);
  }
  return 0ms;
}

std::uint64_t Quota::untouched(Lane lane, std::uint64_t limit) const {
  double share = 0.0;
  switch (lane) {
    case Lane::interactive:
      break;
    case Lane::retry:
      share = std::min(retry_share_left, options_.reserve);
      break;
    case Lane::backfill:
    case Lane::audit:
      share = options_.reserve;
      break;
  }
  return static_cast<std::uint64_t>(std::ceil(static_cast<double>(limit) * share));
}

milliseconds Quota::blocked(std::string_view scope, SteadyTime now) const {
  milliseconds longest = 0ms;
  for (auto const& [blocked_scope, end] : blocked_)
    if (blocked_scope == every_scope || blocked_scope == scope)
      longest = std::max(longest, until(end, now));
  return longest;
}

milliseconds Quota::daily_wait(Lane lane, SteadyTime now) const {
  if (!daily_remaining_ || !daily_limit_) return 0ms;
  auto const kept = is_background(lane) ? untouched(lane, *daily_limit_) : 0;
  if (*daily_remaining_ > kept) return 0ms;
  // Nobody asked since the day ran low: the pause begins now.
  return daily_probe_at_ ? until(*daily_probe_at_, now) : milliseconds(daily_pause);
}

milliseconds Quota::acquire(Lane lane, std::string_view scope, SteadyTime now) {
  milliseconds wait = std::max(until(open_until_, now), blocked(scope, now));
  milliseconds const daily = daily_wait(lane, now);
  if (daily > 0ms && !daily_probe_at_) daily_probe_at_ = now + daily_pause;
  wait = std::max(wait, daily);
  for (auto& bucket : buckets_) {
    if (!bucket.covers(scope)) continue;
    bucket.forget(now);
    wait = std::max(wait, bucket.wait(untouched(lane, bucket.policy.limit), now));
  }
  if (wait > 0ms) return wait;
  for (auto& bucket : buckets_)
    if (bucket.covers(scope)) bucket.spend(1, now);
  if (daily_probe_at_ && *daily_probe_at_ <= now) daily_probe_at_ = now + daily_pause;
  if (daily_remaining_ && *daily_remaining_ > 0) --*daily_remaining_;
  ++requests_;
  if (open_for_ > 0ms) {
    // The probe of this half-open period. Until it is answered nobody else goes; should its answer
    // never come, the next probe goes after another period.
    probing_ = true;
    open_until_ = now + open_for_;
  }
  return 0ms;
}

bool Quota::Bucket::covers(std::string_view scope) const noexcept {
  return policy.scope == every_scope || policy.scope == scope;
}

void Quota::observe_remaining(std::string_view scope, std::uint64_t remaining, SteadyTime now) {
  for (auto& bucket : buckets_) {
    if (bucket.policy.scope != scope) continue;
    bucket.forget(now);
    std::uint64_t const ours = bucket.policy.limit - std::min(bucket.used, bucket.policy.limit);
    if (remaining < ours) bucket.spend(ours - remaining, now);  // somebody else's requests
  }
}

void Quota::observe_daily(std::uint64_t limit, std::uint64_t remaining) {
  daily_limit_ = limit;
  daily_remaining_ = std::min(limit, remaining);
  if (*daily_remaining_ > untouched(Lane::backfill, limit)) daily_probe_at_.reset();
}

void Quota::back_off(std::string_view scope, milliseconds wait, SteadyTime now) {
  std::erase_if(blocked_, [&](auto const& entry) { return entry.second <= now; });
  SteadyTime const end = now + std::max(wait, 0ms);
  for (auto& [blocked_scope, old_end] : blocked_) {
    if (blocked_scope != scope) continue;
    old_end = std::max(old_end, end);
    return;
  }
  blocked_.emplace_back(scope, end);
}

void Quota::record_result(bool ok, SteadyTime now) {
  if (ok) {
    failures_ = 0;
    open_for_ = 0ms;
    open_until_ = {};
    probing_ = false;
    return;
  }
  if (open_for_ > 0ms) {
    // Requests that left before it opened still fail now; only the probe says something new.
    if (!probing_) return;
    open_for_ = std::min<milliseconds>(open_for_ * 2, open_longest);
  } else {
    if (++failures_ < failures_to_open) return;
    open_for_ = open_first;
  }
  probing_ = false;
  open_until_ = now + open_for_;
}

void Quota::start_day() noexcept {
  requests_ = 0;
}

QuotaUsage Quota::usage(SteadyTime now) const {
  QuotaUsage out;
  out.requests_today = requests_;
  out.daily_limit = daily_limit_;
  out.daily_remaining = daily_remaining_;
  out.circuit_open = open_for_ > 0ms;
  for (Bucket bucket : buckets_) {
    bucket.forget(now);
    auto const left = bucket.policy.limit - std::min(bucket.used, bucket.policy.limit);
    double const ratio = static_cast<double>(left) / static_cast<double>(bucket.policy.limit);
    if (!out.window.empty() && ratio >= out.window_remaining_ratio) continue;
    out.window_remaining_ratio = ratio;
    out.window = window_text(bucket.policy);
  }
  return out;
}

}  // namespace crmsync::connectors::http
