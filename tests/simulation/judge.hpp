// The court: what must hold at every step and at the end. Each invariant of reliability.md has a
// checker of its own in checkers/; the first violation ends the run.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mappings/mapping.hpp"
#include "tests/simulation/disk.hpp"
#include "tests/simulation/fake_app.hpp"
#include "tests/simulation/fake_crm.hpp"
#include "tests/simulation/scenario.hpp"

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crmsync::simulation {

// Stands in the key of a link whose row left that key to another one.
inline constexpr std::string_view kDagger = "\xe2\x80\xa0";

struct Violation {
  std::string invariant;  // "I2"
  std::string text;
  std::vector<std::string> keys;  // of the records concerned
  SimTime at = 0;
};

// How user writes ended, for the summary.
struct Explained {
  std::uint64_t present = 0, superseded = 0, conflict_loser = 0, waiting = 0, window_recorded = 0,
                unobservable = 0;
};

// Which records ever belonged to a link, whatever its keys are now: by uid.
class Kinship {
 public:
  void note(Ledger const& ledger, state::LinkRow const& link);
  std::vector<std::uint64_t> const& of(LinkId link) const;

 private:
  std::map<LinkId, std::vector<std::uint64_t>> kin_;
};

// What checkers may look at: the whole truth of the simulated world.
struct Court {
  Scenario const& scenario;
  mappings::Mapping const& mapping;  // bound
  SimRuntime const& runtime;
  Ledger const& ledger;
  FakeApp const& app;
  FakeCrm const& crm;
  Disk const& disk;
  Kinship const& kinship;
  std::optional<Violation>& violation;  // the first one
  Explained& explained;
  std::uint64_t& checks;

  void fail(std::string_view invariant, std::string text, std::vector<std::string> keys) const;
  // The field of the mapping that uses this native name; -1: none.
  int field_of(Side side, std::string_view native) const;
  std::string const& native(Side side, std::size_t field) const;
  // A native value as two values are compared; unset counts as blank.
  std::string comparable(Side side, std::size_t field, engine::Value const* native) const;
  // The same for a canonical value, as history rows hold it.
  std::string comparable(std::size_t field, engine::FieldValue const& canonical) const;
  // All records of a side that ever belonged to the link; the present one first.
  std::vector<Life const*> lives_of(state::LinkRow const& link, Side side) const;
  Life const* life_of(state::LinkRow const& link, Side side) const;  // the present one
  // Also those that no link ever saw: absorbed before there was one, or gone from a retired key.
  std::vector<Life const*> forebears_of(state::LinkRow const& link, Side side) const;
  bool waits_for_person(state::LinkRow const& link, std::string_view field) const;
};

class Checker {
 public:
  virtual ~Checker() = default;
  virtual void durable(Court const&, state::Commit const&) {}
  virtual void sent(Court const&, Side, std::vector<connectors::Operation> const&) {}
  virtual void carried_out(Court const&, Side, connectors::Operation const&, std::uint64_t) {}
  virtual void answered(Court const&, Side, std::vector<connectors::Operation> const&) {}
  virtual void asked(Court const&, Side, std::string_view) {}
  // The side said that this is to be asked again no sooner than after `wait`.
  virtual void told_to_wait(Court const&, Side, std::string_view, SimTime) {}
  // Records were read by their keys, at this instant.
  virtual void was_read(Court const&, Side, std::vector<engine::RecordKey> const&) {}
  virtual void hook_answered(Court const&, std::string const&, int) {}
  virtual void reloaded(Court const&) {}
  virtual void crashed(Court const&) {}
  // Users and faults have stopped and everything had time to settle.
  virtual void quiet(Court const&) {}
};

using Checkers = std::vector<std::unique_ptr<Checker>>;
Checkers all_checkers();
// For a day on which the state is set back: what it forgot nobody can be asked about.
Checkers checkers_of_restored_state();

std::unique_ptr<Checker> check_base_is_evidence();     // I1
std::unique_ptr<Checker> check_explained();            // I2
std::unique_ptr<Checker> check_newest_is_newer();      // I2
std::unique_ptr<Checker> check_no_invention();         // I3
std::unique_ptr<Checker> check_no_old_value();         // I3
std::unique_ptr<Checker> check_minimal_write();        // I4
std::unique_ptr<Checker> check_conflict_definition();  // I5
std::unique_ptr<Checker> check_convergence();          // I6
std::unique_ptr<Checker> check_one_counterpart();      // I10
std::unique_ptr<Checker> check_intent_first();         // I11
std::unique_ptr<Checker> check_deletes_stay();         // I12
std::unique_ptr<Checker> check_deletes_have_cause();   // I12, I13
std::unique_ptr<Checker> check_bijection();            // I13
std::unique_ptr<Checker> check_cursors();              // I14
std::unique_ptr<Checker> check_guard();                // I16
std::unique_ptr<Checker> check_durable_hooks();        // I17
std::unique_ptr<Checker> check_patience();             // I18
std::unique_ptr<Checker> check_one_generation();       // I19
std::unique_ptr<Checker> check_pure_plan();            // I20
std::unique_ptr<Checker> check_single_flight();        // I21
std::unique_ptr<Checker> check_safe_regression();      // I22

// Whether everything agrees or waits for a person; otherwise what does not. Used while waiting for
// quiet, and by I6 at its end.
struct Discord {
  std::string text;
  std::vector<std::string> keys;
};
std::optional<Discord> find_discord(Court const& court);

}  // namespace crmsync::simulation
