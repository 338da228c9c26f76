// What a system must offer to be kept in step. Batch first: one call per batch where the vendor
// allows it. A Connector is one configured connection (one database, one CRM account); an Endpoint
// is one object of it (a table, "contacts") as one mapping uses it.
//
// Thread: everything is called on the control thread. Implementations that must block do so on a
// thread of their own and complete on the control thread. Every call ends by its deadline.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/schema.hpp"
#include "connectors/task.hpp"
#include "engine/error.hpp"
#include "engine/observation.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace crmsync::connectors {

using engine::Result;

// What a mapping uses of one object. Names are native; the connector looks every one of them up in
// the live schema before it puts one into a query.
struct EndpointSpec {
  std::string mapping;                // for the link table and for messages
  std::string object;                 // table or CRM object type
  std::vector<std::string> key;       // app: key columns; crm: empty (the vendor's id)
  std::vector<std::string> fields;    // every native field read or written
  std::vector<std::string> writable;  // the subset that may be written
  std::vector<std::string> history;   // fields whose own stamps the policies need
  std::string changed_at;             // app, polling: the stamp column; may be empty
  std::string deleted_field;          // app, soft delete: the marker column; empty = hard deletes
  std::string external_id;            // crm: our unique property
  enum class Capture : std::uint8_t { poll, triggers, logical, binlog } capture = Capture::poll;
  std::chrono::milliseconds overlap{0};  // poll: at least the side's visibility lag
};

struct Capabilities {
  bool reads_by_id_strong = true;   // a by-key read sees every completed write
  bool compare_and_set = false;     // update refuses when `expected` no longer holds
  bool receipt_has_values = false;  // a write's own answer carries what is stored
  bool history = false;             // fetch() can bring FieldVersions
  bool attribution = false;         // history says which versions are ours
  bool deletes_visible = false;     // changes() reports deletes
  bool unique_create = false;       // a repeated create with the same external id is one record
  bool push = false;                // parse_webhook() or subscribe() exists
  std::chrono::milliseconds visibility_lag{0};
  std::size_t fetch_batch_max = 100;
  std::size_t apply_batch_max = 100;
};

struct Description {
  ObjectSchema schema;
  Capabilities capabilities;
};

// Which database or account this is; a change of `id` under a running state means reconcile.
struct Identity {
  std::string id;                // portal id, org id, the database's own crmsync_meta id
  std::string environment;       // "production", "sandbox", or "" when the system cannot say
  std::string state_id;          // app: state id last recorded in crmsync_meta; empty if none
  std::uint64_t high_water = 0;  // app: commit high water last recorded there
};

struct SnapshotPage {
  std::vector<engine::Observation> records;
  std::string next;  // opaque; hand back to go on, also after a restart
  bool done = false;
};

struct ChangePage {
  std::vector<engine::ChangeEvent> events;
  engine::Cursor next;     // may be stored once `events` are durable
  bool caught_up = false;  // nothing more right now
};

// Lanes of one account's request budget, best first.
enum class Lane : std::uint8_t { interactive, retry, backfill, audit };

struct FetchRequest {
  std::vector<engine::RecordKey> keys;
  bool with_history = false;  // bring FieldVersions of `history_fields`
  std::vector<std::string> history_fields;
  // Of records that we deleted: only what the side still keeps of them, for their history. A key
  // that it keeps nothing of is `unknown`.
  bool deleted = false;
  Lane lane = Lane::interactive;
};

enum class OperationKind : std::uint8_t {
  create,
  update,
  archive,  // the side's soft form: CRM recycle bin, app soft-delete marker
  erase,    // row delete
};

struct Operation {
  std::uint64_t op_id = 0;  // the intent's id, unique for ever; use it as trace id
  OperationKind kind = OperationKind::update;
  engine::RecordKey key;          // empty for create
  std::string external_id;        // create in the CRM: value of our unique property
  engine::RecordKey counterpart;  // create in the app: the CRM id for crmsync_link
  engine::Record fields;          // exactly what is written
  engine::Record expected;        // compare-and-set: what these fields must still hold
  engine::VersionToken expected_version;
};

