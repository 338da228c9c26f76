// SPDX-License-Identifier: Apache-2.0
#include "connectors/hubspot/account.hpp"

#include "connectors/http/http_time.hpp"
#include "connectors/hubspot/wire/json.hpp"

#include <algorithm>

namespace crmsync::connectors::hubspot {

namespace {

using engine::Result;
using std::chrono::milliseconds;

constexpr milliseconds kDeadline{30'000};
constexpr std::string_view kAll = "all";
constexpr std::string_view kSearch = "search";
// Ours alone: carries the moment a request left from the transport to whoever reads the answer.
constexpr std::string_view kSentAt = "x-crmsync-sent-at";

// Between governor and transport, so that the time a request waited for budget does not make what
// it read look old.
class StampingClient final : public http::Client {
 public:
  StampingClient(std::unique_ptr<http::Client> inner, Runtime& runtime)
      : inner_(std::move(inner)), runtime_(runtime) {}

  Task<Result<http::Response>> send(http::Request request, milliseconds deadline) override {
    auto const sent_at = runtime_.now();
    auto result = co_await inner_->send(std::move(request), deadline);
    if (!result) co_return result;
    auto& headers = result->headers;
    std::erase_if(headers, [](auto const& header) { return header.first == kSentAt; });
    headers.emplace_back(std::string(kSentAt), std::to_string(sent_at.micros));
    co_return result;
  }

 private:
  std::unique_ptr<http::Client> inner_;
  Runtime& runtime_;
};

std::optional<std::int64_t> integer_header(http::Response const& response, std::string_view name) {
  auto const* text = http::find_header(response.headers, name);
  return text != nullptr ? wire::parse_integer(*text) : std::nullopt;
}

std::string_view scope_of(Call const& call) noexcept {
  return call.route == wire::RouteId::search ? kSearch : kAll;
}

}  // namespace

Account::Account(AccountOptions options, std::unique_ptr<http::Client> client, Runtime& runtime)
    : options_(std::move(options)),
      runtime_(runtime),
      governor_(std::make_unique<StampingClient>(std::move(client), runtime),
                http::GovernorOptions{.quota = options_.quota}, runtime) {}

http::Request Account::build(Call const& call) const {
  auto const target = options_.routes.target(call.route, call.object, call.id);
  http::Request request;
  request.method = call.method.empty() ? target.method : call.method;
  request.target = target.path + call.query;
  request.headers.emplace_back("Authorization", "Bearer " + std::string(options_.token.reveal()));
  request.headers.emplace_back("Accept", "application/json");
  if (!call.body.empty()) request.headers.emplace_back("Content-Type", "application/json");
  request.body = call.body;
  return request;
}

wire::Asked Account::asked(Call const& call) const {
  std::string op = "hubspot: " + call.doing;
  if (!call.object.empty()) op += " " + call.object;
  if (!call.id.empty()) op += " " + call.id;
  return {std::move(op), call.mutating};
}

Task<Result<Answer>> Account::ask(Call call) {
  auto request = build(call);
  auto response = co_await governor_.send(std::move(request), call.lane, scope_of(call), kDeadline);
  if (!response) {
    auto error = response.error();
    error.op = asked(call).op + ": " + error.op;
    // A read that got lost has changed nothing.
    error.maybe_applied = error.maybe_applied && call.mutating;
    co_return error;
  }
  Answer answer;
  answer.status = response->status;
  if (auto const* wait = http::find_header(response->headers, "Retry-After"); wait != nullptr)
    if (auto const parsed = http::parse_retry_after(*wait, runtime_.now()))
      answer.retry_after_ms = parsed->count();
  learn(*response, answer.retry_after_ms, call);
  auto const sent_at = integer_header(*response, kSentAt);
  answer.sent_at = sent_at ? engine::Timestamp{*sent_at} : runtime_.now();
  answer.body = std::move(response->body);
  co_return answer;
}

Task<Result<Answer>> Account::expect(Call call) {
  auto answer = co_await ask(call);
  if (!answer) co_return answer.error();
  if (answer->status / 100 != 2) co_return failure(*answer, call);
  co_return answer;
}

engine::Error Account::failure(Answer const& answer, Call const& call) const {
  return wire::failure_of(answer.status, answer.retry_after_ms, answer.body, asked(call));
}

void Account::learn(http::Response const& response, std::optional<std::int64_t> retry_after_ms,
                    Call const& call) {
  learn_clock(response);
  if (call.route != wire::RouteId::search) learn_budget(response);
  if (response.status != 429) return;
  // The body says which limit was met; the search limit is a window of its own.
  auto const refusal = wire::failure_of(429, retry_after_ms, response.body, asked(call));
  milliseconds const wait(refusal.retry_after_ms.value_or(0));
  bool const short_window = wait <= milliseconds(1'000);
  governor_.back_off(short_window ? scope_of(call) : kAll, wait);
}

// The header is cut to whole seconds and the answer took time to arrive: the true clock is never
// behind what this gives.
void Account::learn_clock(http::Response const& response) {
  auto const* text = http::find_header(response.headers, "Date");
  if (text == nullptr) return;
  auto const now = runtime_.now();
  auto const date = http::parse_http_date(*text, now);
  if (date) clock_ahead_micros_ = date->micros - now.micros;
}

void Account::learn_budget(http::Response const& response) {
  auto const remaining = integer_header(response, "X-HubSpot-RateLimit-Remaining");
  if (remaining && *remaining >= 0)
    governor_.observe_remaining(kAll, static_cast<std::uint64_t>(*remaining));
  auto const daily = integer_header(response, "X-HubSpot-RateLimit-Daily");
  auto const left = integer_header(response, "X-HubSpot-RateLimit-Daily-Remaining");
  if (daily && left && *daily > 0 && *left >= 0)
    governor_.observe_daily(static_cast<std::uint64_t>(*daily), static_cast<std::uint64_t>(*left));
}

engine::Timestamp Account::crm_now() const {
  return {runtime_.now().micros + clock_ahead_micros_.value_or(0)};
}

void Account::learn_alias(std::string const& other, std::string const& mapped) {
  if (other != mapped) aliases_.insert_or_assign(other, mapped);
}

std::string Account::mapped_object(std::string const& object) const {
  auto const alias = aliases_.find(object);
  return alias != aliases_.end() ? alias->second : object;
}

}  // namespace crmsync::connectors::hubspot
