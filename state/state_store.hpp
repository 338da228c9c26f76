// The durable memory of the daemon, as verbs. Everything above state/ sees this interface only, so
// that a second implementation can follow; one parametrised test suite runs against each.
//
// Threads: reads and commits are called on the control thread. Reads answer at once from a
// consistent view that includes every commit whose completion ran. A commit is queued to the store
// thread, which groups what is waiting into one durable transaction; `done` runs on the store
// thread and must only hand over (post) to the caller's executor. Commits are applied in the order
// in which they were submitted. Each is atomic: all of it or nothing. The destructor makes what is
// queued durable and runs its completions before it returns.
//
// A damaged row is Errc::corrupt naming table and row (other_key: the row's number, or its key in
// hex), never its value. List reads return the rows before a damaged one and fail only when the
// damaged row comes first, so that a caller can go on behind it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/error.hpp"
#include "state/rows.hpp"

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crmsync::state {

using engine::Result;
using engine::Status;
using Done = std::function<void(Status)>;

// A record's match values, one entry per declared match key ("" where it has none). Replaces the
// record's earlier entries; no values at all removes the record from the index.
struct MatchUpdate {
  MappingId mapping = 0;
  Side side = Side::app;
  engine::RecordKey key;
  std::vector<std::string> values;
};

struct CursorUpdate {
  MappingId mapping = 0;
  Side side = Side::app;
  CursorRow row;
};

// Everything one commit may change. Fields are applied in the order in which they are listed here,
// except that links come before intents, and that all links of the commit give up their old keys
// before any takes a new one, so that a key can move from one link to another. Removing what is not
// there is no error. An intake, webhook or history row without a sequence, another row without an
// id, a base or an intent whose link does not exist fail the commit with internal; a row of more
// than 16 MiB fails it with limit_exceeded.
struct Commit {
  std::vector<IntakeRow> intake;     // appended
  std::vector<WebhookRow> webhooks;  // appended
  std::vector<MatchUpdate> match;
  std::vector<CursorUpdate> cursors;
  std::vector<std::pair<MappingId, MappingRow>> mappings;
  std::vector<IntentRow> intents;           // put (also to raise `attempt`)
  std::vector<std::uint64_t> intents_done;  // removed
  std::vector<LinkRow> links;               // put; also maintains both lookups and aliases
  std::vector<BaseRow> bases;               // put
  std::vector<LinkId> links_gone;           // link, base and lookups removed
  std::vector<ParkedRow> parked;            // put
  std::vector<std::uint64_t> parked_done;
  std::vector<ErrorRow> errors;  // put
  std::vector<std::uint64_t> errors_done;
  std::vector<HeldRow> held;  // put
  std::vector<std::uint64_t> held_done;
  std::vector<HistoryRow> history;  // appended
  std::vector<Sequence> settled;    // intake rows removed
  bool clear_restored = false;      // the state no longer counts as restored from a backup
  bool empty() const noexcept;
  std::size_t rows() const noexcept;  // how many rows it writes or removes
};

// What the store promises about itself, for status.
struct StoreHealth {
  std::uint64_t bytes_used = 0;
  std::uint64_t bytes_limit = 0;  // map size it may grow to
  std::uint64_t commits = 0;
  // A commit failed for want of room, and none as large has come through since.
  bool full = false;
};

class StateStore {
 public:
  virtual ~StateStore() = default;

  virtual std::string state_id() const = 0;      // random, given at creation
  virtual std::uint64_t high_water() const = 0;  // grows with every durable transaction
  // This state was put back from a backup and has not been reconciled since: see
  // Commit::clear_restored.
  virtual bool restored() const = 0;

  // Sequence and id spaces; unique across restarts, may have gaps.
  virtual Sequence next_sequence() = 0;
  virtual LinkId next_link_id() = 0;
  virtual std::uint64_t next_id() = 0;  // intents, parked, errors, held

  // Blocking; at start and reload only. The same name always gives the same id; a new name also
  // gets a MappingRow.
  virtual Result<MappingId> register_mapping(std::string_view name) = 0;

  // A commit that touches a link must keep: app key and CRM id are each on at most one link of the
  // mapping (conflicting puts fail the whole commit with already_exists, naming the other link in
  // other_key). Beyond kQueueMax waiting commits `done` is called at once, on the caller's thread,
  // with limit_exceeded.
  static constexpr std::size_t kQueueMax = 65'536;
  virtual void commit(Commit commit, Done done) = 0;

  virtual Result<std::vector<IntakeRow>> intake_after(Sequence after, std::size_t max) const = 0;
  virtual Result<std::uint64_t> intake_size() const = 0;
  virtual Result<std::optional<CursorRow>> cursor(MappingId mapping, Side side) const = 0;
  virtual Result<std::optional<MappingRow>> mapping(MappingId mapping) const = 0;
  virtual Result<std::optional<LinkRow>> link(LinkId id) const = 0;
  virtual Result<std::optional<LinkRow>> link_by_app(MappingId mapping,
                                                     std::string_view key) const = 0;
  // Follows aliases.
  virtual Result<std::optional<LinkRow>> link_by_crm(MappingId mapping,
                                                     std::string_view id) const = 0;
  virtual Result<std::optional<BaseRow>> base(LinkId id) const = 0;
  virtual Result<std::vector<LinkRow>> links_after(MappingId mapping, LinkId after,
                                                   std::size_t max) const = 0;
  // Unlinked records of `side` whose match value number `key_index` equals `value`. At most max.
  virtual Result<std::vector<engine::RecordKey>> match(MappingId mapping, Side side,
                                                       std::size_t key_index,
                                                       std::string_view value,
                                                       std::size_t max) const = 0;
  // Unlinked records of a side in key order.
  virtual Result<std::vector<engine::RecordKey>> unlinked_after(MappingId mapping, Side side,
                                                                std::string_view after,
                                                                std::size_t max) const = 0;
  virtual Result<std::vector<IntentRow>> intents_after(std::uint64_t after,
                                                       std::size_t max) const = 0;
  virtual Result<std::vector<ParkedRow>> parked_after(std::uint64_t after,
                                                      std::size_t max) const = 0;
  virtual Result<std::optional<ParkedRow>> parked(std::uint64_t id) const = 0;
  virtual Result<std::vector<ParkedRow>> parked_of(MappingId mapping, LinkId link, Side side,
                                                   std::string_view key) const = 0;
  virtual Result<std::vector<ErrorRow>> errors_after(std::uint64_t after,
                                                     std::size_t max) const = 0;
  virtual Result<std::optional<ErrorRow>> error(std::uint64_t id) const = 0;
  virtual Result<std::vector<ErrorRow>> errors_of(MappingId mapping, Side record_side,
                                                  std::string_view key) const = 0;
  virtual Result<std::vector<HeldRow>> held_after(std::uint64_t after, std::size_t max) const = 0;
  virtual Result<std::vector<HeldRow>> held_of(LinkId link) const = 0;
  // Newest first.
  virtual Result<std::vector<HistoryRow>> history_of(LinkId link, std::size_t max) const = 0;
  virtual Result<std::vector<WebhookRow>> webhooks_after(Sequence after, std::size_t max) const = 0;
  virtual Result<MappingCounts> counts(MappingId mapping) const = 0;
  virtual StoreHealth health() const = 0;

  // Drops webhook bodies and history older than the given times, at most `max` rows a call; `done`
  // (store thread) is told how many went, so that the caller can go on in slices. Works on a full
  // map as well: a small reserve is kept for it.
  virtual void prune(Timestamp webhooks_before, Timestamp history_before, std::size_t max,
                     std::function<void(Result<std::size_t>)> done) = 0;
  // Compacting hot copy to a new file, verified and fsynced before it gets its name; an existing
  // file is never replaced (already_exists). Runs on a thread of its own, as `done` does; one at a
  // time (locked). The destructor waits for it.
  virtual void backup(std::filesystem::path target, Done done) = 0;
  // Reads every row and checks its checksum and the cross references; first defect fails. Any
  // thread; takes about a second per million rows.
  virtual Status verify() const = 0;
};

struct StoreOptions {
  std::filesystem::path directory;  // 0700, created if missing; wider is refused
  std::uint64_t map_bytes_initial = 256ull << 20;
  std::uint64_t map_bytes_max = 64ull << 30;  // grows by doubling up to here
  // Called on the store thread at "before_commit" and "after_commit" of every durable transaction:
  // where a crash test dies. Empty: not called.
  std::function<void(std::string_view point)> crash_probe;
};

// Errors: config_invalid (directory too wide open), locked (another crmsyncd has it), unsupported
// (written by a newer crmsyncd), corrupt, forbidden.
Result<std::unique_ptr<StateStore>> open_lmdb_store(StoreOptions options);

// Replaces the state in `directory` (no daemon may run) by a verified backup file and marks it
// restored, so that the next start enters reconcile mode. The replaced state is kept beside it as
// state.mdb.before-restore (a number is added if that name is taken).
Status restore_lmdb_store(std::filesystem::path backup, std::filesystem::path directory);

}  // namespace crmsync::state
