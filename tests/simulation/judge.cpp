// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/judge.hpp"

#include <algorithm>

namespace crmsync::simulation {

namespace {

std::string text_of(mappings::Mapping const& mapping, std::size_t field,
                    engine::FieldValue const& canonical) {
  if (!canonical) return "(unknown)";
  if (engine::is_blank(*canonical)) return "";
  auto const compared = mapping.comparable(field, *canonical);
  return engine::display(compared.value_or(*canonical));
}

}  // namespace

void Kinship::note(Ledger const& ledger, state::LinkRow const& link) {
  auto& kin = kin_[link.id];
  auto const add = [&](Side side, engine::RecordKey const& key) {
    auto const* life = ledger.who(side, key);
    if (life != nullptr && std::ranges::find(kin, life->uid) == kin.end()) kin.push_back(life->uid);
  };
  add(Side::app, link.app_key);
  add(Side::crm, link.crm_id);
  for (auto const& former : link.crm_aliases) add(Side::crm, former);
}

std::vector<std::uint64_t> const& Kinship::of(LinkId link) const {
  static std::vector<std::uint64_t> const none;
  auto const at = kin_.find(link);
  return at == kin_.end() ? none : at->second;
}

void Court::fail(std::string_view invariant, std::string text,
                 std::vector<std::string> keys) const {
  if (violation) return;
  violation = Violation{std::string(invariant), std::move(text), std::move(keys), runtime.time()};
}

int Court::field_of(Side side, std::string_view name) const {
  for (std::size_t i = 0; i < mapping.fields.size(); ++i)
    if (native(side, i) == name) return static_cast<int>(i);
  return -1;
}

std::string const& Court::native(Side side, std::size_t field) const {
  auto const& row = mapping.fields[field];
  return side == Side::app ? row.app.front() : row.crm.front();
}

std::string Court::comparable(Side side, std::size_t field, engine::Value const* value) const {
  if (value == nullptr) return "";
  auto const canonical =
      mapping.to_canonical(side, field, engine::Record{{native(side, field), *value}});
  return text_of(mapping, field, canonical.value);
}

std::string Court::comparable(std::size_t field, engine::FieldValue const& canonical) const {
  return text_of(mapping, field, canonical);
}

std::vector<Life const*> Court::lives_of(state::LinkRow const& link, Side side) const {
  std::vector<Life const*> lives;
  auto const add = [&](Life const* life) {
    if (life != nullptr && life->side == side && std::ranges::find(lives, life) == lives.end())
      lives.push_back(life);
  };
  if (side == Side::crm || link.app_key.find(kDagger) == std::string::npos)
    add(ledger.who(side, side == Side::app ? link.app_key : link.crm_id));
  for (auto const uid : kinship.of(link.id)) add(&ledger.life(uid));
  for (std::size_t i = 0; i < lives.size(); ++i)
    if (lives[i]->merged_into != 0) add(&ledger.life(lives[i]->merged_into));
  return lives;
}

std::vector<Life const*> Court::forebears_of(state::LinkRow const& link, Side side) const {
  auto lives = lives_of(link, side);
  auto const add = [&](Life const& life) {
    if (std::ranges::find(lives, &life) == lives.end()) lives.push_back(&life);
  };
  auto const key = link.app_key.substr(0, link.app_key.find(kDagger));
  std::size_t known = 0;
  do {  // who was absorbed may have absorbed
    known = lives.size();
    for (auto const& life : ledger.lives()) {
      bool const had_key = side == Side::app && key.size() < link.app_key.size() &&
                           life.side == side &&
                           std::ranges::find(life.keys, key) != life.keys.end();
      bool const absorbed =
          std::ranges::any_of(lives, [&](Life const* one) { return life.merged_into == one->uid; });
      if (had_key || absorbed) add(life);
    }
  } while (known != lives.size());
  return lives;
}

Life const* Court::life_of(state::LinkRow const& link, Side side) const {
  auto const lives = lives_of(link, side);
  return lives.empty() ? nullptr : lives.front();
}

bool Court::waits_for_person(state::LinkRow const& link, std::string_view field) const {
  auto const concerns = [&](auto const& row) { return row.link == link.id; };
  for (auto const& [id, row] : disk.parked)
    if (concerns(row) && (row.field.empty() || row.field == field)) return true;
  for (auto const& [id, row] : disk.held)
    if (concerns(row)) return true;
  for (auto const& [id, row] : disk.errors)
    if (concerns(row) ||
        (row.record_side == Side::app ? row.key == link.app_key : row.key == link.crm_id))
      return true;
  return false;
}

Checkers all_checkers() {
  Checkers checkers;
  for (auto make : {check_base_is_evidence,
                    check_no_invention,
                    check_one_counterpart,
                    check_intent_first,
                    check_bijection,
                    check_cursors,
                    check_guard,
                    check_single_flight,
                    check_minimal_write,
                    check_conflict_definition,
                    check_no_old_value,
                    check_newest_is_newer,
                    check_deletes_have_cause,
                    check_durable_hooks,
                    check_patience,
                    check_one_generation,
                    check_pure_plan,
                    check_convergence,
                    check_explained,
                    check_deletes_stay})
    checkers.push_back(make());
  return checkers;
}

Checkers checkers_of_restored_state() {
  Checkers checkers;
  for (auto make : {check_safe_regression, check_intent_first, check_bijection, check_guard,
                    check_single_flight, check_durable_hooks})
    checkers.push_back(make());
  return checkers;
}

}  // namespace crmsync::simulation
