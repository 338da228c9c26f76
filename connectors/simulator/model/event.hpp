// What happened in the CRM, in the order it happened. Faces turn events into a vendor's webhooks.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/simulator/model/record.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace crmsync::connectors::simulator::model {

enum class EventKind : std::uint8_t {
  creation,
  deletion,
  restore,
  merge,
  property_change,
  association_change,
  privacy_deletion,
};

struct Event {
  EventKind kind = EventKind::creation;
  TypeIndex type = 0;
  RecordId record = 0;
  engine::Timestamp at;
  std::uint32_t actor = 0;
  // property_change
  std::string property;
  std::string value;
  // merge: record is the survivor
  RecordId primary = 0;
  std::vector<RecordId> merged;
  std::size_t properties_moved = 0;
  // association_change: from `record` to this one
  RecordId other = 0;
  std::string association_type;
  bool removed = false;
  bool is_primary = false;
};

}  // namespace crmsync::connectors::simulator::model
