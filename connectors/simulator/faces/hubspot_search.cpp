// SPDX-License-Identifier: Apache-2.0
#include "connectors/simulator/faces/hubspot_errors.hpp"
#include "connectors/simulator/faces/hubspot_render.hpp"
#include "connectors/simulator/faces/hubspot_routes.hpp"

namespace crmsync::connectors::simulator::faces {
namespace {

constexpr std::size_t kBodyMax = 3'000;
constexpr std::size_t kGroupsMax = 5;
constexpr std::size_t kFiltersPerGroupMax = 6;
constexpr std::size_t kFiltersMax = 18;
constexpr std::int64_t kPageMax = 200;
constexpr std::int64_t kWall = 10'000;  // results of one query that can be reached

using Complaint = std::optional<std::string>;

Complaint read_filter(JsonValue const& json, model::Filter& filter) {
  filter.property = text_or(json, "propertyName", "");
  auto const op = model::parse_operator(text_or(json, "operator", ""));
  if (filter.property.empty() || !op) return "A filter needs propertyName and a known operator";
  filter.op = *op;
  filter.value = text_or(json, "value", "");
  filter.high_value = text_or(json, "highValue", "");
  filter.values = texts_member(json, "values");
  bool const has_value = member(json, "value") != nullptr;
  switch (filter.op) {
    case model::Operator::has_property:
    case model::Operator::not_has_property:
      if (has_value) return "value must not be set for HAS_PROPERTY and NOT_HAS_PROPERTY";
      return std::nullopt;
    case model::Operator::in:
    case model::Operator::not_in:
      if (filter.values.empty()) return "values must be set for IN and NOT_IN";
      return std::nullopt;
    case model::Operator::between:
      if (!has_value || filter.high_value.empty()) return "BETWEEN needs value and highValue";
      return std::nullopt;
    case model::Operator::eq:
    case model::Operator::neq:
    case model::Operator::lt:
    case model::Operator::lte:
    case model::Operator::gt:
    case model::Operator::gte:
    case model::Operator::contains_token:
    case model::Operator::not_contains_token:
      break;
  }
  if (!has_value) return "value must be set for property '" + filter.property + "'";
  return std::nullopt;
}

Complaint read_groups(JsonValue const& body, model::Query& query) {
  auto const groups = items_member(body, "filterGroups");
  if (groups.size() > kGroupsMax) return "There may be at most 5 filterGroups";
  std::size_t total = 0;
  for (auto const* group : groups) {
    auto const filters = items_member(*group, "filters");
    total += filters.size();
    if (filters.empty() || filters.size() > kFiltersPerGroupMax)
      return "A filterGroup may hold at most 6 filters";
    auto& place = query.groups.emplace_back();
    for (auto const* json : filters)
      if (auto complaint = read_filter(*json, place.emplace_back())) return complaint;
  }
  if (total > kFiltersMax) return "There may be at most 18 filters in total";
  return std::nullopt;
}

// An object with propertyName and direction, or "-name".
Complaint read_sort(JsonValue const& body, model::Query& query) {
  auto const sorts = items_member(body, "sorts");
  if (sorts.size() > 1) return "Only one sort is supported";
  if (sorts.empty()) return std::nullopt;
  model::Sort sort;
  if (auto text = text_of(*sorts.front())) {
    sort.descending = text->starts_with('-');
    sort.property = text->substr(sort.descending ? 1 : 0);
  } else {
    sort.property = text_or(*sorts.front(), "propertyName", "");
    sort.descending = text_or(*sorts.front(), "direction", "ASCENDING") == "DESCENDING";
  }
  query.sort = std::move(sort);
  return std::nullopt;
}

Complaint read_page(JsonValue const& body, model::Query& query) {
  auto const limit = model::parse_integer(text_or(body, "limit", "10"));
  auto after_text = text_or(body, "after", "0");
  if (after_text.empty()) after_text = "0";
  auto const after = model::parse_integer(after_text);
  if (!limit || *limit < 0 || *limit > kPageMax) return "limit may be at most 200";
  if (!after || *after < 0) return "after is not a valid offset";
  if (*after >= kWall || *after + *limit > kWall)
    return "Paging beyond 10000 results is not possible: narrow the filters";
  query.offset = static_cast<std::size_t>(*after);
  query.limit = static_cast<std::size_t>(*limit);
  return std::nullopt;
}

}  // namespace

http::Response search_objects(Call& call) {
  auto const [type, refusal] = find_type(call);
  if (!type) return refusal;
  if (call.request.body.size() > kBodyMax)
    return bad_request(call, "The request body may be at most 3000 characters long");
  model::Query query;
  query.text = text_or(call.body(), "query", "");
  for (auto const read : {read_groups, read_sort, read_page})
    if (auto complaint = read(call.body(), query)) return bad_request(call, std::move(*complaint));
  if (auto problem = model::check(query, call.crm().catalog().type(*type))) {
    ErrorBody error;
    error.message = "There was a problem with the request.";
    error.errors = {{problem->message, "INVALID_FILTER", {{"propertyName", {problem->property}}}}};
    return error_response(call, error);
  }
  auto const hits = call.crm().search(*type, query);
  Selection const selection{texts_member(call.body(), "properties"), {}, {}, false};
  JsonOut out;
  out.open().count("total", static_cast<std::int64_t>(hits.total)).key("results").open_list();
  for (auto const& hit : hits.page) write_snapshot(out, call, *type, hit, selection);
  out.close_list();
  auto const end = query.offset + hits.page.size();
  if (end < hits.total && !hits.page.empty())
    out.key("paging").open().key("next").open().pair("after", std::to_string(end)).close().close();
  out.close();
  for (auto const& hit : hits.page)
    call.crm().reach(model::Moment::after_read, *type, hit.id, call.now);
  return json_response(200, out);
}

}  // namespace crmsync::connectors::simulator::faces
