// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/governor.hpp"

#include "connectors/http/deadline.hpp"
#include "connectors/http/event.hpp"
#include "connectors/http/http_time.hpp"

#include <algorithm>
#include <list>
#include <string>
#include <utility>
#include <vector>

namespace crmsync::connectors::http {
namespace {

using namespace std::chrono_literals;
using engine::Errc;
using engine::Result;
using std::chrono::milliseconds;

constexpr auto refused_first = 1'000ms;
constexpr auto refused_longest = 30'000ms;
constexpr std::int64_t day_micros = 86'400'000'000;

struct Waiter {
  Waiter(Lane its_lane, std::string its_scope, Executor executor)
      : lane(its_lane), scope(std::move(its_scope)), woken(executor) {}
  Lane lane;
  std::string scope;
  Event woken;
  bool granted = false;
};

}  // namespace

struct Governor::State : std::enable_shared_from_this<State> {
  State(std::unique_ptr<Client> its_client, GovernorOptions its_options, Runtime& its_runtime)
      : client(std::move(its_client)),
        options(std::move(its_options)),
        runtime(its_runtime),
        quota(options.quota) {}

  static Task<Result<Response>> run(std::shared_ptr<State> self, Request request, Lane lane,
                                    std::string scope, milliseconds deadline);
  Task<engine::Status> wait_for_budget(Lane lane, std::string const& scope);
  milliseconds serve_waiting(Waiter const* asking);
  Waiter* first_in_line(std::string_view scope) const;
  void learn(Result<Response> const& result, std::string const& scope);
  void learn_refusal(Response const& response, std::string const& scope);
  engine::Error refusal(milliseconds wait) const;
  std::string budget_name() const;

