// The rows of the state. Domain types only: nothing here knows how they are stored.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/identity.hpp"
#include "engine/loop_guard.hpp"
#include "engine/plan.hpp"
#include "engine/record.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace crmsync::state {

using engine::Side;
using engine::Timestamp;

using MappingId = std::uint32_t;  // dense, given once per mapping name, never reused
using LinkId = std::uint64_t;     // dense, 0 is none
using Sequence = std::uint64_t;   // time-ordered, from StateStore::next_sequence()

// "This record may have changed", durable. Several rows may stand for one record; the reader
// coalesces.
struct IntakeRow {
  Sequence sequence = 0;
  MappingId mapping = 0;
  Side side = Side::app;
  engine::RecordKey key;
  engine::ChangeKind kind = engine::ChangeKind::changed;
  engine::RecordKey new_key;
  Timestamp at;
  friend bool operator==(IntakeRow const&, IntakeRow const&) = default;
};

enum class SnapshotPhase : std::uint8_t { none, running, complete };

struct CursorRow {
  engine::Cursor cursor;  // resume position of changes(); empty: none taken yet
  SnapshotPhase snapshot = SnapshotPhase::none;
  std::string snapshot_token;  // while running
  std::uint64_t snapshot_records = 0;
  Timestamp polled_at;  // start of the last completed poll
  friend bool operator==(CursorRow const&, CursorRow const&) = default;
};

// Facts about a mapping that outlive a restart.
struct MappingRow {
  std::string name;
  bool paused = false;
  bool apply_approved = false;      // initial.require_plan: the first plan was applied
  std::vector<std::string> fields;  // field names whose base is kept; a new name is unadopted
  std::string app_identity;         // Identity::id at first contact
  std::string crm_identity;
  std::vector<Timestamp> guard_events;  // deletes, unlinks and clearings of the last hour
  friend bool operator==(MappingRow const&, MappingRow const&) = default;
};

struct LinkRow {
  LinkId id = 0;
  MappingId mapping = 0;
  engine::LinkState state = engine::LinkState::linked;
  engine::RecordKey app_key;
  engine::RecordKey crm_id;
  std::string external_id;                     // what our unique property in the CRM holds
  std::vector<engine::RecordKey> crm_aliases;  // ids absorbed by CRM merges
  Timestamp created_at;
  Timestamp changed_at;
  // The app row was seen gone while the pair stayed linked (the rule ignores it, the guard or a
  // question holds its delete): who has its key next may be somebody else.
  std::optional<Timestamp> app_gone_at;
  friend bool operator==(LinkRow const&, LinkRow const&) = default;
};

// What is special about one field's base. A field without a mark is settled if both base records
// hold its native names, else unadopted: it is new to the mapping and waits for plan and apply. A
// mark that says unadopted is a field whose first match is not finished: `initial` still applies.
struct FieldMark {
  std::string field;
  engine::BaseStatus status = engine::BaseStatus::settled;
  std::optional<engine::OwedDecision> owed;
  bool after_crash = false;
  bool rewritten = false;                     // the CRM stored something unequal to what was sent
  std::optional<engine::Value> answer;        // a person's resolution on its way
  engine::FieldValue answer_app, answer_crm;  // the values the person saw
  engine::FieldValue drift_seen;              // drift: report: the value that was reported already
  std::vector<engine::TrailEntry> trail;      // our recent writes of this field, for the loop guard
  friend bool operator==(FieldMark const&, FieldMark const&) = default;
};

// Last confirmed values of both sides of one link, native as each side returned them.
struct BaseRow {
  LinkId link = 0;
  engine::Record app;
  engine::Record crm;
  engine::VersionToken app_version;
  engine::VersionToken crm_version;
  Timestamp app_seen_at;  // when the app side was last observed equal to base
  Timestamp crm_seen_at;
  std::vector<FieldMark> marks;
  friend bool operator==(BaseRow const&, BaseRow const&) = default;
};

enum class IntentKind : std::uint8_t { create, update, archive, erase };