// One per Operation, same order. `error` empty: applied.
struct Receipt {
  std::uint64_t op_id = 0;
  std::optional<engine::Error> error;
  engine::RecordKey key;  // the record written (create: its new key)
  bool created = false;   // create: false when our external id already existed
  engine::Record stored;  // what the answer says is held now; absent = the answer is silent
  engine::VersionToken version;
  std::optional<engine::Timestamp> changed_at;
};

class Endpoint {
 public:
  virtual ~Endpoint() = default;

  // Live schema and what this object can do. Also checks the spec against it: a missing table,
  // column or property is invalid_schema naming it and the nearest name.
  virtual Task<Result<Description>> describe() = 0;
  // Installs what this side needs if rights allow (triggers, link table, unique property);
  // otherwise fails with forbidden and the exact statements in the hint. Idempotent.
  virtual Task<Result<void>> prepare() = 0;
  // A position from which changes() misses nothing that happens after this call. Taken before
  // snapshot() so that the two join without a gap.
  virtual Task<Result<engine::Cursor>> start_cursor() = 0;
  // token empty: from the beginning. Live records only, by key order where the system has one.
  virtual Task<Result<SnapshotPage>> snapshot(std::string token) = 0;
  // cursor_expired when the position is no longer served.
  virtual Task<Result<ChangePage>> changes(engine::Cursor cursor) = 0;
  // Strong by-key reads. One Observation per key, same order, at most fetch_batch_max keys.
  virtual Task<Result<std::vector<engine::Observation>>> fetch(FetchRequest request) = 0;
  // Strong lookup of what a create with this external id (crm) or counterpart (app) made.
  // Presence::none: certainly nothing.
  virtual Task<Result<engine::Observation>> lookup_created(Operation create) = 0;
  // At most apply_batch_max operations, all of one kind. A failed Result means that nothing is
  // known about any of them (error.maybe_applied) or that none was applied; otherwise one Receipt
  // each.
  virtual Task<Result<std::vector<Receipt>>> apply(std::vector<Operation> operations,
                                                   Lane lane) = 0;
  // App: drop what changes() delivered up to this position, which is durable now. CRM: nothing.
  virtual Task<Result<void>> acknowledge(engine::Cursor cursor) = 0;
};

// What a webhook said, after its signature was checked.
struct WebhookEvent {
  std::string object;
  engine::ChangeEvent change;
  engine::Timestamp occurred_at;
  std::string dedupe_key;  // equal for redeliveries of the same event
};

// As received: nothing decoded, nothing trimmed.
struct WebhookRequest {
  std::string method;
  std::string target;  // path and query
  std::vector<std::pair<std::string, std::string>> headers;
  std::string body;
};

// Requests spent and left, for status and metrics.
struct QuotaUsage {
  std::uint64_t requests_today = 0;
  std::optional<std::uint64_t> daily_limit;
  std::optional<std::uint64_t> daily_remaining;
  double window_remaining_ratio = 1.0;  // of the tightest short window
  bool circuit_open = false;
  std::string window;  // "190/10s"
};

class Connector {
 public:
  virtual ~Connector() = default;

  virtual std::string_view type() const noexcept = 0;
  virtual Task<Result<Identity>> identity() = 0;
  virtual std::unique_ptr<Endpoint> open(EndpointSpec spec) = 0;
  // App: remember our state's id and commit high water in the database. CRM: does nothing.
  virtual Task<Result<void>> record_high_water(std::string state_id, std::uint64_t high_water) = 0;
  // Pure check of signature, age, form. unauthorized: forged or stale; invalid_value: malformed;
  // unsupported: this connector takes no webhooks.
  virtual Result<std::vector<WebhookEvent>> parse_webhook(WebhookRequest const& request,
                                                          engine::Timestamp now) const = 0;
  // App databases that can tell of a commit by themselves: completes when something changed since
  // the last call (a cheap look, not a query of data) or after `wait`, false when nothing did.
  virtual Task<bool> wait_for_commit(std::chrono::milliseconds wait) = 0;
  virtual QuotaUsage quota() const = 0;
};

}  // namespace crmsync::connectors
