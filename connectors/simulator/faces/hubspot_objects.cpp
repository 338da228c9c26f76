// One record at a time, and the list.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/simulator/faces/hubspot_inputs.hpp"
#include "connectors/simulator/faces/hubspot_routes.hpp"

#include <algorithm>

namespace crmsync::connectors::simulator::faces {
namespace {

constexpr std::int64_t kListMax = 100;
constexpr std::int64_t kListWithHistoryMax = 50;
constexpr std::int64_t kListDefault = 10;

Selection asked_selection(Call const& call) {
  return {call.asked_list("properties"), call.asked_list("propertiesWithHistory"),
          call.asked_list("associations"), false};
}

http::Response record_response(Call& call, int status, model::TypeIndex type,
                               model::Record const& record, Selection const& selection) {
  JsonOut out;
  out.open();
  write_record(out, call, type, record, selection);
  out.close();
  return json_response(status, out);
}

void write_next(JsonOut& out, Call& call, std::string const& after) {
  auto const path = call.request.target.substr(0, call.request.target.find('?'));
  out.key("paging")
      .open()
      .key("next")
      .open()
      .pair("after", after)
      .pair("link", "https://api.hubapi.com" + path + "?after=" + after)
      .close()
      .close();
}

}  // namespace

http::Response list_objects(Call& call) {
  auto const [type, refusal] = find_type(call);
  if (!type) return refusal;
  auto const selection = asked_selection(call);
  auto const limit_max = selection.history.empty() ? kListMax : kListWithHistoryMax;
  auto const limit =
      model::parse_integer(call.asked("limit").value_or(std::to_string(kListDefault)));
  if (!limit || *limit < 1 || *limit > limit_max)
    return bad_request(call, "limit must be between 1 and " + std::to_string(limit_max));
  auto const after = parse_record_id(call.asked("after").value_or("0"));
  if (!after) return bad_request(call, "after is not a valid offset");
  auto const listing =
      call.crm().list(*type, *after, static_cast<std::size_t>(*limit), call.asked_flag("archived"));
  JsonOut out;
  out.open().key("results").open_list();
  std::vector<model::RecordId> shown;
  for (auto const* record : listing.records) {
    out.open();
    write_record(out, call, *type, *record, selection);
    out.close();
    shown.push_back(record->now.id);
  }
  out.close_list();
  if (listing.more) write_next(out, call, std::to_string(shown.back()));
  out.close();
  for (auto const id : shown) call.crm().reach(model::Moment::after_read, *type, id, call.now);
  return json_response(200, out);
}

http::Response read_object(Call& call) {
  auto const [type, refusal] = find_type(call);
  if (!type) return refusal;
  auto const found = find_record(call, *type, call.param("id"), call.asked("idProperty"));
  if (found.refusal) return error_response(call, *found.refusal);
  if (!found.record || found.record->archived != call.asked_flag("archived"))
    return object_not_found(call);
  auto const id = found.record->now.id;
  auto response = record_response(call, 200, *type, *found.record, asked_selection(call));
  call.crm().reach(model::Moment::after_read, *type, id, call.now);
  return response;
}

http::Response create_object(Call& call) {
  auto const [type, refusal] = find_type(call);
  if (!type) return refusal;
  auto const inputs = property_inputs(call.body());
  if (!inputs) return bad_request(call, "Invalid input JSON: properties is missing");
  if (auto error = check_associations(call, *type, call.body()))
    return error_response(call, *error);
  auto const id = call.crm().create(*type, *inputs, call.actor(), call.now);
  if (!id) return error_response(call, error_of(call, id.error()));
  ++call.state.created;
  if (auto error = apply_associations(call, *type, *id, call.body()))
    return error_response(call, *error);
  Selection selection;
  selection.everything_set = true;
  auto response = record_response(call, 201, *type, *call.crm().find(*type, *id), selection);
  call.crm().reach(model::Moment::after_write, *type, *id, call.now);
  return response;
}

http::Response update_object(Call& call) {
  auto const [type, refusal] = find_type(call);
  if (!type) return refusal;
  auto const inputs = property_inputs(call.body());
  if (!inputs) return bad_request(call, "Invalid input JSON: properties is missing");
  auto const found = find_record(call, *type, call.param("id"), call.asked("idProperty"));
  if (found.refusal) return error_response(call, *found.refusal);
  if (!found.record || found.record->archived) return object_not_found(call);
  auto const id = found.record->now.id;
  call.crm().reach(model::Moment::before_write, *type, id, call.now);
  auto const updated = call.crm().update(*type, id, *inputs, call.actor(), call.now);
  if (!updated) return error_response(call, error_of(call, updated.error()));
  ++call.state.updated;
  auto response =
      record_response(call, 200, *type, *call.crm().find(*type, *updated), written(*inputs));
  call.crm().reach(model::Moment::after_write, *type, *updated, call.now);
  return response;
}

http::Response archive_object(Call& call) {
  auto const [type, refusal] = find_type(call);
  if (!type) return refusal;
  auto const id = parse_record_id(call.param("id"));
  if (!id) return object_not_found(call);
  call.crm().reach(model::Moment::before_write, *type, *id, call.now);
  if (call.crm().archive(*type, *id, call.actor(), call.now)) ++call.state.archived;
  return no_content();
}

http::Response merge_objects(Call& call) {
  auto const [type, refusal] = find_type(call);
  if (!type) return refusal;
  auto const primary = parse_record_id(text_or(call.body(), "primaryObjectId", ""));
  auto const other = parse_record_id(text_or(call.body(), "objectIdToMerge", ""));
  if (!primary || !other)
    return bad_request(call, "primaryObjectId and objectIdToMerge must be record ids");
  auto const survivor = call.crm().merge(*type, *primary, *other, call.actor(), call.now);
  if (!survivor) return error_response(call, error_of(call, survivor.error()));
  Selection selection;
  selection.everything_set = true;
  return record_response(call, 200, *type, *call.crm().find(*type, *survivor), selection);
}

http::Response gdpr_delete(Call& call) {
  auto const [type, refusal] = find_type(call);
  if (!type) return refusal;
  auto const found = find_record(call, *type, text_or(call.body(), "objectId", ""),
                                 text_member(call.body(), "idProperty"));
  if (found.refusal) return error_response(call, *found.refusal);
  if (!found.record) return object_not_found(call);
  call.crm().purge(*type, found.record->now.id, call.actor(), call.now);
  return no_content();
}

}  // namespace crmsync::connectors::simulator::faces
