// What an admin can change through the control socket.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/task.hpp"
#include "daemon/json_reader.hpp"
#include "engine/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace crmsync::daemon {

class Service;

// Each answers a JSON document on success.
using ActionResult = engine::Result<std::string>;

connectors::Task<ActionResult> set_paused(Service& service, std::string mapping, bool paused);
// Answers to a parked field: take = "app" | "crm" | "value" (with value), or link to a candidate
// (link = key); for a delete against an edit take = "delete" | "keep", for a key that was used
// again take = "same" | "new". Refused when the values moved since they were shown.
connectors::Task<ActionResult> resolve_conflict(Service& service, std::uint64_t id,
                                                FlatObject answer);
connectors::Task<ActionResult> retry_error(Service& service, std::uint64_t id);
connectors::Task<ActionResult> approve_held(Service& service, std::string mapping,
                                            std::string digest);
// Dry round over what is dirty now: counts and the first differences.
connectors::Task<ActionResult> make_mapping_plan(Service& service, std::string mapping,
                                                 std::size_t shown_max);
// Lets a mapping write whose first plan had to be seen.
connectors::Task<ActionResult> apply_mapping(Service& service, std::string mapping);
connectors::Task<ActionResult> make_backup(Service& service, std::string path);
connectors::Task<ActionResult> reload_config(Service& service);

}  // namespace crmsync::daemon
