// The schema: properties and their groups.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/simulator/faces/hubspot_batch.hpp"
#include "connectors/simulator/faces/hubspot_inputs.hpp"
#include "connectors/simulator/faces/hubspot_render.hpp"
#include "connectors/simulator/faces/hubspot_routes.hpp"

#include <algorithm>

namespace crmsync::connectors::simulator::faces {
namespace {

std::vector<model::Option> read_options(JsonValue const& json) {
  std::vector<model::Option> options;
  for (auto const* item : items_member(json, "options")) {
    model::Option option;
    option.label = text_or(*item, "label", "");
    option.value = text_or(*item, "value", option.label);
    option.description = text_or(*item, "description", "");
    option.hidden = flag_member(*item, "hidden", false);
    option.display_order = static_cast<std::int32_t>(
        integer_member(*item, "displayOrder").value_or(static_cast<std::int64_t>(options.size())));
    options.push_back(std::move(option));
  }
  return options;
}

std::optional<std::string> missing_member(JsonValue const& json) {
  for (auto const* name : {"name", "label", "type", "fieldType", "groupName"})
    if (text_or(json, name, "").empty()) return std::string(name);
  if (!model::parse_property_type(text_or(json, "type", ""))) return "type";
  return std::nullopt;
}

model::Outcome<model::PropertyId> define(Call& call, model::TypeIndex type, JsonValue const& json) {
  if (auto const missing = missing_member(json))
    return model::Refusal{model::Reason::invalid, "Invalid or missing " + *missing, {}, 0};
  model::Property property;
  property.name = text_or(json, "name", "");
  property.unique = flag_member(json, "hasUniqueValue", false);
  property.created_at = call.now;
  read_definition(json, property);
  if (property.type == model::PropertyType::boolean && property.options.empty())
    property.options = {{"True", "true", 0, false, {}}, {"False", "false", 1, false, {}}};
  return call.crm().catalog().create_property(type, std::move(property));
}

http::Response property_response(Call& call, int status, model::TypeIndex type,
                                 model::PropertyId id) {
  JsonOut out;
  write_property(out, call.crm().catalog().type(type).properties[id]);
  return json_response(status, out);
}

http::Response property_not_found(Call& call) {
  return object_not_found(call, "No property named '" + call.param("name") + "' was found");
}

}  // namespace

void read_definition(JsonValue const& json, model::Property& property) {
  property.label = text_or(json, "label", property.label);
  property.description = text_or(json, "description", property.description);
  property.group = text_or(json, "groupName", property.group);
  property.field_type = text_or(json, "fieldType", property.field_type);
  if (auto const type = model::parse_property_type(text_or(json, "type", "")))
    property.type = *type;
  if (member(json, "options")) property.options = read_options(json);
  property.hidden = flag_member(json, "hidden", property.hidden);
  property.form_field = flag_member(json, "formField", property.form_field);
  if (auto const order = integer_member(json, "displayOrder"))
    property.display_order = static_cast<std::int32_t>(*order);
}

http::Response list_properties(Call& call) {
  auto const [type, refusal] = find_type(call);
  if (!type) return refusal;
  bool const archived = call.asked_flag("archived");
  JsonOut out;
  out.open().key("results").open_list();
  for (auto const& property : call.crm().catalog().type(*type).properties)
    if (property.archived == archived) write_property(out, property);
  out.close_list().close();
  return json_response(200, out);
}

http::Response read_property(Call& call) {
  auto const [type, refusal] = find_type(call);
  if (!type) return refusal;
  auto const id = call.crm().catalog().type(*type).id_of(call.param("name"));
  if (!id) return property_not_found(call);
  return property_response(call, 200, *type, *id);
}

http::Response create_property(Call& call) {
  auto const [type, refusal] = find_type(call);
  if (!type) return refusal;
  auto const id = define(call, *type, call.body());
  if (!id) return error_response(call, error_of(call, id.error()));
  return property_response(call, 201, *type, *id);
}

http::Response change_property(Call& call) {
  auto const [type, refusal] = find_type(call);
  if (!type) return refusal;
  auto const* current = call.crm().catalog().type(*type).find(call.param("name"));
  if (!current) return property_not_found(call);
  if (current->standard) return bad_request(call, "This property's definition is read only");
  auto changed = *current;
  read_definition(call.body(), changed);
  changed.updated_at = call.now;
  auto const id =
      call.crm().catalog().change_property(*type, call.param("name"), std::move(changed));
  if (!id) return error_response(call, error_of(call, id.error()));
  return property_response(call, 200, *type, *id);
}

http::Response archive_property(Call& call) {
  auto const [type, refusal] = find_type(call);
  if (!type) return refusal;
  auto const* current = call.crm().catalog().type(*type).find(call.param("name"));
  if (!current) return property_not_found(call);
  if (current->standard) return bad_request(call, "This property cannot be archived");
  call.crm().catalog().archive_property(*type, call.param("name"), call.now);
  return no_content();
}

http::Response batch_create_properties(Call& call) {
  auto const [type, refusal] = find_type(call);
  if (!type) return refusal;
  BatchAnswer answer;
  for (auto const* input : items_member(call.body(), "inputs")) {
    auto const id = define(call, *type, *input);
    if (!id) {
      auto error = error_of(call, id.error());
      error.context.push_back({"name", {text_or(*input, "name", "")}});
      answer.error(error);
      continue;
    }
    JsonOut out;
    write_property(out, call.crm().catalog().type(*type).properties[*id]);
    answer.result(out.str());
  }
  return answer.finish(call, call.legacy ? 201 : 200);
}

http::Response batch_read_properties(Call& call) {
  auto const [type, refusal] = find_type(call);
  if (!type) return refusal;
  BatchAnswer answer;
  std::vector<std::string> missing;
  for (auto const* input : items_member(call.body(), "inputs")) {
    auto const name = text_or(*input, "name", "");
    auto const* property = call.crm().catalog().type(*type).find(name);
    if (!property) {
      missing.push_back(name);
      continue;
    }
    JsonOut out;
    write_property(out, *property);
    answer.result(out.str());
  }
  if (!missing.empty()) {
    ErrorBody error;
    error.category = "OBJECT_NOT_FOUND";
    error.message = "Some properties do not exist";
    error.context = {{"name", missing}};
    answer.error(error);
  }
  return answer.finish(call, 200);
}

http::Response list_property_groups(Call& call) {
  auto const [type, refusal] = find_type(call);
  if (!type) return refusal;
  JsonOut out;
  out.open().key("results").open_list();
  for (auto const& group : call.crm().catalog().type(*type).groups)
    out.open()
        .pair("name", group.name)
        .pair("label", group.label)
        .count("displayOrder", group.display_order)
        .pair("archived", false)
        .close();
  out.close_list().close();
  return json_response(200, out);
}

http::Response create_property_group(Call& call) {
  auto const [type, refusal] = find_type(call);
  if (!type) return refusal;
  model::Group group;
  group.name = text_or(call.body(), "name", "");
  group.label = text_or(call.body(), "label", group.name);
  if (group.name.empty()) return bad_request(call, "Invalid or missing name");
  JsonOut out;
  out.open()
      .pair("name", group.name)
      .pair("label", group.label)
      .count("displayOrder", group.display_order)
      .pair("archived", false)
      .close();
  if (call.crm().catalog().add_group(*type, group)) return json_response(201, out);
  ErrorBody error;
  error.status = 409;
  error.category = "CONFLICT";
  error.message = "A property group named '" + group.name + "' already exists";
  return error_response(call, error);
}

}  // namespace crmsync::connectors::simulator::faces
