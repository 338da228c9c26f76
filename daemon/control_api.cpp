// SPDX-License-Identifier: Apache-2.0
#include "daemon/control_api.hpp"

#include "daemon/actions.hpp"
#include "daemon/json.hpp"
#include "daemon/service.hpp"
#include "daemon/views.hpp"

#include <unistd.h>

#include <charconv>
#include <optional>
#include <utility>

namespace crmsync::daemon {

using connectors::Task;
using connectors::http::Request;
using connectors::http::Response;
using engine::Errc;

namespace {

int status_of(Errc code) {
  switch (code) {
    case Errc::not_found:
      return 404;
    case Errc::invalid_value:
    case Errc::config_invalid:
      return 400;
    case Errc::precondition_failed:
    case Errc::locked:
    case Errc::already_exists:
      return 409;
    case Errc::forbidden:
    case Errc::unauthorized:
      return 403;
    case Errc::storage_full:
      return 507;
    case Errc::transient:
    case Errc::rate_limited:
    case Errc::invalid_schema:
    case Errc::read_only:
    case Errc::corrupt:
    case Errc::unsupported:
    case Errc::cursor_expired:
    case Errc::limit_exceeded:
    case Errc::cancelled:
    case Errc::internal:
      break;
  }
  return 500;
}

Response answer(engine::Result<std::string> result) {
  if (!result) return error_response(status_of(result.error().code), result.error());
  return json_response(200, std::move(*result));
}

engine::Result<std::uint64_t> id_of(std::string const& text) {
  std::uint64_t id = 0;
  auto const [end, failed] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (failed != std::errc{} || end != text.data() + text.size())
    return engine::make_error(Errc::invalid_value, "number `" + text + "`", "it is none",
                              "crmsync conflicts list and crmsync errors list show them");
  return id;
}

Task<Response> get_status(Service& service, Call) {
  co_return json_response(200, status_view(service));
}
Task<Response> get_record(Service& service, Call call) {
  co_return answer(record_view(service, call.parts[0], call.parts[1], call.query_value("field")));
}
Task<Response> get_conflicts(Service& service, Call call) {
  co_return answer(conflicts_view(service, call.query_value("mapping")));
}
Task<Response> get_conflict(Service& service, Call call) {
  auto const id = id_of(call.parts[0]);
  if (!id) co_return error_response(400, id.error());
  co_return answer(conflict_view(service, *id));
}
Task<Response> post_resolve(Service& service, Call call) {
  auto const id = id_of(call.parts[0]);
  if (!id) co_return error_response(400, id.error());
  auto body = read_flat_object(call.body);
  if (!body) co_return error_response(400, body.error());
  auto result = co_await resolve_conflict(service, *id, std::move(*body));
  co_return answer(std::move(result));
}
Task<Response> get_errors(Service& service, Call call) {
  co_return answer(errors_view(service, call.query_value("mapping")));
}
Task<Response> post_retry(Service& service, Call call) {
  auto const id = id_of(call.parts[0]);
  if (!id) co_return error_response(400, id.error());
  auto result = co_await retry_error(service, *id);
  co_return answer(std::move(result));
}
Task<Response> get_held(Service& service, Call call) {
  co_return answer(held_view(service, call.query_value("mapping")));
}
Task<Response> post_approve(Service& service, Call call) {
  auto body = read_flat_object(call.body);
  if (!body) co_return error_response(400, body.error());
  auto result = co_await approve_held(service, call.parts[0], (*body)["digest"]);
  co_return answer(std::move(result));
}
Task<Response> post_pause(Service& service, Call call) {
  auto result = co_await set_paused(service, call.parts[0], true);
  co_return answer(std::move(result));
}
Task<Response> post_resume(Service& service, Call call) {
  auto result = co_await set_paused(service, call.parts[0], false);
  co_return answer(std::move(result));
}
Task<Response> get_plan(Service& service, Call call) {
  std::size_t shown = 20;
  auto const text = call.query_value("limit");
  if (!text.empty()) std::from_chars(text.data(), text.data() + text.size(), shown);
  auto result = co_await make_mapping_plan(service, call.parts[0], shown);
  co_return answer(std::move(result));
}
Task<Response> post_apply(Service& service, Call call) {
  auto result = co_await apply_mapping(service, call.parts[0]);
  co_return answer(std::move(result));
}
Task<Response> post_backup(Service& service, Call call) {
  auto body = read_flat_object(call.body);
  if (!body) co_return error_response(400, body.error());
  auto result = co_await make_backup(service, (*body)["path"]);
  co_return answer(std::move(result));
}
Task<Response> post_reload(Service& service, Call) {
  auto result = co_await reload_config(service);
  co_return answer(std::move(result));
}
Task<Response> get_livez(Service&, Call) {
  co_return json_response(200, R"({"live":true})");
}
Task<Response> get_readyz(Service& service, Call) {
  bool const ready = !service.stopping() && !service.store().health().full &&
                     !service.bad_config() && !service.intake().full();
  co_return json_response(ready ? 200 : 503, ready ? R"({"ready":true})" : R"({"ready":false})");
}
Task<Response> get_metrics(Service& service, Call) {
  Response response = json_response(200, metrics_view(service));
  response.headers = {{"Content-Type", "text/plain; version=0.0.4"}};
  co_return response;
}

std::vector<std::string_view> split_path(std::string_view path) {
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    if (path.front() == '/') path.remove_prefix(1);
    auto const end = std::min(path.find('/'), path.size());
    parts.push_back(path.substr(0, end));
    path.remove_prefix(end);
  }
  return parts;
}

// Fills `parts` with the decoded placeholders; false when the path does not fit.
bool fits(Route const& route, std::string_view path, std::vector<std::string>& parts) {
  auto const want = split_path(route.path);
  auto const have = split_path(path);
  if (want.size() != have.size()) return false;
  parts.clear();
  for (std::size_t i = 0; i < want.size(); ++i) {
    if (want[i] != "*") {
      if (want[i] != have[i]) return false;
      continue;
    }
    std::string decoded;
    if (!connectors::http::decode_component(have[i], decoded)) return false;
    parts.push_back(std::move(decoded));
  }
  return true;
}

std::vector<std::pair<std::string, std::string>> parse_query(std::string_view text) {
  std::vector<std::pair<std::string, std::string>> out;
  while (!text.empty()) {
    auto const end = std::min(text.find('&'), text.size());
    auto const one = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    auto const equals = std::min(one.find('='), one.size());
    std::string name, value;
    if (connectors::http::decode_component(one.substr(0, equals), name) &&
        connectors::http::decode_component(one.substr(std::min(equals + 1, one.size())), value))
      out.emplace_back(std::move(name), std::move(value));
  }
  return out;
}

// Group reads; root and the daemon's own user write.
bool may_write(connectors::http::Peer const& peer) {
  return peer.uid && (*peer.uid == 0 || *peer.uid == ::geteuid());
}

Task<Response> dispatch(Service& service, Request request, connectors::http::Peer peer) {
  auto const question = std::min(request.target.find('?'), request.target.size());
  std::string_view const target(request.target);
  auto const path = target.substr(0, question);
  bool known_path = false;
  for (auto const& route : control_routes()) {
    Call call;
    if (!fits(route, path, call.parts)) continue;
    known_path = true;
    if (route.method != request.method) continue;
    if (route.writes && !may_write(peer))
      co_return error_response(403, engine::make_error(Errc::forbidden, "control socket",
                                                       "this user may read but not change",
                                                       "run it as root or as the daemon's user"));
    auto& generation = service.generation();
    if (route.writes && generation.stopping)
      co_return error_response(503, engine::make_error(Errc::locked, "control socket",
                                                       "a reload or the shutdown is under way",
                                                       "try again in a moment"));
    std::optional<GenerationUse> use;
    if (!route.replaces_generation) use.emplace(generation);
    call.method = request.method;
    call.query = parse_query(target.substr(std::min(question + 1, target.size())));
    call.body = std::move(request.body);
    auto response = co_await route.answer(service, std::move(call));
    co_return response;
  }
  co_return error_response(
      known_path ? 405 : 404,
      engine::make_error(known_path ? Errc::unsupported : Errc::not_found, "control socket",
                         "no such call", "see `crmsync --help`"));
}

}  // namespace

