// Records and definitions as the vendor's JSON.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/simulator/faces/hubspot_call.hpp"

namespace crmsync::connectors::simulator::faces {

// Which parts of a record an answer shows.
struct Selection {
  std::vector<std::string> properties;  // unknown names are left out without a word
  std::vector<std::string> history;
  std::vector<std::string> associations;  // of a single record or a list only
  bool everything_set = false;            // also whatever has a value
};

// Writes the members of a record without its braces, so that a caller can add its own.
void write_record(JsonOut& out, Call& call, model::TypeIndex type, model::Record const& record,
                  Selection const& selection);
// A search hit: what the index holds, which may be older than the record.
void write_snapshot(JsonOut& out, Call& call, model::TypeIndex type,
                    model::Snapshot const& snapshot, Selection const& selection);
void write_property(JsonOut& out, model::Property const& property);
void write_stamp(JsonOut& out, std::string_view name, engine::Timestamp at);

// History and webhooks show times as milliseconds, everything else as ISO 8601.
std::string epoch_form(model::Property const& property, std::string const& value);

}  // namespace crmsync::connectors::simulator::faces
