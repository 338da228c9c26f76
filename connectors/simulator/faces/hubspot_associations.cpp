// Associations v4: one pair at a time, and the labels.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/simulator/faces/hubspot_associations.hpp"

#include "connectors/simulator/faces/hubspot_routes.hpp"

#include <algorithm>

namespace crmsync::connectors::simulator::faces {
namespace {

constexpr std::int64_t kPageMax = 500;

}  // namespace

PairLookup find_pair(Call& call) {
  auto from = find_type(call, "T");
  if (!from.type) return {0, 0, std::move(from.refusal)};
  auto to = find_type(call, "To");
  if (!to.type) return {0, 0, std::move(to.refusal)};
  return {*from.type, *to.type, std::nullopt};
}

void write_id(JsonOut& out, Call const& call, model::RecordId id) {
  if (call.legacy)
    out.number(static_cast<std::int64_t>(id));
  else
    out.text(std::to_string(id));
}

void write_association_type(JsonOut& out, model::AssociationType const& type) {
  out.open().pair("category", type.category).count("typeId", type.id).key("label");
  if (type.label.empty())
    out.null();
  else
    out.text(type.label);
  out.close();
}

void write_edge(JsonOut& out, Call& call, model::TypeIndex from, model::TypeIndex to,
                model::Edge const& edge) {
  out.open().key("toObjectId");
  write_id(out, call, edge.to);
  out.key("associationTypes").open_list();
  for (auto const id : edge.types)
    if (auto const* type = call.crm().associations().find_type(from, to, id))
      write_association_type(out, *type);
  out.close_list().close();
}

std::string pair_json(Call& call, model::TypeIndex from_type, model::RecordId from,
                      model::TypeIndex to_type, model::RecordId to) {
  auto const& catalog = call.crm().catalog();
  JsonOut out;
  out.open().pair("fromObjectTypeId", catalog.type(from_type).type_id).key("fromObjectId");
  write_id(out, call, from);
  out.pair("toObjectTypeId", catalog.type(to_type).type_id).key("toObjectId");
  write_id(out, call, to);
  out.key("labels").open_list();
  for (auto const& edge : call.crm().associations().edges(from_type, from, to_type)) {
    if (edge.to != to) continue;
    for (auto const id : edge.types)
      if (auto const* type = call.crm().associations().find_type(from_type, to_type, id);
          type && !type->label.empty())
        out.text(type->label);
  }
  return out.close_list().close().str();
}

std::string default_pair_json(Call& call, model::TypeIndex from_type, model::RecordId from,
                              model::TypeIndex to_type, model::RecordId to) {
  auto const type = call.crm().associations().default_type(from_type, to_type);
  JsonOut out;
  out.open().key("from").open().pair("id", std::to_string(from)).close();
  out.key("to").open().pair("id", std::to_string(to)).close();
  out.key("associationSpec")
      .open()
      .pair("associationCategory", type.category)
      .count("associationTypeId", type.id)
      .close()
      .close();
  return out.str();
}

http::Response read_association_edges(Call& call) {
  auto const pair = find_pair(call);
  if (pair.refusal) return *pair.refusal;
  auto const id = parse_record_id(call.param("id"));
  auto const* record = id ? call.crm().find(pair.from, *id) : nullptr;
  if (!record || record->archived) return object_not_found(call);
  auto const limit = model::parse_integer(call.asked("limit").value_or("500"));
  auto const after = parse_record_id(call.asked("after").value_or("0"));
  if (!limit || *limit < 1 || *limit > kPageMax || !after)
    return bad_request(call, "limit must be between 1 and 500");
  auto edges = call.crm().associations().edges(pair.from, record->now.id, pair.to);
  std::erase_if(edges, [&](model::Edge const& edge) { return edge.to <= *after; });
  auto const shown = std::min(edges.size(), static_cast<std::size_t>(*limit));
  JsonOut out;
  out.open().key("results").open_list();
  for (std::size_t i = 0; i < shown; ++i) write_edge(out, call, pair.from, pair.to, edges[i]);
  out.close_list();
  if (shown < edges.size())
    out.key("paging")
        .open()
        .key("next")
        .open()
        .pair("after", std::to_string(edges[shown - 1].to))
        .close()
        .close();
  out.close();
  return json_response(200, out);
}

http::Response put_association(Call& call) {
  auto const pair = find_pair(call);
  if (pair.refusal) return *pair.refusal;
  auto const from = parse_record_id(call.param("id"));
  auto const to = parse_record_id(call.param("toId"));
  if (!from || !to) return object_not_found(call);
  auto const types = association_types(&call.body());
  if (types.empty()) return bad_request(call, "At least one association type is needed");
  auto const done =
      call.crm().associate(pair.from, *from, pair.to, *to, types, call.actor(), call.now);
  if (!done) return error_response(call, error_of(call, done.error()));
  return {201,
          {{"Content-Type", "application/json;charset=utf-8"}},
          pair_json(call, pair.from, *from, pair.to, *to)};
}

http::Response put_default_association(Call& call) {
  auto const pair = find_pair(call);
  if (pair.refusal) return *pair.refusal;
  auto const from = parse_record_id(call.param("id"));
  auto const to = parse_record_id(call.param("toId"));
  if (!from || !to) return object_not_found(call);
  auto const done =
      call.crm().associate(pair.from, *from, pair.to, *to, {}, call.actor(), call.now);
  if (!done) return error_response(call, error_of(call, done.error()));
  BatchAnswer answer;
  answer.result(default_pair_json(call, pair.from, *from, pair.to, *to));
  answer.result(default_pair_json(call, pair.to, *to, pair.from, *from));
  return answer.finish(call, 200);
}

http::Response delete_association(Call& call) {
  auto const pair = find_pair(call);
  if (pair.refusal) return *pair.refusal;
  auto const from = parse_record_id(call.param("id"));
  auto const to = parse_record_id(call.param("toId"));
  if (from && to) call.crm().dissociate(pair.from, *from, pair.to, *to, {}, call.actor(), call.now);
  return no_content();
}

http::Response list_association_labels(Call& call) {
  auto const pair = find_pair(call);
  if (pair.refusal) return *pair.refusal;
  JsonOut out;
  out.open().key("results").open_list();
  for (auto const& type : call.crm().associations().types_between(pair.from, pair.to))
    write_association_type(out, type);
  out.close_list().close();
  return json_response(200, out);
}

http::Response create_association_label(Call& call) {
  auto const pair = find_pair(call);
  if (pair.refusal) return *pair.refusal;
  auto const name = text_or(call.body(), "name", "");
  auto const label = text_or(call.body(), "label", "");
  if (name.empty() || label.empty()) return bad_request(call, "name and label must be set");
  auto const type = call.crm().associations().add_label(pair.from, pair.to, name, label,
                                                        text_or(call.body(), "inverseLabel", ""));
  auto const* inverse = call.crm().associations().find_type(pair.to, pair.from, type.inverse);
  JsonOut out;
  out.open().key("results").open_list();
  write_association_type(out, type);
  if (inverse) write_association_type(out, *inverse);
  out.close_list().close();
  return json_response(200, out);
}

}  // namespace crmsync::connectors::simulator::faces
