// One side of a mapping in memory: people edit it, the daemon reads and writes it through the
// Endpoint interface, a test makes it fail.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/connector.hpp"
#include "connectors/runtime.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace crmsync::daemon::tests {

using connectors::Task;
using engine::Result;

class MemorySide {
 public:
  struct Row {
    engine::Record fields;
    std::int64_t version = 0;
    engine::Timestamp changed_at;
    bool deleted = false;
    std::map<std::string, std::vector<engine::FieldVersion>, std::less<>> history;
  };

  MemorySide(engine::Side side, connectors::Runtime& runtime);

  // What people and other programs do.
  void add(engine::RecordKey key, engine::Record fields);
  void edit(engine::RecordKey const& key, std::string const& name, engine::Value value);
  void remove(engine::RecordKey const& key);
  // changes() will not tell.
  void remove_unseen(engine::RecordKey const& key) { rows_.at(key).deleted = true; }
  void rekey(engine::RecordKey const& from, engine::RecordKey const& to);

  // No position taken so far is served any more.
  void expire_positions() { oldest_position_ = log_.size(); }

  bool has(engine::RecordKey const& key) const;
  engine::FieldValue value(engine::RecordKey const& key, std::string_view name) const;
  std::size_t live() const;

  // Failures: asked at each call; an answer is that call's error.
  std::function<std::optional<engine::Error>()> fail_fetch, fail_changes, fail_snapshot;
  // An error before (nothing happens) or after (it happened, nobody knows) an operation's effect.
  std::function<std::optional<engine::Error>(connectors::Operation const&)> refuse, lose_answer;
  // The CRM's own idea of a value that is written to it.
  std::function<engine::Value(std::string const&, engine::Value const&)> rewrite;
  // Called when a write arrives, before it is looked at: somebody is faster.
  std::function<void()> before_apply;
  // Called when a position is asked for.
  std::function<void()> before_start_cursor;

  connectors::Capabilities capabilities;
  std::vector<connectors::Operation> written;  // every operation that took effect, in order
  std::size_t apply_calls = 0, fetch_calls = 0, snapshot_calls = 0, changes_calls = 0;
  std::size_t acknowledged = 0;      // position
  std::vector<std::string> columns;  // a read has all of them, empty where nothing was written
  std::size_t page_max = 100;

  std::unique_ptr<connectors::Endpoint> open();
  engine::Observation observe(engine::RecordKey const& key) const;

 private:
  friend class MemoryEndpoint;
  void note(engine::RecordKey const& key, engine::ChangeKind kind, engine::RecordKey new_key = {});
  void put(Row& row, engine::Record const& fields, bool ours);
  connectors::Receipt write(connectors::Operation const& operation);
  connectors::Receipt create(connectors::Operation const& operation);
  connectors::Receipt change(connectors::Operation const& operation);

  engine::Side side_;
  connectors::Runtime& runtime_;
  std::map<engine::RecordKey, Row> rows_;
  std::map<std::string, engine::RecordKey> unique_;  // external id or counterpart -> key
  std::vector<engine::ChangeEvent> log_;
  std::size_t oldest_position_ = 0;
  std::int64_t next_version_ = 1;
  int next_key_ = 501;
};

}  // namespace crmsync::daemon::tests