std::string_view Call::query_value(std::string_view name) const {
  for (auto const& [key, value] : query)
    if (key == name) return value;
  return {};
}

std::vector<Route> const& control_routes() {
  static std::vector<Route> const routes = {
      {"GET", "/v1/status", false, get_status},
      {"GET", "/v1/records/*/*", false, get_record},
      {"GET", "/v1/conflicts", false, get_conflicts},
      {"GET", "/v1/conflicts/*", false, get_conflict},
      {"POST", "/v1/conflicts/*/resolve", true, post_resolve},
      {"GET", "/v1/errors", false, get_errors},
      {"POST", "/v1/errors/*/retry", true, post_retry},
      {"GET", "/v1/held", false, get_held},
      {"POST", "/v1/mappings/*/approve", true, post_approve},
      {"POST", "/v1/mappings/*/pause", true, post_pause},
      {"POST", "/v1/mappings/*/resume", true, post_resume},
      {"GET", "/v1/mappings/*/plan", false, get_plan},
      {"POST", "/v1/mappings/*/apply", true, post_apply},
      {"POST", "/v1/backup", true, post_backup},
      {"POST", "/v1/reload", true, post_reload, true},
      {"GET", "/livez", false, get_livez},
      {"GET", "/readyz", false, get_readyz},
      {"GET", "/metrics", false, get_metrics},
  };
  return routes;
}

Response json_response(int status, std::string body) {
  Response response;
  response.status = status;
  response.headers = {{"Content-Type", "application/json"}};
  response.body = std::move(body);
  return response;
}

Response error_response(int status, engine::Error const& error) {
  Json json;
  json.begin_object();
  json.member("schema_version", 1u);
  json.key("error");
  json.begin_object();
  json.member("code", engine::to_string(error.code));
  json.member("message", error.message());
  if (!error.hint.empty()) json.member("hint", error.hint);
  json.end_object();
  json.end_object();
  return json_response(status, json.str());
}

connectors::http::Handler control_handler(Service& service) {
  return [&service](Request request, connectors::http::Peer peer) {
    return dispatch(service, std::move(request), std::move(peer));
  };
}

}  // namespace crmsync::daemon
