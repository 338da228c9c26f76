// What one side held for a key at one moment. Decisions are made from observations only.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/identity.hpp"
#include "engine/record.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace crmsync::engine {

enum class Presence : std::uint8_t {
  present,
  deleted,  // positive evidence by id: archived, IsDeleted, 410, absent by a strong by-key read
  unknown,  // not read, not readable, or a source that cannot prove absence
  none,     // no record of this side belongs to the pair (never linked, no candidate)
};
std::string_view to_string(Presence presence) noexcept;

enum class ReadSource : std::uint8_t {
  by_id,    // a strong read by key: always counts
  listing,  // a page of a list or a change table
  search,   // an index that lags behind the records
  payload,  // a webhook or CDC message
};

// One earlier or current value of one field, as the side's own history gives it.
struct FieldVersion {
  Value value;
  Timestamp at;        // by that side's clock
  std::string source;  // vendor's word for who wrote it ("INTEGRATION", "CRM_UI")
  bool ours = false;   // attributed to this daemon's credential
  friend bool operator==(FieldVersion const&, FieldVersion const&) = default;
};

struct Observation {
  RecordKey key;          // the key that was asked for
  RecordKey current_key;  // where the record lives now; differs from key after a merge or re-key
  std::vector<RecordKey> former_keys;  // records that a merge absorbed into this one
  Presence presence = Presence::unknown;
  Record fields;
  VersionToken version;
  std::optional<Timestamp> changed_at;  // record stamp by the side's clock
  Timestamp observed_at;                // our clock when the request left: nothing here is older
  ReadSource source = ReadSource::by_id;
  std::map<std::string, std::vector<FieldVersion>, std::less<>> history;  // newest first
};

enum class ChangeKind : std::uint8_t { changed, deleted, merged, restored, rekeyed };

// "This key may have changed": a hint, never the truth.
struct ChangeEvent {
  RecordKey key;
  ChangeKind kind = ChangeKind::changed;
  RecordKey new_key;       // merged: the survivor; rekeyed: the new key
  bool own_write = false;  // marked as written by this daemon: for metrics and priority only
  std::optional<Observation> payload;
};

}  // namespace crmsync::engine
