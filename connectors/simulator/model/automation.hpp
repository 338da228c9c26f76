// What edits records besides us: workflows of the account, and a person's edit that a test places
// at an exact point of a request.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/simulator/model/record.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace crmsync::connectors::simulator::model {

using Inputs = std::vector<std::pair<std::string, std::optional<std::string>>>;

// After a write by anybody but a workflow, sets a property some seconds later.
struct Workflow {
  std::string object;
  std::string when_property;  // empty: any write
  std::string set_property;
  std::string value;
  std::int64_t delay_min_ms = 1'000;
  std::int64_t delay_max_ms = 30'000;
};

enum class Moment : std::uint8_t { after_read, before_write, after_write };

std::optional<Moment> parse_moment(std::string_view text) noexcept;

// One edit by a user at a moment of the next request that touches the record. Fires once.
struct Hook {
  Moment moment = Moment::after_read;
  TypeIndex type = 0;
  RecordId record = 0;  // 0: whichever record of the type comes first
  enum class Action : std::uint8_t { edit, archive } action = Action::edit;
  Inputs properties;
};

}  // namespace crmsync::connectors::simulator::model
