// SPDX-License-Identifier: Apache-2.0
#include "connectors/simulator/faces/hubspot_errors.hpp"

namespace crmsync::connectors::simulator::faces {
namespace {

void write_context(JsonOut& out, Context const& context) {
  out.key("context").open();
  for (auto const& [name, values] : context) {
    out.key(name).open_list();
    for (auto const& value : values) out.text(value);
    out.close_list();
  }
  out.close();
}

void write_details(JsonOut& out, std::vector<ErrorDetail> const& errors) {
  out.key("errors").open_list();
  for (auto const& error : errors) {
    out.open().pair("message", error.message);
    if (!error.code.empty()) out.pair("code", error.code);
    if (!error.context.empty()) write_context(out, error.context);
    out.close();
  }
  out.close_list();
}

// The list inside the brackets is JSON of its own, inside a text.
std::string validation_message(Call const& call, std::vector<model::Problem> const& problems) {
  JsonOut list;
  list.open_list();
  for (auto const& problem : problems)
    list.open()
        .pair("isValid", false)
        .pair("message", problem.message)
        .pair("error", problem.code)
        .pair("name", problem.property)
        .pair("localizedErrorMessage", problem.message)
        .count("portalId", call.crm().options().portal_id)
        .close();
  list.close_list();
  return "Property values were not valid: " + list.str();
}

}  // namespace

std::string correlation_id(HubspotState& state) {
  static constexpr char digits[] = "0123456789abcdef";
  std::string id;
  for (int i = 0; i < 32; ++i) {
    if (i == 8 || i == 12 || i == 16 || i == 20) id += '-';
    id += i == 12 ? '4' : digits[state.correlation.below(16)];
  }
  return id;
}

http::Response error_response(Call& call, ErrorBody const& error) {
  JsonOut out;
  out.open()
      .pair("status", "error")
      .pair("message", error.message)
      .pair("correlationId", correlation_id(call.state));
  if (!error.context.empty()) write_context(out, error.context);
  if (!error.errors.empty()) write_details(out, error.errors);
  out.pair("category", error.category);
  for (auto const& [name, value] : error.extra) out.pair(name, value);
  out.close();
  return json_response(error.status, out);
}

http::Response bad_request(Call& call, std::string message) {
  ErrorBody error;
  error.message = std::move(message);
  return error_response(call, error);
}

http::Response object_not_found(Call& call, std::string_view what) {
  ErrorBody error;
  error.status = 404;
  error.category = "OBJECT_NOT_FOUND";
  error.message = what;
  return error_response(call, error);
}

ErrorBody error_of(Call const& call, model::Refusal const& refusal) {
  ErrorBody error;
  error.message = refusal.message;
  switch (refusal.reason) {
    case model::Reason::not_found:
      error.status = 404;
      error.category = "OBJECT_NOT_FOUND";
      break;
    case model::Reason::conflict:
      error.status = 409;
      error.category = "CONFLICT";
      break;
    case model::Reason::invalid:
    case model::Reason::missing:
    case model::Reason::limit:
      break;
  }
  if (refusal.problems.empty()) return error;
  error.message = validation_message(call, refusal.problems);
  for (auto const& problem : refusal.problems)
    error.errors.push_back({problem.message, problem.code, {{"propertyName", {problem.property}}}});
  return error;
}

void write_batch_error(JsonOut& out, ErrorBody const& error) {
  out.open().pair("status", "error").pair("category", error.category);
  out.pair("message", error.message);
  write_context(out, error.context);
  if (!error.errors.empty()) write_details(out, error.errors);
  out.close();
}

}  // namespace crmsync::connectors::simulator::faces
