// The window that a CRM without compare-and-set leaves open: found afterwards, in its history.
// Pure. SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/observation.hpp"
#include "mappings/mapping.hpp"

#include <cstddef>
#include <optional>
#include <vector>

namespace crmsync::daemon {

// A value that our write replaced although we had not seen it.
struct Overwritten {
  std::size_t field = 0;
  engine::FieldVersion version;
  engine::FieldValue by;  // canonical value that replaced it; none: the record was deleted
};

// A write that took effect in the CRM.
struct CrmWrite {
  std::vector<std::size_t> fields;  // indexes into mapping.fields
  engine::Record const& sent;       // native
  engine::Record const& consumed;   // what we had read before it; what is absent was never read
  engine::Record const& stored;     // what the answer said is held since; may be silent
  // The CRM's own stamp of the record we had read; none: not known.
  std::optional<engine::Timestamp> read_stamp;
};

// What the history shows between our read and our write. `after`: the record read again after the
// write, with the history of the written fields.
std::vector<Overwritten> find_overwritten(mappings::Mapping const& mapping, CrmWrite const& write,
                                          engine::Observation const& after);

// The same for a record that we deleted: edits that came after what we had read.
std::vector<Overwritten> find_deleted_edits(mappings::Mapping const& mapping,
                                            engine::Record const& consumed,
                                            std::optional<engine::Timestamp> read_stamp,
                                            engine::Observation const& after);

}  // namespace crmsync::daemon
