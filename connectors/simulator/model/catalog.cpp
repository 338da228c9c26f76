// SPDX-License-Identifier: Apache-2.0
#include "connectors/simulator/model/catalog.hpp"

#include "connectors/simulator/model/standard.hpp"

#include <algorithm>

namespace crmsync::connectors::simulator::model {
namespace {

bool is_property_name(std::string_view name) {
  auto const lower = [](char c) { return c >= 'a' && c <= 'z'; };
  auto const allowed = [&](char c) { return lower(c) || (c >= '0' && c <= '9') || c == '_'; };
  return !name.empty() && name.size() <= 100 && lower(name.front()) &&
         std::ranges::all_of(name, allowed);
}

Refusal invalid_definition(std::string message) {
  return {Reason::invalid, std::move(message), {}, 0};
}

// Which widgets a type may have.
bool fits(PropertyType type, std::string_view field) {
  auto const one_of = [&](std::initializer_list<std::string_view> names) {
    return std::ranges::find(names, field) != names.end();
  };
  switch (type) {
    case PropertyType::string:
      return one_of({"text", "textarea", "html", "file", "phonenumber", "select"});
    case PropertyType::number:
      return one_of({"number", "text"});
    case PropertyType::boolean:
      return one_of({"booleancheckbox"});
    case PropertyType::date:
    case PropertyType::datetime:
      return one_of({"date"});
    case PropertyType::enumeration:
      return one_of({"select", "radio", "checkbox", "booleancheckbox"});
    case PropertyType::phone_number:
      return one_of({"phonenumber", "text"});
  }
  return false;
}

std::size_t count_if_live(ObjectType const& type, auto predicate) {
  return static_cast<std::size_t>(std::ranges::count_if(
      type.properties, [&](Property const& p) { return !p.archived && predicate(p); }));
}

}  // namespace

Property const* ObjectType::find(std::string_view wanted) const noexcept {
  auto const id = id_of(wanted);
  return id ? &properties[*id] : nullptr;
}

std::optional<PropertyId> ObjectType::id_of(std::string_view wanted) const noexcept {
  auto const at = names.find(wanted);
  if (at == names.end()) return std::nullopt;
  return at->second;
}

Catalog::Catalog(std::int64_t portal_id, engine::Timestamp created_at)
    : portal_id_(portal_id),
      types_(standard_types()),
      pipelines_(standard_pipelines()),
      owners_(standard_owners()) {
  for (TypeIndex index = 0; index < types_.size(); ++index) {
    types_[index].created_at = created_at;
    for (auto& property : standard_properties(types_[index].name)) {
      property.created_at = property.updated_at = created_at;
      property.group = types_[index].groups.front().name;
      add(index, std::move(property));
    }
  }
}

std::optional<TypeIndex> Catalog::find(std::string_view name) const noexcept {
  for (TypeIndex index = 0; index < types_.size(); ++index) {
    auto const& type = types_[index];
    if (name == type.name || name == type.type_id || name == type.singular) return index;
    if (type.custom && name == qualified_name(type)) return index;
  }
  return std::nullopt;
}

std::string Catalog::qualified_name(ObjectType const& type) const {
  return type.custom ? "p" + std::to_string(portal_id_) + "_" + type.name : type.name;
}

void Catalog::add(TypeIndex type, Property property) {
  auto& owner = types_[type];
  owner.names[property.name] = static_cast<PropertyId>(owner.properties.size());
  owner.properties.push_back(std::move(property));
}

Outcome<PropertyId> Catalog::create_property(TypeIndex type, Property property) {
  auto& owner = types_[type];
  if (!is_property_name(property.name))
    return invalid_definition("Property name '" + property.name + "' is not allowed");
  if (owner.find(property.name))
    return Refusal{
        Reason::conflict, "A property named '" + property.name + "' already exists.", {}, 0};
  if (!fits(property.type, property.field_type))
    return invalid_definition("fieldType '" + property.field_type + "' does not fit type '" +
                              std::string(to_string(property.type)) + "'");
  if (std::ranges::none_of(owner.groups, [&](auto& g) { return g.name == property.group; }))
    return invalid_definition("Property group '" + property.group + "' does not exist");
  if (property.unique &&
      count_if_live(owner, [](auto& p) { return p.unique; }) >= kUniquePropertiesMax)
    return Refusal{Reason::limit, "This object type already has 10 unique properties", {}, 0};
  if (count_if_live(owner, [](auto& p) { return !p.standard; }) >= kCustomPropertiesMax)
    return Refusal{Reason::limit, "This object type already has 1000 custom properties", {}, 0};
  property.updated_at = property.created_at;
  add(type, std::move(property));
  return static_cast<PropertyId>(owner.properties.size() - 1);
}

Outcome<PropertyId> Catalog::change_property(TypeIndex type, std::string_view name,
                                             Property changed) {
  auto& owner = types_[type];
  auto const id = owner.id_of(name);
  if (!id) return Refusal{Reason::not_found, "No property " + std::string(name), {}, 0};
  auto& property = owner.properties[*id];
  if (!fits(changed.type, changed.field_type))
    return invalid_definition("fieldType '" + changed.field_type + "' does not fit type '" +
                              std::string(to_string(changed.type)) + "'");
  property.label = std::move(changed.label);
  property.description = std::move(changed.description);
  property.group = std::move(changed.group);
  property.type = changed.type;
  property.field_type = std::move(changed.field_type);
  property.options = std::move(changed.options);
  property.display_order = changed.display_order;
  property.hidden = changed.hidden;
  property.form_field = changed.form_field;
  property.read_only = changed.read_only;
  property.updated_at = changed.updated_at;
  return *id;
}

bool Catalog::archive_property(TypeIndex type, std::string_view name, engine::Timestamp now) {
  auto& owner = types_[type];
  auto const at = owner.names.find(name);
  if (at == owner.names.end()) return false;
  auto& property = owner.properties[at->second];
  property.archived = true;
  property.archived_at = property.updated_at = now;
  owner.names.erase(at);
  return true;
}

Outcome<TypeIndex> Catalog::create_type(ObjectType type) {
  if (!is_property_name(type.name))
    return invalid_definition("Object name '" + type.name + "' is not allowed");
  if (find(type.name))
    return Refusal{Reason::conflict, "Object type '" + type.name + "' already exists", {}, 0};
  auto const index = static_cast<TypeIndex>(types_.size());
  type.type_id = "2-" + std::to_string(3'400'000 + index);
  if (type.singular.empty()) type.singular = type.name;
  type.modified_property = "hs_lastmodifieddate";
  type.default_properties = {"hs_createdate", "hs_lastmodifieddate", "hs_object_id"};
  type.custom = true;
  type.groups = {{type.name + "_information", type.label + " information", 0}};
  auto own = std::move(type.properties);
  type.properties.clear();
  type.names.clear();
  auto const created_at = type.created_at;
  auto const group = type.groups.front().name;
  types_.push_back(std::move(type));
  auto all = standard_properties(types_.back().name);
  std::ranges::move(own, std::back_inserter(all));
  for (auto& property : all) {
    if (property.group.empty()) property.group = group;
    property.created_at = property.updated_at = created_at;
    if (!types_.back().find(property.name)) add(index, std::move(property));
  }
  return index;
}

bool Catalog::add_group(TypeIndex type, Group group) {
  auto& groups = types_[type].groups;
  if (std::ranges::any_of(groups, [&](auto& g) { return g.name == group.name; })) return false;
  groups.push_back(std::move(group));
  return true;
}

Stage const* Catalog::find_stage(std::string_view id) const noexcept {
  for (auto const& pipeline : pipelines_)
    for (auto const& stage : pipeline.stages)
      if (stage.id == id) return &stage;
  return nullptr;
}

}  // namespace crmsync::connectors::simulator::model
