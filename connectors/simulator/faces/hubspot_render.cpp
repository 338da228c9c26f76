// SPDX-License-Identifier: Apache-2.0
#include "connectors/simulator/faces/hubspot_render.hpp"

#include "connectors/simulator/model/reading.hpp"

#include <algorithm>
#include <set>

namespace crmsync::connectors::simulator::faces {
namespace {

constexpr std::size_t kInlineAssociationsMax = 100;

// The three that every answer carries.
std::vector<std::string> always(model::ObjectType const& type) {
  auto const* created = type.find("createdate") ? "createdate" : "hs_createdate";
  return {created, "hs_object_id", type.modified_property};
}

std::set<std::string> names_to_show(model::ObjectType const& type, model::Snapshot const& snapshot,
                                    Selection const& selection) {
  auto const fixed = always(type);
  std::set<std::string> names(fixed.begin(), fixed.end());
  bool const defaults = selection.properties.empty() && selection.history.empty();
  auto const& asked = defaults ? type.default_properties : selection.properties;
  names.insert(asked.begin(), asked.end());
  if (selection.everything_set)
    for (auto const& [property, value] : snapshot.values->all())
      if (!type.properties[property].archived) names.insert(type.properties[property].name);
  return names;
}

void write_properties(JsonOut& out, Call& call, model::ObjectType const& type,
                      model::Snapshot const& snapshot, Selection const& selection) {
  out.key("properties").open();
  for (auto const& name : names_to_show(type, snapshot, selection)) {
    auto const property = type.id_of(name);
    if (!property) continue;
    auto const value = model::read(snapshot, type, call.crm().catalog(), *property);
    out.key(name);
    if (value)
      out.text(*value);
    else
      out.null();
  }
  out.close();
}

void write_version(JsonOut& out, Call& call, model::Property const& property,
                   model::Version const& version) {
  auto const& actor = call.crm().actor(version.actor);
  out.open()
      .pair("value", epoch_form(property, version.value))
      .pair("timestamp", model::format_stamp(version.at))
      .pair("sourceType", actor.source_type)
      .pair("sourceId", actor.source_id);
  if (!actor.label.empty()) out.pair("sourceLabel", actor.label);
  if (actor.user_id != 0) out.count("updatedByUserId", actor.user_id);
  out.close();
}

void write_history(JsonOut& out, Call& call, model::ObjectType const& type,
                   model::Record const& record, std::vector<std::string> const& names) {
  out.key("propertiesWithHistory").open();
  for (auto const& name : std::set<std::string>(names.begin(), names.end())) {
    auto const property = type.id_of(name);
    if (!property) continue;
    out.key(name).open_list();
    for (auto at = record.history.rbegin(); at != record.history.rend(); ++at)
      if (at->property == *property) write_version(out, call, type.properties[*property], *at);
    out.close_list();
  }
  out.close();
}

void write_associated(JsonOut& out, Call& call, model::TypeIndex from, model::Record const& record,
                      model::TypeIndex to) {
  auto const edges = call.crm().associations().edges(from, record.now.id, to);
  out.open().key("results").open_list();
  for (std::size_t i = 0; i < std::min(edges.size(), kInlineAssociationsMax); ++i)
    for (auto const id : edges[i].types) {
      auto const* type = call.crm().associations().find_type(from, to, id);
      out.open().pair("id", std::to_string(edges[i].to));
      out.pair("type", type ? type->name : "unlabeled").close();
    }
  out.close_list();
  if (edges.size() > kInlineAssociationsMax)
    out.key("paging")
        .open()
        .key("next")
        .open()
        .pair("after", std::to_string(edges[kInlineAssociationsMax - 1].to))
        .close()
        .close();
  out.close();
}

void write_associations(JsonOut& out, Call& call, model::TypeIndex type,
                        model::Record const& record, std::vector<std::string> const& names) {
  out.key("associations").open();
  for (auto const& name : std::set<std::string>(names.begin(), names.end())) {
    auto const to = call.crm().catalog().find(name);
    if (!to || call.crm().associations().edges(type, record.now.id, *to).empty()) continue;
    out.key(call.crm().catalog().type(*to).name);
    write_associated(out, call, type, record, *to);
  }
  out.close();
}

void write_head(JsonOut& out, Call& call, model::ObjectType const& type,
                model::Snapshot const& snapshot, Selection const& selection) {
  out.pair("id", std::to_string(snapshot.id));
  write_properties(out, call, type, snapshot, selection);
  write_stamp(out, "createdAt", snapshot.created_at);
  write_stamp(out, "updatedAt", snapshot.modified_at);
}

}  // namespace

void write_stamp(JsonOut& out, std::string_view name, engine::Timestamp at) {
  out.pair(name, model::format_stamp(at));
}

std::string epoch_form(model::Property const& property, std::string const& value) {
  if (value.empty()) return value;
  if (property.type == model::PropertyType::datetime)
    if (auto const at = engine::parse_timestamp(value)) return std::to_string(at->micros / 1'000);
  if (property.type == model::PropertyType::date)
    if (auto const date = engine::parse_date(value))
      return std::to_string(engine::days_from_epoch(*date) * 86'400'000);
  return value;
}

void write_record(JsonOut& out, Call& call, model::TypeIndex type, model::Record const& record,
                  Selection const& selection) {
  auto const& schema = call.crm().catalog().type(type);
  write_head(out, call, schema, record.now, selection);
  out.pair("archived", record.archived);
  if (record.archived) write_stamp(out, "archivedAt", record.archived_at);
  if (!selection.history.empty()) write_history(out, call, schema, record, selection.history);
  if (!selection.associations.empty())
    write_associations(out, call, type, record, selection.associations);
}

void write_snapshot(JsonOut& out, Call& call, model::TypeIndex type,
                    model::Snapshot const& snapshot, Selection const& selection) {
  out.open();
  write_head(out, call, call.crm().catalog().type(type), snapshot, selection);
  out.pair("archived", false).close();
}

void write_property(JsonOut& out, model::Property const& property) {
  bool const computed = property.calculation != model::Calculation::none;
  out.open();
  write_stamp(out, "createdAt", property.created_at);
  write_stamp(out, "updatedAt", property.updated_at);
  out.pair("name", property.name)
      .pair("label", property.label)
      .pair("type", model::to_string(property.type))
      .pair("fieldType", property.field_type)
      .pair("description", property.description)
      .pair("groupName", property.group)
      .key("options")
      .open_list();
  for (auto const& option : property.options)
    out.open()
        .pair("label", option.label)
        .pair("value", option.value)
        .pair("description", option.description)
        .count("displayOrder", option.display_order)
        .pair("hidden", option.hidden)
        .close();
  out.close_list()
      .count("displayOrder", property.display_order)
      .pair("calculated", computed)
      .pair("externalOptions", property.external != model::External::none)
      .pair("hasUniqueValue", property.unique)
      .pair("hidden", property.hidden)
      .pair("hubspotDefined", property.standard)
      .pair("formField", property.form_field)
      .pair("dataSensitivity", "non_sensitive")
      .pair("archived", property.archived);
  if (property.external == model::External::owner) out.pair("referencedObjectType", "OWNER");
  if (property.archived) write_stamp(out, "archivedAt", property.archived_at);
  out.key("modificationMetadata")
      .open()
      .pair("archivable", !property.standard)
      .pair("readOnlyDefinition", property.standard)
      .pair("readOnlyOptions", property.standard)
      .pair("readOnlyValue", property.read_only || computed)
      .close()
      .close();
}

}  // namespace crmsync::connectors::simulator::faces
