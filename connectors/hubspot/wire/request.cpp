// SPDX-License-Identifier: Apache-2.0
#include "connectors/hubspot/wire/request.hpp"

#include "connectors/http/message.hpp"
#include "connectors/hubspot/wire/json.hpp"

namespace crmsync::connectors::hubspot::wire {

namespace {

void write_filter(JsonWriter& json, std::string_view property, std::string_view op,
                  std::string_view value) {
  json.begin_object();
  json.pair("propertyName", property).pair("operator", op).pair("value", value);
  json.end_object();
}

std::string joined(std::vector<std::string> const& names) {
  std::string list;
  for (auto const& name : names) {
    if (!list.empty()) list += ',';
    list += http::encode_component(name);
  }
  return list;
}

void write_ids(JsonWriter& json, std::vector<std::string> const& ids) {
  json.key("inputs").begin_array();
  for (auto const& id : ids) json.begin_object().pair("id", id).end_object();
  json.end_array();
}

}  // namespace

std::string_view stamp_property(std::string_view object) noexcept {
  bool const contacts = object == "contacts" || object == "contact" || object == "0-1";
  return contacts ? "lastmodifieddate" : "hs_lastmodifieddate";
}

std::string search_body(SearchFrom const& from, std::string_view stamp,
                        std::vector<std::string> const& properties) {
  JsonWriter json;
  json.begin_object();
  json.key("filterGroups").begin_array().begin_object().key("filters").begin_array();
  write_filter(json, stamp, from.same_instant ? "EQ" : "GTE", std::to_string(from.stamp_ms));
  if (from.same_instant) write_filter(json, "hs_object_id", "GT", from.above_id);
  json.end_array().end_object().end_array();
  json.key("sorts").begin_array().begin_object();
  json.pair("propertyName", from.same_instant ? "hs_object_id" : stamp);
  json.pair("direction", "ASCENDING").end_object().end_array();
  json.key("properties").texts(properties);
  json.key("limit").integer(static_cast<std::int64_t>(kSearchMax));
  json.end_object();
  return json.str();
}

std::string list_query(std::vector<std::string> const& properties, std::string_view after,
                       bool archived) {
  std::string query = "?limit=" + std::to_string(kListMax);
  query += archived ? "&archived=true" : "&archived=false";
  if (!properties.empty()) query += "&properties=" + joined(properties);
  if (!after.empty()) query += "&after=" + http::encode_component(after);
  return query;
}

std::string read_query(std::vector<std::string> const& properties) {
  return properties.empty() ? std::string() : "?properties=" + joined(properties);
}

std::string batch_read_body(BatchRead const& read) {
  JsonWriter json;
  json.begin_object();
  write_ids(json, read.ids);
  if (!read.id_property.empty()) json.pair("idProperty", read.id_property);
  json.key("properties").texts(read.properties);
  json.key("propertiesWithHistory").texts(read.history);
  json.end_object();
  return json.str();
}

std::string batch_write_body(std::vector<WriteInput> const& inputs) {
  JsonWriter json;
  json.begin_object().key("inputs").begin_array();
  for (auto const& input : inputs) {
    json.begin_object().pair("objectWriteTraceId", input.trace_id);
    if (!input.id.empty()) json.pair("id", input.id);
    if (!input.id_property.empty()) json.pair("idProperty", input.id_property);
    json.key("properties").begin_object();
    for (auto const& [name, value] : input.properties) json.pair(name, value);
    json.end_object().end_object();
  }
  json.end_array().end_object();
  return json.str();
}

std::string batch_archive_body(std::vector<std::string> const& ids) {
  JsonWriter json;
  json.begin_object();
  write_ids(json, ids);
  json.end_object();
  return json.str();
}

std::string gdpr_delete_body(std::string_view id) {
  JsonWriter json;
  json.begin_object().pair("objectId", id).end_object();
  return json.str();
}

}  // namespace crmsync::connectors::hubspot::wire
