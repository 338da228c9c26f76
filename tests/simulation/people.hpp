// Everybody who works on both sides: what they do, when, and with which values. Each action draws
// from a tape of its own, so that leaving one out changes no other.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/simulation/fake_app.hpp"
#include "tests/simulation/fake_crm.hpp"
#include "tests/simulation/scenario.hpp"

#include <cstdint>
#include <functional>
#include <set>
#include <vector>

namespace crmsync::simulation {

class People {
 public:
  People(Scenario const& scenario, Stage& stage, FakeApp& app, FakeCrm& crm, Tape tape);

  // Records that are there before the daemon is.
  void settle_in();
  // Every action of the day, at its time. `left_out`: numbers of actions that do not happen.
  void plan_day(SimTime from, SimTime until, std::set<std::size_t> const& left_out);
  // Somebody edits one of these records in the next moment.
  void edit_soon(Side side, std::vector<engine::RecordKey> const& keys);
  std::size_t actions() const noexcept { return actions_; }

 private:
  struct Draft {
    Tape tape;
    std::string token;  // makes its values unlike all others
  };
  using AppKey = std::int64_t;

  void act(std::size_t number);
  void edit_app(Draft& draft, AppKey key);
  void edit_crm(Draft& draft, model::RecordId id);
  void edit_both(Draft& draft);
  void save_unchanged(Draft& draft);
  void there_and_back(Draft& draft);
  void remove(Draft& draft);
  void bulk(std::size_t number);
  void edit_many(Draft& draft);
  void remove_many(Draft& draft);
  void rarities(Draft& draft);
  void newcomers(Draft& draft);

  engine::Record app_fields(Draft& draft, std::size_t count);
  model::Inputs crm_fields(Draft& draft, std::size_t count);
  std::string text_for(Draft& draft, FieldChoice const& field);
  static engine::Value app_value(std::string const& column, std::string const& text);
  std::optional<AppKey> some_row(Draft& draft) const;
  std::optional<model::RecordId> some_contact(Draft& draft) const;
  // The contact that carries this row's external id, if any: the same person on the other side.
  std::optional<model::RecordId> contact_of(AppKey key) const;

  Scenario const& scenario_;
  Stage& stage_;
  FakeApp& app_;
  FakeCrm& crm_;
  Tape tape_;
  Tape window_tape_;
  std::size_t actions_ = 0;
  std::uint64_t window_edits_ = 0;
};

}  // namespace crmsync::simulation
