// What several handlers read from a request in the same way.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/simulator/faces/hubspot_call.hpp"
#include "connectors/simulator/faces/hubspot_errors.hpp"
#include "connectors/simulator/faces/hubspot_render.hpp"

namespace crmsync::connectors::simulator::faces {

// The `properties` object of a create or update; empty when it is not one.
std::optional<model::Inputs> property_inputs(JsonValue const& input);

// A record named by id, or by the value of a unique property.
struct Found {
  model::Record const* record = nullptr;
  std::optional<ErrorBody> refusal;  // idProperty names no unique property
};
Found find_record(Call& call, model::TypeIndex type, std::string_view id,
                  std::optional<std::string> const& id_property);
// The property behind an idProperty, or why it cannot be one.
struct UniqueLookup {
  std::optional<model::PropertyId> property;
  ErrorBody refusal;
};
UniqueLookup find_unique(Call const& call, model::TypeIndex type, std::string const& name);

// Types asked for with a new association: category and id pairs of a JSON array.
std::vector<model::AssociationTypeId> association_types(JsonValue const* list);
// `associations` of a create input, applied to the new record. The first refusal is reported.
std::optional<ErrorBody> apply_associations(Call& call, model::TypeIndex type,
                                            model::RecordId record, JsonValue const& input);
// The same checked before the record exists.
std::optional<ErrorBody> check_associations(Call& call, model::TypeIndex type,
                                            JsonValue const& input);

// Takes over what a property definition names and leaves the rest as it is.
void read_definition(JsonValue const& json, model::Property& property);

// What a write's answer shows: what was written and what every answer carries.
Selection written(model::Inputs const& inputs);

}  // namespace crmsync::connectors::simulator::faces
