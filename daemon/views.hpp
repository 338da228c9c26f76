// What the control socket shows. Each returns one JSON document with schema_version.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/error.hpp"
#include "state/rows.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace crmsync::daemon {

class Service;

inline constexpr std::size_t kViewRowsMax = 1000;  // per answer; more are told by "more": true

// There is no mapping of this name; says which there are.
engine::Error no_mapping(Service& service, std::string_view name);
// What a person may answer to a question.
std::vector<std::string_view> choices_of(state::ParkedRow const& row);

std::string status_view(Service& service);
// Which side a key stands for is found out: app key first, then CRM id.
engine::Result<std::string> record_view(Service& service, std::string_view mapping,
                                        std::string_view key, std::string_view field);
// Without values: those are for who asks for one conflict.
engine::Result<std::string> conflicts_view(Service& service, std::string_view mapping);
engine::Result<std::string> conflict_view(Service& service, std::uint64_t id);
engine::Result<std::string> errors_view(Service& service, std::string_view mapping);
engine::Result<std::string> held_view(Service& service, std::string_view mapping);
// Names exactly the rows that held_view shows; approve() releases only what has this digest.
std::string held_digest(Service& service, std::string_view mapping);
std::string metrics_view(Service& service);

}  // namespace crmsync::daemon
