// The CRM: records with history, uniqueness, merges, associations, a lagging index and whoever
// else edits. No clock and no I/O: every verb is told the time, and time never runs backwards for
// it. The same seed and the same calls give the same CRM, byte for byte.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/simulator/model/associations.hpp"
#include "connectors/simulator/model/automation.hpp"
#include "connectors/simulator/model/catalog.hpp"
#include "connectors/simulator/model/event.hpp"
#include "connectors/simulator/model/normalise.hpp"
#include "connectors/simulator/model/random.hpp"
#include "connectors/simulator/model/record.hpp"
#include "connectors/simulator/model/refusal.hpp"
#include "connectors/simulator/model/search.hpp"
#include "connectors/simulator/model/search_index.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crmsync::connectors::simulator::model {

struct CrmOptions {
  std::uint64_t seed = 1;
  engine::Timestamp started_at;
  std::int64_t portal_id = 24'680'135;
  std::int64_t search_lag_ms = 2'000;  // at most this long; each write draws its own share
  bool merge_mints_ids = true;
  bool lifecycle_forward_only = true;  // integrations cannot move a stage back without clearing
  bool record_events = false;
  std::size_t events_max = 100'000;  // the oldest are dropped past it, as a full queue would
};

inline constexpr std::size_t kMergesPerRecordMax = 250;

class Crm {
 public:
  explicit Crm(CrmOptions options);

  // A write that passed every check and has not happened yet. Valid until the next commit to the
  // same type; batches check first and commit together.
  struct Prepared {
    TypeIndex type = 0;
    RecordId id = 0;  // 0: create
    Actor actor;
    std::vector<std::pair<PropertyId, std::string>> values;  // as they will be stored
    // Unique values this write takes; two inputs of a batch must not take the same.
    std::vector<std::pair<PropertyId, std::string>> claims;
  };

  struct Listing {
    std::vector<Record const*> records;
    bool more = false;
  };

  // Runs the workflows that are due and lets the index catch up.
  void advance(engine::Timestamp now);

  // By id or by the id of a record that was merged into it. Archived ones too.
  Record const* find(TypeIndex type, RecordId id) const;
  // Live record holding this unique value (also a contact's additional e-mails).
  Record const* find_by(TypeIndex type, PropertyId property, std::string_view value) const;
  bool is_identity(TypeIndex type, PropertyId property) const;
  // By ascending id, ids greater than `after`.
  Listing list(TypeIndex type, RecordId after, std::size_t limit, bool archived) const;
  std::size_t count(TypeIndex type) const;
  Hits search(TypeIndex type, Query query) const;

  Outcome<Prepared> prepare_create(TypeIndex type, Inputs const& inputs, Actor actor) const;
  Outcome<Prepared> prepare_update(TypeIndex type, RecordId id, Inputs const& inputs,
                                   Actor actor) const;
  RecordId commit(Prepared prepared, engine::Timestamp now);

  Outcome<RecordId> create(TypeIndex type, Inputs const& inputs, Actor actor,
                           engine::Timestamp now);
  Outcome<RecordId> update(TypeIndex type, RecordId id, Inputs const& inputs, Actor actor,
                           engine::Timestamp now);
  // False when there is no live record of exactly this id.
  bool archive(TypeIndex type, RecordId id, Actor const& actor, engine::Timestamp now);
  // conflict when a unique value was taken meanwhile.
  Outcome<RecordId> restore(TypeIndex type, RecordId id, Actor const& actor, engine::Timestamp now);
  // The survivor: a new id for contacts and companies (unless switched off), else the primary's.
  Outcome<RecordId> merge(TypeIndex type, RecordId primary, RecordId other, Actor const& actor,
                          engine::Timestamp now);
  // Privacy deletion: nothing of the record is left.
  bool purge(TypeIndex type, RecordId id, Actor const& actor, engine::Timestamp now);

