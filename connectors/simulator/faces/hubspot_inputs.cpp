// SPDX-License-Identifier: Apache-2.0
#include "connectors/simulator/faces/hubspot_inputs.hpp"

namespace crmsync::connectors::simulator::faces {
namespace {

struct Target {
  model::TypeIndex type = 0;
  model::RecordId id = 0;
  std::vector<model::AssociationTypeId> types;
};

// Where one entry of `associations` points to. The type of the other side follows from the
// association type, as the body does not name it.
std::optional<Target> association_target(Call& call, model::TypeIndex from,
                                         JsonValue const& entry) {
  Target target;
  auto const* to = member(entry, "to");
  auto const id = to ? parse_record_id(text_or(*to, "id", "")) : std::nullopt;
  target.types = association_types(member(entry, "types"));
  if (!id || target.types.empty()) return std::nullopt;
  target.id = *id;
  for (model::TypeIndex other = 0; other < call.crm().catalog().size(); ++other)
    if (call.crm().associations().find_type(from, other, target.types.front())) {
      target.type = other;
      return target;
    }
  return std::nullopt;
}

ErrorBody invalid_association() {
  ErrorBody error;
  error.message = "One or more associations are not valid";
  error.errors = {{"Association target or type does not exist", "INVALID_ASSOCIATION", {}}};
  return error;
}

}  // namespace

std::optional<model::Inputs> property_inputs(JsonValue const& input) {
  auto const* properties = member(input, "properties");
  if (!properties || !properties->IsObject()) return std::nullopt;
  model::Inputs inputs;
  for (auto const& entry : properties->GetObject()) {
    if (!entry.value.IsNull() && !text_of(entry.value)) return std::nullopt;
    inputs.emplace_back(std::string(entry.name.GetString(), entry.name.GetStringLength()),
                        text_of(entry.value));
  }
  return inputs;
}

UniqueLookup find_unique(Call const& call, model::TypeIndex type, std::string const& name) {
  auto const& schema = call.crm().catalog().type(type);
  auto const property = schema.id_of(name);
  if (property && (schema.properties[*property].unique || call.crm().is_identity(type, *property)))
    return {property, {}};
  ErrorBody error;
  error.message = "Unable to perform operation by non-unique " + schema.type_id + " property " +
                  name + " in portal ID " + std::to_string(call.crm().options().portal_id);
  return {std::nullopt, std::move(error)};
}

Found find_record(Call& call, model::TypeIndex type, std::string_view id,
                  std::optional<std::string> const& id_property) {
  if (id_property) {
    auto unique = find_unique(call, type, *id_property);
    if (!unique.property) return {nullptr, std::move(unique.refusal)};
    return {call.crm().find_by(type, *unique.property, id), std::nullopt};
  }
  auto const record_id = parse_record_id(id);
  return {record_id ? call.crm().find(type, *record_id) : nullptr, std::nullopt};
}

std::vector<model::AssociationTypeId> association_types(JsonValue const* list) {
  std::vector<model::AssociationTypeId> types;
  if (!list || !list->IsArray()) return types;
  for (auto const& item : list->GetArray())
    if (auto const id = integer_member(item, "associationTypeId"))
      types.push_back(static_cast<model::AssociationTypeId>(*id));
  return types;
}

std::optional<ErrorBody> check_associations(Call& call, model::TypeIndex type,
                                            JsonValue const& input) {
  for (auto const* entry : items_member(input, "associations")) {
    auto const target = association_target(call, type, *entry);
    auto const* record = target ? call.crm().find(target->type, target->id) : nullptr;
    if (!record || record->archived) return invalid_association();
  }
  return std::nullopt;
}

std::optional<ErrorBody> apply_associations(Call& call, model::TypeIndex type,
                                            model::RecordId record, JsonValue const& input) {
  for (auto const* entry : items_member(input, "associations")) {
    auto const target = association_target(call, type, *entry);
    if (!target) return invalid_association();
    auto const done = call.crm().associate(type, record, target->type, target->id, target->types,
                                           call.actor(), call.now);
    if (!done) return error_of(call, done.error());
  }
  return std::nullopt;
}

Selection written(model::Inputs const& inputs) {
  Selection selection;
  for (auto const& input : inputs) selection.properties.push_back(input.first);
  return selection;
}

}  // namespace crmsync::connectors::simulator::faces
