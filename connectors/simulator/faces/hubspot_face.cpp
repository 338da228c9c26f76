// SPDX-License-Identifier: Apache-2.0
#include "connectors/simulator/faces/hubspot_face.hpp"

#include "connectors/simulator/faces/hubspot_errors.hpp"
#include "connectors/simulator/faces/hubspot_routes.hpp"

#include <algorithm>
#include <array>

namespace crmsync::connectors::simulator::faces {
namespace {

constexpr std::int64_t kSearchMissDelayMs = 300'000;
constexpr std::int64_t kSlowDelayMs = 5'000;
constexpr std::uint64_t kFaultStream = 0xFA17;
constexpr std::uint64_t kCorrelationStream = 0xC0DE;

// '+' in a query stands for a space.
void read_query(std::string_view text, Query& query) {
  while (!text.empty()) {
    auto const end = std::min(text.find('&'), text.size());
    std::string pair(text.substr(0, end));
    std::ranges::replace(pair, '+', ' ');
    auto const equals = std::min(pair.find('='), pair.size());
    std::string name;
    std::string value;
    if (http::decode_component(std::string_view(pair).substr(0, equals), name) &&
        http::decode_component(std::string_view(pair).substr(std::min(equals + 1, pair.size())),
                               value))
      query.emplace(std::move(name), std::move(value));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

struct FaultAnswer {
  model::FaultKind kind;
  int status;
  std::string_view category, message;
};
constexpr std::array<FaultAnswer, 7> kFaultAnswers{{
    {model::FaultKind::unauthorized, 401, "INVALID_AUTHENTICATION",
     "Authentication credentials not found."},
    {model::FaultKind::expire_token, 401, "EXPIRED_AUTHENTICATION",
     "The OAuth token used to make this call expired 17 second(s) ago."},
    {model::FaultKind::server_error, 500, "INTERNAL_ERROR", "internal error"},
    {model::FaultKind::unavailable, 503, "SERVICE_UNAVAILABLE", "service is unavailable"},
    {model::FaultKind::locked, 423, "LOCKED", "The record is locked. Wait and try again."},
    {model::FaultKind::migrating, 477, "MIGRATION_IN_PROGRESS", "This account is being migrated."},
    {model::FaultKind::rate_limited, 429, "RATE_LIMITS",
     "You have reached your ten_secondly_rolling limit."},
}};

ErrorBody rate_limit_error(std::string_view policy, std::string_view name) {
  ErrorBody error;
  error.status = 429;
  error.category = "RATE_LIMITS";
  error.message = "You have reached your " + std::string(name) + " limit.";
  error.extra = {{"errorType", "RATE_LIMIT"}, {"policyName", std::string(policy)}};
  return error;
}

ErrorBody missing_scopes(std::string_view route) {
  ErrorBody error;
  error.status = 403;
  error.category = "MISSING_SCOPES";
  error.message = "This app hasn't been granted all required scopes to make this call.";
  error.errors = {{"One or more scopes are required.",
                   "MISSING_SCOPES",
                   {{"requiredGranularScopes", {"crm.objects.contacts.write"}},
                    {"operation", {std::string(route)}}}}};
  return error;
}

bool is_json(http::Request const& request) {
  auto const* type = http::find_header(request.headers, "Content-Type");
  return type && type->starts_with("application/json");
}

}  // namespace

HubspotFace::HubspotFace(model::Crm& crm, FaceOptions options)
    : state_{crm, options.account, model::Faults(options.seed ^ kFaultStream),
             model::Random(options.seed ^ kCorrelationStream)},
      quota_(options.quota),
      token_expires_at_(options.token_expires_at) {}

void HubspotFace::reset_counts() {
  counts_ = {};
  state_.created = state_.updated = state_.archived = 0;
}

http::Response HubspotFace::handle(http::Request const& request, engine::Timestamp now) {
  state_.crm.advance(now);
  auto const query_at = std::min(request.target.find('?'), request.target.size());
  auto match = match_route(request.method, std::string_view(request.target).substr(0, query_at));
  Call call{state_, request, now, match.legacy, {}, std::move(match.params), {}, {}, false};
  call.route_name = match.route ? match.route->name : "unknown";
  if (query_at < request.target.size())
    read_query(std::string_view(request.target).substr(query_at + 1), call.query);
  ++counts_.requests[request.method + " " + std::string(call.route_name)];
  if (match.route && match.route->effect == Effect::writes) ++counts_.mutating;
  auto const slow = state_.faults.draw(model::FaultKind::slow, call.route_name);
  http::Response response;
  if (!state_.faults.draw(model::FaultKind::reset_before, call.route_name)) {
    if (match.route)
      response = answer(call, *match.route);
    else if (auto refused = refuse_token(call))
      response = std::move(*refused);
    else
      response = error_response(call, {match.path_exists ? 405 : 404,
                                       match.path_exists ? "METHOD_NOT_ALLOWED" : "NOT_FOUND",
                                       "No route matches this request",
                                       {},
                                       {},
                                       {}});
    if (state_.faults.draw(model::FaultKind::reset_after, call.route_name)) response = {};
  }
  ++counts_.statuses[response.status];
  if (state_.faults.draw(model::FaultKind::truncate, call.route_name) && !response.body.empty())
    response.headers.emplace_back(kCutHeader, std::to_string(response.body.size() / 2));
  if (slow)
    response.headers.emplace_back(
        kDelayHeader, std::to_string(slow->delay_ms > 0 ? slow->delay_ms : kSlowDelayMs));
  return response;
}

http::Response HubspotFace::answer(Call& call, Route const& route) {
  bool const is_search = route.effect == Effect::searches;
  if (auto refused = refuse_token(call)) return std::move(*refused);
  if (auto refused = refuse_quota(call, is_search)) return std::move(*refused);
  if (auto refused = refuse_fault(call)) return std::move(*refused);
  if (route.body == Body::required)
    if (auto refused = read_body(call)) return std::move(*refused);
  auto& crm = state_.crm;
  auto& faults = state_.faults;
  crm.rules().reformat_phones =
      faults.draw(model::FaultKind::normalise_phone, call.route_name).has_value();
  bool const batch_write = route.effect == Effect::writes && call.route_name.starts_with("batch_");
  call.fail_one =
      batch_write && faults.draw(model::FaultKind::partial_batch, call.route_name).has_value();
  if (route.effect == Effect::writes && faults.draw(model::FaultKind::search_miss, call.route_name))
    crm.delay_index(1, kSearchMissDelayMs);
  auto response = route.handler(call);
  crm.rules().reformat_phones = false;
  crm.delay_index(0, 0);
  if (!is_search) quota_headers(response);
  return response;
}

std::optional<http::Response> HubspotFace::refuse_token(Call& call) {
  if (call.route_name == "access_token" || call.route_name == "token_info") return std::nullopt;
  ErrorBody error;
  error.status = 401;
  error.category = "INVALID_AUTHENTICATION";
  auto const* header = http::find_header(call.request.headers, "Authorization");
  if (!header || !header->starts_with("Bearer ")) {
    error.message =
        "Authentication credentials not found. This API supports OAuth 2.0 "
        "authentication.";
    return error_response(call, error);
  }
  if (header->substr(7) != state_.account.token) {
    error.message = "Authentication credentials are not valid.";
    return error_response(call, error);
  }
  if (!token_expires_at_ || call.now < *token_expires_at_) return std::nullopt;
  auto const seconds = (call.now.micros - token_expires_at_->micros) / 1'000'000;
  error.category = "EXPIRED_AUTHENTICATION";
  error.message = "The OAuth token used to make this call expired " + std::to_string(seconds) +
                  " second(s) ago.";
  error.context = {{"expire time", {model::format_stamp(*token_expires_at_)}}};
  return error_response(call, error);
}

std::optional<http::Response> HubspotFace::refuse_fault(Call& call) {
  if (state_.faults.draw(model::FaultKind::forbidden, call.route_name))
    return error_response(call, missing_scopes(call.route_name));
  for (auto const& row : kFaultAnswers) {
    auto const fault = state_.faults.draw(row.kind, call.route_name);
    if (!fault) continue;
    ErrorBody error;
    error.status = row.status;
    error.category = row.category;
    error.message = row.message;
    if (row.status == 429) error = rate_limit_error("TEN_SECONDLY_ROLLING", "ten_secondly_rolling");
    auto response = error_response(call, error);
    if (row.status == 477)
      response.headers.emplace_back(
          "Retry-After", std::to_string(fault->delay_ms > 0 ? fault->delay_ms / 1'000 : 60));
    return response;
  }
  return std::nullopt;
}

std::optional<http::Response> HubspotFace::refuse_quota(Call& call, bool is_search) {
  auto const verdict = quota_.admit(is_search, call.now);
  if (verdict == model::Verdict::admitted) return std::nullopt;
  ++counts_.quota_hits;
  ErrorBody error;
  switch (verdict) {
    case model::Verdict::search:
      error = rate_limit_error("SECONDLY", "secondly");
      break;
    case model::Verdict::daily:
      error = rate_limit_error("DAILY", "daily");
      break;
    case model::Verdict::burst:
    case model::Verdict::admitted:
      error = rate_limit_error("TEN_SECONDLY_ROLLING", "ten_secondly_rolling");
      break;
  }
  auto response = error_response(call, error);
  if (!is_search) quota_headers(response);
  return response;
}

std::optional<http::Response> HubspotFace::read_body(Call& call) {
  if (!is_json(call.request)) {
    ErrorBody error;
    error.status = 415;
    error.message = "Unsupported media type: the body must be application/json";
    return error_response(call, error);
  }
  if (auto const offset = Json::parse(call.request.body, call.json))
    return bad_request(call, "Invalid input JSON at offset " + std::to_string(*offset));
  return std::nullopt;
}

void HubspotFace::quota_headers(http::Response& response) const {
  auto const add = [&](char const* name, std::int64_t value) {
    response.headers.emplace_back(name, std::to_string(value));
  };
  auto const& options = quota_.options();
  if (options.burst != 0) {
    add("X-HubSpot-RateLimit-Max", static_cast<std::int64_t>(options.burst));
    add("X-HubSpot-RateLimit-Remaining", static_cast<std::int64_t>(quota_.remaining()));
    add("X-HubSpot-RateLimit-Interval-Milliseconds", options.window_ms);
  }
  if (options.daily == 0) return;
  add("X-HubSpot-RateLimit-Daily", static_cast<std::int64_t>(options.daily));
  add("X-HubSpot-RateLimit-Daily-Remaining", static_cast<std::int64_t>(quota_.daily_remaining()));
}

}  // namespace crmsync::connectors::simulator::faces