// An operation committed before it is sent.
struct IntentRow {
  std::uint64_t op_id = 0;
  MappingId mapping = 0;
  LinkId link = 0;        // 0: a create of a record that has no link yet
  Side side = Side::crm;  // the side that is written
  IntentKind kind = IntentKind::update;
  engine::RecordKey app_key;
  engine::RecordKey crm_id;
  std::string external_id;
  std::vector<std::string> fields;  // mapping field names
  engine::Record consumed;          // what the written side held when we decided (native)
  engine::Record sent;              // what is written (native)
  engine::Record source;  // what the other side held: becomes its base on success (native)
  std::uint32_t attempt = 0;
  std::uint64_t generation = 0;  // configuration generation that decided
  Timestamp at;
  // The written side's own stamp of the record that we had read, by its clock; none: not known.
  std::optional<Timestamp> read_stamp;
  friend bool operator==(IntentRow const&, IntentRow const&) = default;
};

// A field that waits for a person.
struct ParkedRow {
  std::uint64_t id = 0;
  MappingId mapping = 0;
  LinkId link = 0;        // 0: the record could not be linked (ambiguous match)
  Side side = Side::app;  // with link 0: whose record
  engine::RecordKey key;  // with link 0: that record
  std::string field;      // empty: the whole record (ambiguous match, delete against edit)
  engine::FieldValue base_app, base_crm, app, crm;
  std::string reason;
  std::string rule;  // "mappings.d/x.yaml:31"
  std::vector<engine::RecordKey> candidates;
  Timestamp at;
  friend bool operator==(ParkedRow const&, ParkedRow const&) = default;
};

// A record that a side refused, with cause and cure.
struct ErrorRow {
  std::uint64_t id = 0;
  MappingId mapping = 0;
  Side side = Side::crm;         // who refused
  Side record_side = Side::app;  // whose key is in `key`
  engine::RecordKey key;
  LinkId link = 0;
  engine::Errc code = engine::Errc::internal;
  std::string op;
  std::string detail;
  std::string hint;
  std::vector<std::string> fields;
  std::uint32_t attempts = 1;
  Timestamp first_at;
  Timestamp at;
  friend bool operator==(ErrorRow const&, ErrorRow const&) = default;
};

enum class HistoryKind : std::uint8_t {
  created,
  linked,
  updated,
  agreed,
  collision,
  parked,
  resolved,
  deleted,
  unlinked,
  restored,
  merged,
  overwritten,
  rewritten,
  rekeyed,
  drift,
  refused,
  recovered,
  held,
  approved,
  settled
};
std::string_view to_string(HistoryKind kind) noexcept;

// One explained decision about one field (or, with `field` empty, about the record).
struct HistoryRow {
  Sequence sequence = 0;
  MappingId mapping = 0;
  LinkId link = 0;
  Timestamp at;
  HistoryKind kind = HistoryKind::updated;
  std::string field;
  std::optional<Side> written;                      // side that received a value
  engine::FieldValue base_app, base_crm, app, crm;  // what was seen (canonical)
  engine::FieldValue result;
  std::string policy;  // "newest", "initial:app", "person", ""
  std::string rule;    // file:line of the rule that fired
  std::string note;
  std::uint64_t op_id = 0;
  std::uint64_t generation = 0;
  friend bool operator==(HistoryRow const&, HistoryRow const&) = default;
};

// A delete or clearing that a guard holds until somebody approves.
struct HeldRow {
  std::uint64_t id = 0;
  MappingId mapping = 0;
  LinkId link = 0;
  Side side = Side::crm;  // the side that would be changed
  std::string what;       // "archive", "erase", "unlink", "clear"
  bool approved = false;
  Timestamp at;
  friend bool operator==(HeldRow const&, HeldRow const&) = default;
};

// A webhook as it came, kept for replay.
struct WebhookRow {
  Sequence sequence = 0;
  std::string connection;
  Timestamp at;
  std::string body;
  friend bool operator==(WebhookRow const&, WebhookRow const&) = default;
};

// Counters the status needs without a scan.
struct MappingCounts {
  std::uint64_t linked = 0;
  std::uint64_t unlinked_app = 0;  // records in the match index
  std::uint64_t unlinked_crm = 0;
  std::uint64_t parked = 0;
  std::uint64_t errors = 0;
  std::uint64_t held = 0;
  std::uint64_t intents = 0;
  friend bool operator==(MappingCounts const&, MappingCounts const&) = default;
};

}  // namespace crmsync::state
