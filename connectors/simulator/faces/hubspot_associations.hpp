// What single and batch association handlers share.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/simulator/faces/hubspot_batch.hpp"
#include "connectors/simulator/faces/hubspot_inputs.hpp"

namespace crmsync::connectors::simulator::faces {

struct PairLookup {
  model::TypeIndex from = 0;
  model::TypeIndex to = 0;
  std::optional<http::Response> refusal;
};
// The two types a path names.
PairLookup find_pair(Call& call);

// Numbers in the legacy family, texts in the dated one.
void write_id(JsonOut& out, Call const& call, model::RecordId id);
void write_association_type(JsonOut& out, model::AssociationType const& type);
void write_edge(JsonOut& out, Call& call, model::TypeIndex from, model::TypeIndex to,
                model::Edge const& edge);
// Both ends with the labels between them.
std::string pair_json(Call& call, model::TypeIndex from_type, model::RecordId from,
                      model::TypeIndex to_type, model::RecordId to);
// Both ends with the unlabelled type.
std::string default_pair_json(Call& call, model::TypeIndex from_type, model::RecordId from,
                              model::TypeIndex to_type, model::RecordId to);

}  // namespace crmsync::connectors::simulator::faces
