// SPDX-License-Identifier: Apache-2.0
#include "connectors/simulator/saved_state.hpp"

#include "connectors/simulator/faces/hubspot_inputs.hpp"

namespace crmsync::connectors::simulator {
namespace {

using faces::JsonOut;
using faces::JsonValue;

constexpr std::string_view kOp = "simulator: read data file";

engine::Error invalid(std::string detail) {
  return engine::make_error(engine::Errc::config_invalid, std::string(kOp), std::move(detail),
                            "correct the file given with --data");
}

// ---- writing

void save_properties(JsonOut& out, model::ObjectType const& type) {
  out.key("properties").open_list();
  for (auto const& property : type.properties)
    if (!property.standard && !property.archived) faces::write_property(out, property);
  out.close_list();
}

void save_history(JsonOut& out, model::Crm const& crm, model::ObjectType const& type,
                  model::Record const& record) {
  out.key("history").open_list();
  for (auto const& version : record.history) {
    auto const& property = type.properties[version.property];
    auto const& actor = crm.actor(version.actor);
    if (property.archived) continue;
    out.open()
        .pair("property", property.name)
        .pair("value", version.value)
        .pair("at", model::format_stamp(version.at))
        .pair("sourceType", actor.source_type)
        .pair("sourceId", actor.source_id)
        .pair("sourceLabel", actor.label)
        .count("userId", actor.user_id)
        .close();
  }
  out.close_list();
}

void save_record(JsonOut& out, model::Crm const& crm, model::ObjectType const& type,
                 model::Record const& record) {
  out.open()
      .pair("id", std::to_string(record.now.id))
      .pair("createdAt", model::format_stamp(record.now.created_at))
      .pair("updatedAt", model::format_stamp(record.now.modified_at))
      .count("version", static_cast<std::int64_t>(record.now.version))
      .pair("archived", record.archived);
  if (record.archived) out.pair("archivedAt", model::format_stamp(record.archived_at));
  out.key("absorbed").open_list();
  for (auto const id : record.absorbed) out.text(std::to_string(id));
  out.close_list().key("properties").open();
  for (auto const& [property, value] : record.now.values->all())
    if (!type.properties[property].archived) out.pair(type.properties[property].name, value);
  out.close();
  save_history(out, crm, type, record);
  out.close();
}

void save_type(JsonOut& out, model::Crm& crm, model::TypeIndex index) {
  auto const& type = crm.catalog().type(index);
  out.open().pair("name", type.name).pair("custom", type.custom).pair("label", type.label);
  out.key("required").open_list();
  for (auto const& name : type.create_all_of) out.text(name);
  out.close_list();
  save_properties(out, type);
  out.key("records").open_list();
  for (bool const archived : {false, true})
    for (auto const* record : crm.list(index, 0, SIZE_MAX, archived).records)
      save_record(out, crm, type, *record);
  out.close_list().key("merged").open();
  for (auto const& [old_id, survivor] : crm.merged(index))
    out.pair(std::to_string(old_id), std::to_string(survivor));
  out.close().close();
}

// ---- reading

engine::Timestamp stamp_member(JsonValue const& json, std::string_view name,
                               engine::Timestamp otherwise) {
  auto const text = faces::text_member(json, name);
  auto const at = text ? engine::parse_timestamp(*text) : std::nullopt;
  return at.value_or(otherwise);
}

engine::Status load_properties(model::Crm& crm, model::TypeIndex type, JsonValue const& json,
                               engine::Timestamp now) {
  for (auto const* item : faces::items_member(json, "properties")) {
    model::Property property;
    property.name = faces::text_or(*item, "name", "");
    property.label = property.name;
    property.group = crm.catalog().type(type).groups.front().name;
    property.unique = faces::flag_member(*item, "hasUniqueValue", false);
    property.created_at = stamp_member(*item, "createdAt", now);
    faces::read_definition(*item, property);
    if (auto const* rights = faces::member(*item, "modificationMetadata"))
      property.read_only = faces::flag_member(*rights, "readOnlyValue", false);
    auto const& groups = crm.catalog().type(type).groups;
    if (std::none_of(groups.begin(), groups.end(),
                     [&](auto const& group) { return group.name == property.group; }))
      crm.catalog().add_group(type, {property.group, property.group, 0});
    if (crm.catalog().type(type).find(property.name)) continue;
    auto const created = crm.catalog().create_property(type, std::move(property));
    if (!created) return invalid(created.error().message);
  }
  return {};
}

void load_history(model::Crm& crm, model::ObjectType const& type, JsonValue const& json,
                  model::Record& record) {
  for (auto const* item : faces::items_member(json, "history")) {
    auto const property = type.id_of(faces::text_or(*item, "property", ""));
    if (!property) continue;
    model::Actor const actor{faces::text_or(*item, "sourceType", "IMPORT"),
                             faces::text_or(*item, "sourceId", ""),
                             faces::text_or(*item, "sourceLabel", ""),
                             faces::integer_member(*item, "userId").value_or(0),
                             false,
                             false};
    record.remember({*property, crm.actor_index(actor),
                     stamp_member(*item, "at", record.now.created_at),
                     faces::text_or(*item, "value", "")});
  }
}

void import_record(model::Crm& crm, model::TypeIndex type, JsonValue const& json,
                   model::RecordId id, model::Inputs const& inputs, engine::Timestamp now) {
  auto const& schema = crm.catalog().type(type);
  model::Record record;
  auto const created = stamp_member(json, "createdAt", now);
  auto const version = faces::integer_member(json, "version").value_or(1);
  auto values = std::make_shared<model::Values>();
  for (auto const& [name, value] : inputs)
    if (auto const property = schema.id_of(name); property && value) values->set(*property, *value);
  record.now = {id,
                type,
                static_cast<std::uint64_t>(version),
                created,
                stamp_member(json, "updatedAt", created),
                std::move(values)};
  record.archived = faces::flag_member(json, "archived", false);
  record.archived_at = stamp_member(json, "archivedAt", {});
  for (auto const& text : faces::texts_member(json, "absorbed"))
    if (auto const old_id = faces::parse_record_id(text)) record.absorbed.push_back(*old_id);
  load_history(crm, schema, json, record);
  crm.import_record(std::move(record));
}

engine::Status load_records(model::Crm& crm, model::TypeIndex type, JsonValue const& json,
                            engine::Timestamp now) {
  auto const& name = crm.catalog().type(type).name;
  std::size_t index = 0;
  for (auto const* item : faces::items_member(json, "records")) {
    auto const where = name + " records[" + std::to_string(index++) + "]";
    auto const inputs = faces::property_inputs(*item);
    if (!inputs) return invalid(where + " has no properties");
    if (auto const id = faces::parse_record_id(faces::text_or(*item, "id", ""))) {
      import_record(crm, type, *item, *id, *inputs, now);
      continue;
    }
    auto const created =
        crm.create(type, *inputs, {"IMPORT", "file", "Import", 0, false, true}, now);
    if (created) continue;
    auto why = created.error().message;
    for (auto const& problem : created.error().problems)
      why += " " + problem.property + " " + problem.code;
    return invalid(where + ": " + why);
  }
  if (auto const* merged = faces::member(json, "merged"); merged && merged->IsObject())
    for (auto const& entry : merged->GetObject()) {
      auto const old_id = faces::parse_record_id(entry.name.GetString());
      auto const survivor =
          faces::parse_record_id(faces::text_of(entry.value).value_or(std::string()));
      if (old_id && survivor) crm.import_merge(type, *old_id, *survivor);
    }
  return {};
}

engine::Status load_type(model::Crm& crm, JsonValue const& json, engine::Timestamp now) {
  auto const name = faces::text_or(json, "name", "");
  auto type = crm.catalog().find(name);
  if (!type) {
    model::ObjectType custom;
    custom.name = name;
    custom.label = faces::text_or(json, "label", name);
    custom.create_all_of = faces::texts_member(json, "required");
    custom.created_at = now;
    auto const created = crm.catalog().create_type(std::move(custom));
    if (!created) return invalid("objects: " + created.error().message);
    type = *created;
  }
  if (auto status = load_properties(crm, *type, json, now); !status) return status;
  return load_records(crm, *type, json, now);
}

void load_association(model::Crm& crm, JsonValue const& json) {
  auto const from = crm.catalog().find(faces::text_or(json, "from", ""));
  auto const to = crm.catalog().find(faces::text_or(json, "to", ""));
  auto const from_id = faces::parse_record_id(faces::text_or(json, "fromId", ""));
  auto const to_id = faces::parse_record_id(faces::text_or(json, "toId", ""));
  auto const type = faces::integer_member(json, "type");
  if (!from || !to || !from_id || !to_id) return;
  std::vector<model::AssociationTypeId> types;
  if (type) types.push_back(static_cast<model::AssociationTypeId>(*type));
  crm.associations().connect(*from, *from_id, *to, *to_id, types);
}

}  // namespace

std::string save(model::Crm& crm) {
  JsonOut out;
  out.open().count("version", 1).key("objects").open_list();
  for (model::TypeIndex type = 0; type < crm.catalog().size(); ++type) save_type(out, crm, type);
  out.close_list().key("associations").open_list();
  for (auto const& edge : crm.associations().all())
    out.open()
        .pair("from", crm.catalog().type(edge.from_type).name)
        .pair("fromId", std::to_string(edge.from))
        .pair("to", crm.catalog().type(edge.to_type).name)
        .pair("toId", std::to_string(edge.to))
        .count("type", edge.type)
        .close();
  out.close_list().close();
  return out.str();
}

engine::Status load(model::Crm& crm, std::string_view text, engine::Timestamp now) {
  faces::Json json;
  if (auto const offset = faces::Json::parse(text, json))
    return invalid("it is no JSON at byte " + std::to_string(*offset));
  if (faces::text_or(json.root(), "version", "") != "1") return invalid("`version` must be 1");
  for (auto const* type : faces::items_member(json.root(), "objects"))
    if (auto status = load_type(crm, *type, now); !status) return status;
  for (auto const* edge : faces::items_member(json.root(), "associations"))
    load_association(crm, *edge);
  return {};
}

}  // namespace crmsync::connectors::simulator
