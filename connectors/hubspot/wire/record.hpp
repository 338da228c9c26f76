// Answers that carry records: one record, a list page, a search page, a batch.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/hubspot/wire/failure.hpp"
#include "connectors/hubspot/wire/property.hpp"
#include "engine/observation.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crmsync::connectors::hubspot::wire {

struct WireVersion {
  std::optional<std::string> value;
  engine::Timestamp at;
  std::string source_type;  // "INTEGRATION", "CRM_UI"
  std::string source_id;
};

struct WireRecord {
  std::string id;
  std::string trace_id;        // a batch write's echo of ours
  std::optional<bool> is_new;  // upsert only
  bool archived = false;
  std::optional<engine::Timestamp> updated_at;
  std::optional<engine::Timestamp> archived_at;
  std::vector<std::pair<std::string, std::optional<std::string>>> properties;
  std::map<std::string, std::vector<WireVersion>, std::less<>> history;  // newest first

  // Null pointer when the answer does not name it.
  std::optional<std::string> const* property(std::string_view name) const noexcept;
  // Former ids of a merged record, from `hs_merged_object_ids`.
  std::vector<std::string> merged_ids() const;
};

struct WirePage {
  std::vector<WireRecord> records;
  std::string after;  // empty: last page
};

struct BatchAnswer {
  std::vector<WireRecord> records;
  std::vector<BatchFailure> failures;
};

// All: corrupt when the shape is not there or a record has no usable id. A page whose one record is
// unreadable is unreadable as a whole: skipping would lose it in silence.
engine::Result<WireRecord> parse_record(std::string_view body);
engine::Result<WirePage> parse_page(std::string_view body);
engine::Result<BatchAnswer> parse_batch(std::string_view body, Asked const& asked);

// The fields this table knows, typed; unreadable ones are left out, which means unknown.
engine::Record to_record(WireRecord const& record, PropertyTable const& table);
engine::VersionToken version_of(WireRecord const& record);

// Decides whether a version was written by this daemon's credential.
struct OwnSource {
  std::string id;  // empty: not known yet
  bool wrote(WireVersion const& version) const noexcept;
};
// A field whose history holds an unreadable version has no history.
std::map<std::string, std::vector<engine::FieldVersion>, std::less<>> to_history(
    WireRecord const& record, PropertyTable const& table, OwnSource const& own);

}  // namespace crmsync::connectors::hubspot::wire