  std::unique_ptr<Client> client;
  GovernorOptions options;
  Runtime& runtime;
  Quota quota;
  std::list<Waiter*> waiting;  // best lane first, then in order of arrival
  int refused_in_row = 0;      // 429 without Retry-After
  std::int64_t day = -1;
  bool stopped = false;
};

// Lets go whoever may go, the best lane first, so that budget freed by time or by an answer never
// goes to a worse lane while a better one waits for it. Returns how long `asking` has to wait.
milliseconds Governor::State::serve_waiting(Waiter const* asking) {
  auto const now = runtime.steady_now();
  // Who comes later in the queue waits at least as long as the first of its scope.
  std::vector<std::pair<std::string_view, milliseconds>> refused;
  milliseconds its_wait = 0ms;
  for (Waiter* waiter : waiting) {
    if (waiter->granted) continue;
    auto const first = std::find_if(refused.begin(), refused.end(),
                                    [&](auto const& r) { return r.first == waiter->scope; });
    milliseconds const wait =
        first != refused.end() ? first->second : quota.acquire(waiter->lane, waiter->scope, now);
    waiter->granted = wait == 0ms;
    if (!waiter->granted && first == refused.end()) refused.emplace_back(waiter->scope, wait);
    if (waiter == asking) its_wait = wait;
    if (waiter->granted && waiter != asking) waiter->woken.set();
  }
  return its_wait;
}

// The first in line of a scope watches the clock for all behind it.
Waiter* Governor::State::first_in_line(std::string_view scope) const {
  auto const at = std::find_if(waiting.begin(), waiting.end(), [&](Waiter const* waiter) {
    return !waiter->granted && waiter->scope == scope;
  });
  return at == waiting.end() ? nullptr : *at;
}

engine::Error Governor::State::refusal(milliseconds wait) const {
  bool const open = quota.usage(runtime.steady_now()).circuit_open;
  auto error = engine::make_error(
      open ? Errc::transient : Errc::rate_limited, budget_name(),
      open ? "the other side failed repeatedly; it is asked again only now and then"
           : "no request may leave within " + std::to_string(options.wait_max.count()) + " ms");
  error.retry_after_ms = std::max<std::int64_t>(wait.count(), 1);
  return error;
}

std::string Governor::State::budget_name() const {
  return options.name.empty() ? "request budget" : options.name + ": request budget";
}

Task<engine::Status> Governor::State::wait_for_budget(Lane lane, std::string const& scope) {
  if (waiting.size() >= options.waiting_max)
    co_return engine::make_error(Errc::limit_exceeded, budget_name(),
                                 std::to_string(waiting.size()) + " requests wait already");
  Waiter waiter(lane, scope, runtime.executor());
  auto const place = std::find_if(waiting.begin(), waiting.end(),
                                  [lane](Waiter const* other) { return other->lane > lane; });
  // Leaves the queue however the wait ends, and hands the watch over.
  struct Leave {
    State& state;
    Waiter const& waiter;
    std::list<Waiter*>::iterator at;
    ~Leave() {
      state.waiting.erase(at);
      Waiter* const next = state.first_in_line(waiter.scope);
      if (next != nullptr) next->woken.set();
    }
  } const leave{*this, waiter, waiting.insert(place, &waiter)};

  auto const give_up = runtime.steady_now() + options.wait_max;
  for (;;) {
    milliseconds const wait = waiter.granted ? 0ms : serve_waiting(&waiter);
    if (stopped) co_return engine::make_error(Errc::cancelled, budget_name(), "stopping");
    if (waiter.granted) co_return engine::Status{};
    auto const now = runtime.steady_now();
    if (now + wait > give_up || now >= give_up) co_return refusal(wait);
    auto const left = std::chrono::ceil<milliseconds>(give_up - now);
    Deadline const again(runtime, first_in_line(scope) == &waiter ? wait : left,
                         [&waiter] { waiter.woken.set(); });
    bool const woken = co_await waiter.woken.wait();
    if (!woken) co_return engine::make_error(Errc::cancelled, budget_name(), "cancelled");
  }
}

void Governor::State::learn_refusal(Response const& response, std::string const& scope) {
  std::string const* header = find_header(response.headers, "Retry-After");
  auto const asked = header == nullptr ? std::nullopt : parse_retry_after(*header, runtime.now());
  if (asked) return quota.back_off(scope, *asked, runtime.steady_now());
  if (response.status != 429) return;
  milliseconds const full =
      std::min<milliseconds>(refused_first * (1 << std::min(refused_in_row, 5)), refused_longest);
  ++refused_in_row;
  // Half of it is jitter, so that several programs on one account do not come back together.
  auto const jitter = static_cast<double>(full.count()) * 0.5 * runtime.random01();
  quota.back_off(scope, full / 2 + milliseconds(static_cast<std::int64_t>(jitter)),
                 runtime.steady_now());
}

void Governor::State::learn(Result<Response> const& result, std::string const& scope) {
  auto const now = runtime.steady_now();
  if (!result) {
    // Only failures of the way there count; what we cut off ourselves says nothing about it.
    if (result.error().code == Errc::transient) quota.record_result(false, now);
    if (result.error().code == Errc::limit_exceeded) quota.record_result(true, now);
  } else {
    int const status = result->status;
    if (status == 429 || status == 503) learn_refusal(*result, scope);
    if (status < 400) refused_in_row = 0;
    quota.record_result(status < 500, now);
  }
  serve_waiting(nullptr);
}

Task<Result<Response>> Governor::State::run(std::shared_ptr<State> self, Request request, Lane lane,
                                            std::string scope, milliseconds deadline) {
  if (self->stopped) co_return engine::make_error(Errc::cancelled, self->budget_name(), "stopping");
  std::int64_t const today = self->runtime.now().micros / day_micros;
  if (self->day != today) self->quota.start_day();
  self->day = today;
  engine::Status const budget = co_await self->wait_for_budget(lane, scope);
  if (!budget) co_return budget.error();
  Task<Result<Response>> sending = self->client->send(std::move(request), deadline);
  Result<Response> result = co_await std::move(sending);
  if (!self->stopped) self->learn(result, scope);
  co_return result;
}

Governor::Governor(std::unique_ptr<Client> client, GovernorOptions options, Runtime& runtime)
    : state_(std::make_shared<State>(std::move(client), std::move(options), runtime)) {}

Governor::~Governor() {
  state_->stopped = true;
  for (Waiter* waiter : state_->waiting) waiter->woken.set();
  state_->client.reset();
}

Task<Result<Response>> Governor::send(Request request, Lane lane, std::string_view scope,
                                      milliseconds deadline) {
  return State::run(state_, std::move(request), lane, std::string(scope), deadline);
}

void Governor::back_off(std::string_view scope, milliseconds wait) {
  state_->quota.back_off(scope, wait, state_->runtime.steady_now());
}

void Governor::observe_remaining(std::string_view scope, std::uint64_t remaining) {
  state_->quota.observe_remaining(scope, remaining, state_->runtime.steady_now());
}

void Governor::observe_daily(std::uint64_t limit, std::uint64_t remaining) {
  state_->quota.observe_daily(limit, remaining);
}

QuotaUsage Governor::usage() const {
  return state_->quota.usage(state_->runtime.steady_now());
}

}  // namespace crmsync::connectors::http
