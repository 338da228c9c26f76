// The account itself: who it is, its pipelines, owners, tokens and object schemas.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/simulator/faces/hubspot_errors.hpp"
#include "connectors/simulator/faces/hubspot_render.hpp"
#include "connectors/simulator/faces/hubspot_routes.hpp"

#include <algorithm>
#include <array>

namespace crmsync::connectors::simulator::faces {
namespace {

constexpr std::array<std::string_view, 12> kScopes{"oauth",
                                                   "crm.objects.contacts.read",
                                                   "crm.objects.contacts.write",
                                                   "crm.objects.companies.read",
                                                   "crm.objects.companies.write",
                                                   "crm.objects.deals.read",
                                                   "crm.objects.deals.write",
                                                   "crm.objects.owners.read",
                                                   "crm.objects.custom.read",
                                                   "crm.objects.custom.write",
                                                   "crm.schemas.contacts.read",
                                                   "crm.schemas.contacts.write"};

void write_scopes(JsonOut& out) {
  out.key("scopes").open_list();
  for (auto const scope : kScopes) out.text(scope);
  out.close_list();
}

void write_born(JsonOut& out, Call const& call) {
  auto const at = call.crm().options().started_at;
  write_stamp(out, "createdAt", at);
  write_stamp(out, "updatedAt", at);
}

void write_stages(JsonOut& out, Call const& call, model::Pipeline const& pipeline) {
  out.open_list();
  std::int64_t order = 0;
  for (auto const& stage : pipeline.stages) {
    out.open()
        .pair("id", stage.id)
        .pair("label", stage.label)
        .count("displayOrder", order++)
        .key("metadata")
        .open()
        .pair("probability", stage.probability)
        .pair("isClosed", stage.closed ? "true" : "false")
        .close()
        .pair("archived", false)
        .pair("writePermissions", "CRM_PERMISSIONS_ENFORCEMENT");
    write_born(out, call);
    out.close();
  }
  out.close_list();
}

void write_pipeline(JsonOut& out, Call const& call, model::Pipeline const& pipeline) {
  out.open().pair("id", pipeline.id).pair("label", pipeline.label);
  out.count("displayOrder", 0).pair("archived", false);
  write_born(out, call);
  out.key("stages");
  write_stages(out, call, pipeline);
  out.close();
}

model::Pipeline const* asked_pipeline(Call& call) {
  auto const type = call.crm().catalog().find(call.param("T"));
  if (!type) return nullptr;
  auto const& object = call.crm().catalog().type(*type).name;
  auto const& all = call.crm().catalog().pipelines();
  auto const at = std::ranges::find_if(all, [&](model::Pipeline const& pipeline) {
    return pipeline.object == object && pipeline.id == call.param("pipelineId");
  });
  return at == all.end() ? nullptr : &*at;
}

void write_owner(JsonOut& out, Call const& call, model::Owner const& owner) {
  out.open()
      .pair("id", owner.id)
      .pair("email", owner.email)
      .pair("type", "PERSON")
      .pair("firstName", owner.first_name)
      .pair("lastName", owner.last_name)
      .count("userId", owner.user_id)
      .count("userIdIncludingInactive", owner.user_id)
      .pair("archived", owner.archived);
  write_born(out, call);
  out.close();
}

void write_schema(JsonOut& out, Call& call, model::ObjectType const& type) {
  auto const qualified = call.crm().catalog().qualified_name(type);
  out.open()
      .pair("id", type.type_id)
      .pair("objectTypeId", type.type_id)
      .pair("name", type.name)
      .pair("fullyQualifiedName", qualified)
      .pair("archived", false)
      .key("labels")
      .open()
      .pair("singular", type.label)
      .pair("plural", type.label + "s")
      .close()
      .key("requiredProperties")
      .open_list();
  for (auto const& name : type.create_all_of) out.text(name);
  out.close_list().key("searchableProperties").open_list().close_list();
  out.pair("primaryDisplayProperty",
           type.create_all_of.empty() ? "hs_object_id" : type.create_all_of.front());
  out.key("properties").open_list();
  for (auto const& property : type.properties)
    if (!property.archived) write_property(out, property);
  out.close_list().key("associations").open_list().close_list();
  write_stamp(out, "createdAt", type.created_at);
  write_stamp(out, "updatedAt", type.created_at);
  out.close();
}

model::Property schema_property(JsonValue const& json) {
  model::Property property;
  property.name = text_or(json, "name", "");
  property.label = text_or(json, "label", property.name);
  property.type = model::parse_property_type(text_or(json, "type", "string"))
                      .value_or(model::PropertyType::string);
  property.field_type = text_or(json, "fieldType", "text");
  property.unique = flag_member(json, "hasUniqueValue", false);
  for (auto const* option : items_member(json, "options"))
    property.options.push_back({text_or(*option, "label", ""),
                                text_or(*option, "value", ""),
                                static_cast<std::int32_t>(property.options.size()),
                                false,
                                {}});
  return property;
}

}  // namespace

http::Response list_pipelines(Call& call) {
  auto const [type, refusal] = find_type(call);
  if (!type) return refusal;
  JsonOut out;
  out.open().key("results").open_list();
  for (auto const& pipeline : call.crm().catalog().pipelines())
    if (pipeline.object == call.crm().catalog().type(*type).name)
      write_pipeline(out, call, pipeline);
  out.close_list().close();
  return json_response(200, out);
}

http::Response read_pipeline(Call& call) {
  auto const* pipeline = asked_pipeline(call);
  if (!pipeline) return object_not_found(call);
  JsonOut out;
  write_pipeline(out, call, *pipeline);
  return json_response(200, out);
}

http::Response list_stages(Call& call) {
  auto const* pipeline = asked_pipeline(call);
  if (!pipeline) return object_not_found(call);
  JsonOut out;
  out.open().key("results");
  write_stages(out, call, *pipeline);
  out.close();
  return json_response(200, out);
}

http::Response list_owners(Call& call) {
  auto const email = call.asked("email");
  JsonOut out;
  out.open().key("results").open_list();
  for (auto const& owner : call.crm().catalog().owners())
    if (owner.archived == call.asked_flag("archived") && (!email || owner.email == *email))
      write_owner(out, call, owner);
  out.close_list().close();
  return json_response(200, out);
}

http::Response read_owner(Call& call) {
  bool const by_user = call.asked("idProperty") == "userId";
  for (auto const& owner : call.crm().catalog().owners()) {
    auto const id = by_user ? std::to_string(owner.user_id) : owner.id;
    if (id != call.param("ownerId") || owner.archived != call.asked_flag("archived")) continue;
    JsonOut out;
    write_owner(out, call, owner);
    return json_response(200, out);
  }
  return object_not_found(call);
}

http::Response account_details(Call& call) {
  auto const& account = call.state.account;
  JsonOut out;
  out.open()
      .count("portalId", call.crm().options().portal_id)
      .pair("accountType", account.account_type)
      .pair("timeZone", account.time_zone)
      .pair("companyCurrency", account.currency)
      .key("additionalCurrencies")
      .open_list()
      .close_list()
      .pair("utcOffset", "+00:00")
      .count("utcOffsetMilliseconds", 0)
      .pair("uiDomain", "app.hubspot.com")
      .pair("dataHostingLocation", "eu1")
      .close();
  return json_response(200, out);
}

http::Response private_app_token_info(Call& call) {
  if (text_or(call.body(), "tokenKey", "") != call.state.account.token)
    return object_not_found(call, "No such token");
  JsonOut out;
  out.open()
      .count("userId", call.state.account.user_id)
      .count("hubId", call.crm().options().portal_id)
      .count("appId", call.state.account.app_id);
  write_scopes(out);
  out.close();
  return json_response(200, out);
}

http::Response access_token_info(Call& call) {
  if (call.param("token") != call.state.account.token)
    return object_not_found(call, "No such token");
  JsonOut out;
  out.open()
      .pair("token", call.state.account.token)
      .pair("user", "admin@example.com")
      .pair("hub_domain", "simulated.example.com")
      .pair("token_type", "access")
      .count("expires_in", 1'800)
      .count("user_id", call.state.account.user_id)
      .count("hub_id", call.crm().options().portal_id)
      .count("app_id", call.state.account.app_id);
  write_scopes(out);
  out.close();
  return json_response(200, out);
}

http::Response list_schemas(Call& call) {
  JsonOut out;
  out.open().key("results").open_list();
  auto const& catalog = call.crm().catalog();
  for (model::TypeIndex i = 0; i < catalog.size(); ++i)
    if (catalog.type(i).custom) write_schema(out, call, catalog.type(i));
  out.close_list().close();
  return json_response(200, out);
}

http::Response read_schema(Call& call) {
  auto const type = call.crm().catalog().find(call.param("T"));
  if (!type) return object_not_found(call, "Unable to infer object type from: " + call.param("T"));
  JsonOut out;
  write_schema(out, call, call.crm().catalog().type(*type));
  return json_response(200, out);
}

http::Response create_schema(Call& call) {
  model::ObjectType type;
  type.name = text_or(call.body(), "name", "");
  auto const* labels = member(call.body(), "labels");
  type.label = labels ? text_or(*labels, "singular", type.name) : type.name;
  type.create_all_of = texts_member(call.body(), "requiredProperties");
  type.created_at = call.now;
  for (auto const* json : items_member(call.body(), "properties"))
    type.properties.push_back(schema_property(*json));
  auto const created = call.crm().catalog().create_type(std::move(type));
  if (!created) return error_response(call, error_of(call, created.error()));
  JsonOut out;
  write_schema(out, call, call.crm().catalog().type(*created));
  return json_response(201, out);
}

}  // namespace crmsync::connectors::simulator::faces
