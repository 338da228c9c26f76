// A record: its current values, where each came from, and what became of it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/simulator/model/property.hpp"
#include "connectors/simulator/model/refusal.hpp"
#include "engine/value.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace crmsync::connectors::simulator::model {

using TypeIndex = std::size_t;

// Who writes. Ends up in every property's history and in webhook events.
struct Actor {
  std::string source_type;  // INTEGRATION, CRM_UI, AUTOMATION_PLATFORM, MERGE_OBJECTS, IMPORT
  std::string source_id;
  std::string label;
  std::int64_t user_id = 0;  // 0: no person
  bool automated = false;    // workflows react to everybody but themselves
  bool privileged = false;   // may write stored read-only properties (what the vendor computes)
  friend bool operator==(Actor const&, Actor const&) = default;
};

// Texts by property. Shared between a record and the search index, so never changed in place.
class Values {
 public:
  // Null: never set. Empty: set once and cleared since.
  std::string const* find(PropertyId property) const noexcept;
  // Sorted by property.
  std::vector<std::pair<PropertyId, std::string>> const& all() const noexcept { return entries_; }
  void set(PropertyId property, std::string value);
  void erase(PropertyId property);

 private:
  std::vector<std::pair<PropertyId, std::string>> entries_;
};

// What a record held at one moment.
struct Snapshot {
  RecordId id = 0;
  TypeIndex type = 0;
  std::uint64_t version = 0;  // counts the record's writes
  engine::Timestamp created_at;
  engine::Timestamp modified_at;
  std::shared_ptr<Values const> values;
};

struct Version {
  PropertyId property = 0;
  std::uint32_t actor = 0;  // see Crm::actor
  engine::Timestamp at;
  std::string value;
};

inline constexpr std::size_t kVersionsPerPropertyMax = 20;

struct Record {
  Snapshot now;
  bool archived = false;
  engine::Timestamp archived_at;
  std::vector<Version> history;    // oldest first
  std::vector<RecordId> absorbed;  // ids that were merged into this record

  // Appends, and forgets the oldest of that property past kVersionsPerPropertyMax.
  void remember(Version version);
};

}  // namespace crmsync::connectors::simulator::model
