// SPDX-License-Identifier: Apache-2.0
#include "connectors/simulator/control.hpp"

#include "connectors/simulator/faces/hubspot_errors.hpp"

#include <array>

namespace crmsync::connectors::simulator {
namespace {

struct Verb {
  std::string_view method, name;
  http::Response (*run)(Order const&);
};
constexpr std::array<Verb, 16> kVerbs{{
    {"GET", "stats", show_stats},
    {"DELETE", "stats", reset_stats},
    {"GET", "dump", dump_records},
    {"POST", "records", seed_records},
    {"POST", "edit", edit_record},
    {"POST", "merge", merge_records},
    {"POST", "archive", archive_record},
    {"POST", "restore", restore_record},
    {"POST", "purge", purge_record},
    {"POST", "property", change_schema},
    {"POST", "fault", add_fault},
    {"DELETE", "fault", clear_faults},
    {"POST", "hook", add_hook},
    {"POST", "workflow", add_workflow},
    {"POST", "clock", move_clock},
    {"POST", "token", change_token},
}};

http::Response answer(int status, faces::JsonOut const& json) {
  return {status, {{"Content-Type", "application/json"}}, json.str()};
}

http::Response failure(int status, std::string_view why) {
  faces::JsonOut out;
  out.open().pair("error", why).close();
  return answer(status, out);
}

bool has_token(Service& service, http::Request const& request) {
  auto const* header = http::find_header(request.headers, "Authorization");
  return header && *header == "Bearer " + service.face().state().account.token;
}

}  // namespace

http::Response done(faces::JsonOut const& json) {
  return answer(200, json);
}

http::Response refused(std::string const& why) {
  return failure(400, why);
}

http::Response refused(model::Refusal const& refusal) {
  auto why = refusal.message;
  for (auto const& problem : refusal.problems)
    why += (why.empty() ? "" : "; ") + problem.property + ": " + problem.code;
  return failure(refusal.reason == model::Reason::not_found ? 404 : 400, why);
}

std::string query_value(std::string_view query, std::string_view name) {
  while (!query.empty()) {
    auto const end = std::min(query.find('&'), query.size());
    auto const pair = query.substr(0, end);
    auto const equals = std::min(pair.find('='), pair.size());
    std::string value;
    if (pair.substr(0, equals) == name && equals < pair.size() &&
        http::decode_component(pair.substr(equals + 1), value))
      return value;
    query.remove_prefix(std::min(end + 1, query.size()));
  }
  return {};
}

model::Actor speaker(faces::JsonValue const& body) {
  auto const source = faces::text_or(body, "source", "CRM_UI");
  if (source == "CRM_UI") return {source, "userId:9", "", 9, false, true};
  return {source, faces::text_or(body, "sourceId", "simulator"), "", 0, false, true};
}

http::Response control(Service& service, http::Request const& request, engine::Timestamp now) {
  if (!has_token(service, request)) return failure(401, "the account's token is needed");
  std::string_view rest = std::string_view(request.target).substr(kControlPrefix.size());
  auto const question = std::min(rest.find('?'), rest.size());
  auto const name = rest.substr(0, question);
  auto const query = rest.substr(std::min(question + 1, rest.size()));
  faces::Json json;
  auto const body = request.body.empty() ? std::string_view("{}") : std::string_view(request.body);
  if (auto const offset = faces::Json::parse(body, json))
    return failure(400, "the body is no JSON at offset " + std::to_string(*offset));
  service.crm().advance(service.simulated(now));
  for (auto const& verb : kVerbs)
    if (verb.method == request.method && verb.name == name)
      return verb.run({service, json.root(), query, service.simulated(now)});
  return failure(404, "no such control verb");
}

}  // namespace crmsync::connectors::simulator
