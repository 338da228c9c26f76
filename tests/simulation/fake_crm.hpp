// The CRM: the simulator's own pure model with contacts, people and workflows at work in it. The
// daemon reaches it through FakeCrmConnector, which promises what a faithful connector promises.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/connector.hpp"
#include "connectors/simulator/model/crm.hpp"
#include "tests/simulation/stage.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace crmsync::simulation {

namespace model = connectors::simulator::model;

struct CrmOptions {
  std::uint64_t seed = 1;
  SimTime clock_skew = 0;
  std::int64_t search_lag_ms = 10'000;
  std::int64_t late_search_ms = 200'000;  // Fault::search_late
  SimTime overlap = 300 * kSecond;        // of the connector: longer than the index is ever late
  bool rewrites_phones = false;
  bool history = true;
  std::size_t fetch_batch_max = 100;
  std::size_t apply_batch_max = 100;
  std::size_t page_records = 100;
  std::size_t requests_per_10s = SIZE_MAX;
  std::vector<model::Workflow> workflows;
};

inline constexpr std::string_view kExternalId = "shop_customer_id";

// What a webhook would say.
struct CrmEvent {
  engine::ChangeKind kind = engine::ChangeKind::changed;
  engine::RecordKey key;
  engine::RecordKey new_key;
};

class FakeCrm {
 public:
  FakeCrm(Stage& stage, CrmOptions options);

  // People.
  std::optional<model::RecordId> insert(model::Inputs const& properties);
  bool edit(model::RecordId id, model::Inputs const& properties);
  bool archive(model::RecordId id);
  bool restore(model::RecordId id);
  bool merge(model::RecordId primary, model::RecordId other);
  bool erase(model::RecordId id);
  std::vector<model::RecordId> live() const;
  std::vector<model::RecordId> archived() const;
  std::optional<std::string> text(model::RecordId id, std::string_view property) const;
  // Whoever listens to webhooks.
  void on_event(std::function<void(CrmEvent)> listener) { listener_ = std::move(listener); }
  // Workflows that are due run; the index moves on.
  void advance();

  // The connector's side.
  connectors::Receipt carry_out(connectors::Operation const& operation);
  engine::Observation observe(engine::RecordKey const& key,
                              std::vector<std::string> const& history);
  engine::Observation created_as(std::string const& external_id);
  connectors::SnapshotPage snapshot(std::string const& token);
  connectors::Result<connectors::ChangePage> search(engine::Cursor const& cursor);
  engine::Cursor position();
  connectors::ObjectSchema schema() const;
  CrmOptions const& options() const noexcept { return options_; }
  Stage& stage() noexcept { return stage_; }
  model::Crm const& crm() const noexcept { return crm_; }
  model::TypeIndex contacts() const noexcept { return contacts_; }
  // Records with this external id that are live; more than one would be a duplicate.
  std::size_t count_external(std::string const& external_id) const;

  SimTime down_until = 0;          // an outage lasts
  SimTime unauthorized_until = 0;  // the token is refused
  SimTime quota_until = 0;         // the window of the quota ends
  std::size_t quota_used = 0;      // in that window

 private:
  engine::Timestamp clock() const;
  std::uint64_t uid_of(model::RecordId id) const;
  // Takes what the model did into the ledger and to the listener.
  void drain();
  void note_event(model::Event const& event);
  void note_all(model::RecordId id, Writer by);
  engine::Observation observation(model::Record const& record,
                                  std::vector<std::string> const& history) const;
  engine::Record fields_of(model::Snapshot const& snapshot) const;
  connectors::Receipt create(connectors::Operation const& operation);
  connectors::Receipt update(connectors::Operation const& operation);
  connectors::Receipt remove(connectors::Operation const& operation);
  connectors::Receipt receipt_for(model::RecordId id, connectors::Operation const& operation) const;

  Stage& stage_;
  CrmOptions options_;
  model::Crm crm_;
  model::TypeIndex contacts_ = 0;
  std::map<model::RecordId, std::uint64_t> uids_;
  std::uint64_t op_id_ = 0;  // of the operation that is carried out
  std::function<void(CrmEvent)> listener_;
};

std::unique_ptr<connectors::Connector> connect(FakeCrm& crm);

// Properties that mappings may use, and those of them that hold numbers.
std::vector<std::string_view> const& crm_properties();
bool is_crm_number(std::string_view property);
// Native values of the fields a mapping uses, and back.
engine::Value crm_value(std::string_view property, std::optional<std::string> const& text);
std::optional<std::string> crm_text(engine::Value const& value);

}  // namespace crmsync::simulation
