// Writes batches of operations: one transaction per batch, one savepoint per operation,
// compare-and-set on the values that were seen.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/connector.hpp"
#include "connectors/sqlite/layout.hpp"

#include <string>
#include <vector>

namespace crmsync::connectors::sqlite {

// One receipt per operation. A failed Result means that nothing was applied, unless
// maybe_applied is set.
engine::Result<std::vector<Receipt>> apply_batch(Database& database, Layout const& layout,
                                                 EndpointSpec const& spec,
                                                 std::vector<Operation> const& operations,
                                                 engine::Timestamp now);

// The row that a create with this counterpart made; none when there is certainly nothing.
engine::Result<engine::Observation> find_created(Database& database, Layout const& layout,
                                                 EndpointSpec const& spec,
                                                 engine::RecordKey const& counterpart,
                                                 engine::Timestamp now);

}  // namespace crmsync::connectors::sqlite