  Outcome<RecordId> associate(TypeIndex from_type, RecordId from, TypeIndex to_type, RecordId to,
                              std::vector<AssociationTypeId> const& types, Actor const& actor,
                              engine::Timestamp now);
  void dissociate(TypeIndex from_type, RecordId from, TypeIndex to_type, RecordId to,
                  std::vector<AssociationTypeId> const& types, Actor const& actor,
                  engine::Timestamp now);

  // Reading what a saved file holds: id, stamps, history and archived state as they were.
  void import_record(Record record);
  void import_merge(TypeIndex type, RecordId old_id, RecordId survivor);

  void add_workflow(Workflow workflow) { workflows_.push_back(std::move(workflow)); }
  void add_hook(Hook hook) { hooks_.push_back(std::move(hook)); }
  std::size_t hooks_waiting() const noexcept { return hooks_.size(); }
  // Faces call this around what they do to a record; a hook that fits edits it there and then.
  void reach(Moment moment, TypeIndex type, RecordId id, engine::Timestamp now);

  // The next `count` writes reach the index only after `delay_ms`.
  void delay_index(std::size_t count, std::int64_t delay_ms) noexcept;

  Catalog& catalog() noexcept { return catalog_; }
  Catalog const& catalog() const noexcept { return catalog_; }
  Associations& associations() noexcept { return associations_; }
  Associations const& associations() const noexcept { return associations_; }
  Actor const& actor(std::uint32_t index) const { return actors_[index]; }
  std::uint32_t actor_index(Actor const& actor);
  std::map<RecordId, RecordId> const& merged(TypeIndex type) const;
  std::deque<Event>& events() noexcept { return events_; }
  WriteRules& rules() noexcept { return rules_; }
  CrmOptions const& options() const noexcept { return options_; }
  void record_events(bool on) noexcept { options_.record_events = on; }

 private:
  struct Shelf {
    std::map<RecordId, Record> records;
    std::map<RecordId, RecordId> merged;  // former id -> survivor
    std::map<PropertyId, std::map<std::string, RecordId, std::less<>>> unique;
  };
  struct DueEdit {
    TypeIndex type;
    RecordId id;
    std::string property;
    std::string value;
  };

  Record* live(TypeIndex type, RecordId id);
  void check_values(Prepared& prepared, Inputs const& inputs, Record const* record,
                    std::vector<Problem>& problems) const;
  std::optional<Refusal> check_unique(Prepared& prepared) const;
  std::optional<Refusal> check_minimum(Prepared const& prepared) const;
  bool moves_stage_back(Prepared const& prepared, Property const& property,
                        std::string const& current, std::string const& next) const;
  RecordId place(TypeIndex type, RecordId id, engine::Timestamp now);
  std::size_t apply(Record& record, std::vector<std::pair<PropertyId, std::string>> const& values,
                    Actor const& actor, engine::Timestamp now);
  void touch(Record& record, engine::Timestamp now);
  void index(Record const& record, engine::Timestamp now);
  void claim_unique(Record const& record, bool take);
  std::vector<std::pair<PropertyId, std::string>> merged_values(Record const& primary,
                                                                Record const& other) const;
  void react(TypeIndex type, RecordId id, Prepared const& prepared, engine::Timestamp now);
  void note_edges(std::vector<EdgeChange> const& changes, Actor const& actor,
                  engine::Timestamp now);
  void mirror_primary_company(TypeIndex type, RecordId id, Actor const& actor,
                              engine::Timestamp now);
  void emit(Event event);
  std::int64_t draw_lag_ms();

  CrmOptions options_;
  Catalog catalog_;
  Associations associations_;
  SearchIndex index_;
  WriteRules rules_;
  std::map<TypeIndex, Shelf> shelves_;
  std::vector<Actor> actors_;
  std::vector<Workflow> workflows_;
  std::multimap<engine::Timestamp, DueEdit> due_edits_;
  std::vector<Hook> hooks_;
  std::deque<Event> events_;
  Random ids_;
  Random lags_;
  Random delays_;
  RecordId last_id_ = 0;
  std::size_t delayed_writes_ = 0;
  std::int64_t delayed_ms_ = 0;
};

}  // namespace crmsync::connectors::simulator::model
