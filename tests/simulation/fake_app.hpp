// The application's database: one table of customers, its change log, and what the daemon keeps
// there (link table, meta). People write to it directly; the daemon through FakeAppConnector.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/connector.hpp"
#include "tests/simulation/stage.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace crmsync::simulation {

struct AppOptions {
  bool soft_deletes = false;  // deleted_at marks them
  SimTime clock_skew = 0;
  std::size_t page_rows = 50;
};

// Columns of the table, in the connector's terms.
connectors::ObjectSchema customers_schema();

class FakeApp {
 public:
  struct Row {
    std::uint64_t uid = 0;
    engine::Record fields;
    engine::Timestamp changed_at;
  };
  struct Change {
    std::int64_t sequence = 0;
    engine::ChangeKind kind = engine::ChangeKind::changed;
    std::int64_t key = 0;
    std::int64_t new_key = 0;
    bool own = false;
  };

  FakeApp(Stage& stage, AppOptions options) : stage_(stage), options_(options) {}

  // People.
  std::int64_t insert(engine::Record fields, std::optional<std::int64_t> key = std::nullopt);
  bool edit(std::int64_t key, engine::Record const& changes);
  // A transaction that began at `stamp` and commits now.
  bool edit_as_of(std::int64_t key, engine::Record const& changes, engine::Timestamp stamp);
  bool remove(std::int64_t key);
  bool rekey(std::int64_t from, std::int64_t to);
  std::map<std::int64_t, Row> const& rows() const noexcept { return rows_; }
  bool is_deleted(Row const& row) const;
  std::int64_t next_key() const noexcept { return next_key_; }
  // What is not acknowledged yet.
  std::vector<Change> const& log() const noexcept { return log_; }

  // The connector's side.
  connectors::Result<std::vector<connectors::Receipt>> carry_out(
      std::vector<connectors::Operation> const& operations);
  engine::Observation observe(engine::RecordKey const& key, engine::ReadSource source) const;
  connectors::SnapshotPage snapshot(std::string const& token) const;
  engine::Cursor end_of_log() const;
  connectors::Result<connectors::ChangePage> log_page(engine::Cursor const& cursor) const;
  engine::Cursor poll_start() const;
  connectors::Result<connectors::ChangePage> poll_page(engine::Cursor const& cursor) const;
  void acknowledge(engine::Cursor const& cursor);
  engine::Observation created_for(engine::RecordKey const& crm_id) const;
  std::uint64_t changes_made() const noexcept { return static_cast<std::uint64_t>(last_sequence_); }
  connectors::Identity identity() const { return {"app-database", "", state_id_, high_water_}; }
  void remember(std::string state_id, std::uint64_t high_water) {
    state_id_ = std::move(state_id);
    high_water_ = high_water;
  }
  AppOptions const& options() const noexcept { return options_; }
  Stage& stage() noexcept { return stage_; }
  SimTime down_until = 0;  // an outage lasts

 private:
  connectors::Receipt create(connectors::Operation const& operation);
  connectors::Receipt update(connectors::Operation const& operation);
  connectors::Receipt erase(connectors::Operation const& operation);
  connectors::Receipt receipt_of(std::int64_t key) const;
  // Writes fields, notes them, stamps the row.
  void write(Row& row, std::int64_t key, engine::Record const& fields, Writer by,
             std::uint64_t op_id, engine::Timestamp stamp);
  void log(engine::ChangeKind kind, std::int64_t key, bool own, std::int64_t new_key = 0);
  void erase_row(std::int64_t key);
  std::optional<std::int64_t> holder_of_email(engine::Record const& fields,
                                              std::int64_t not_key) const;
  engine::Timestamp clock() const;

  Stage& stage_;
  AppOptions options_;
  std::map<std::int64_t, Row> rows_;
  std::vector<Change> log_;  // what was acknowledged is gone
  std::int64_t last_sequence_ = 0;
  std::int64_t next_key_ = 1;
  std::map<engine::RecordKey, std::int64_t> created_for_;  // crmsync_link: crm id -> key
  std::string state_id_;
  std::uint64_t high_water_ = 0;
};

std::optional<std::int64_t> key_number(std::string_view key);
std::unique_ptr<connectors::Connector> connect(FakeApp& app);

}  // namespace crmsync::simulation
