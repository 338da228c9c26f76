// I6: some time after users and faults have stopped, both sides and the base agree on every field,
// or what does not agree is listed for a person. SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/judge.hpp"

#include <algorithm>
#include <set>

namespace crmsync::simulation {

namespace {

using engine::Direction;
using engine::LinkState;

class Comparison {
 public:
  explicit Comparison(Court const& court) : court_(court) {}

  std::optional<Discord> run() {
    for (auto const& [id, link] : court_.disk.links) {
      note_lives(link);
      if (link.state != LinkState::linked || court_.waits_for_person(link, "")) continue;
      if (auto discord = compare(link)) return discord;
    }
    if (auto discord = strangers()) return discord;
    for (auto const& [op, intent] : court_.disk.intents) {
      auto const link = court_.disk.links.find(intent.link);
      if (link != court_.disk.links.end() && court_.waits_for_person(link->second, "")) continue;
      bool const listed =
          std::ranges::any_of(court_.disk.errors, [&, &row = intent](auto const& at) {
            auto const& error = at.second;
            return error.key == (error.record_side == Side::app ? row.app_key : row.crm_id);
          });
      // What was refused is tried once more, and is on its way in this very moment.
      if (listed && court_.runtime.true_time().micros - intent.at.micros < kMinute) continue;
      return Discord{"op " + std::to_string(op) + " has no known outcome",
                     {intent.app_key, intent.crm_id}};
    }
    return std::nullopt;
  }

 private:
  void note_lives(state::LinkRow const& link) {
    for (auto const side : {Side::app, Side::crm})
      for (auto const* life : court_.lives_of(link, side)) linked_.insert(life->uid);
  }

  Discord discord(state::LinkRow const& link, std::string text) const {
    return {"link " + std::to_string(link.id) + " (" + link.app_key + " <-> " + link.crm_id +
                "): " + std::move(text),
            {link.app_key, link.crm_id}};
  }

  std::optional<Discord> compare(state::LinkRow const& link) {
    auto const* app = court_.life_of(link, Side::app);
    auto const* crm = court_.life_of(link, Side::crm);
    // A contact that was made for a row which nobody ever linked keeps a link of its own.
    bool const row_went = app == nullptr && link.app_key.find(kDagger) != std::string::npos;
    if (row_went && crm != nullptr && court_.scenario.app_deleted == "ignore") return std::nullopt;
    if (app == nullptr || crm == nullptr) return discord(link, "one of its records never was");
    if (!app->alive && court_.scenario.app_deleted == "ignore") return std::nullopt;
    // A restored record shows itself by its next change, or by a webhook.
    if ((!crm->alive || !crm->removed_by_user.empty()) && court_.scenario.crm_deleted == "ignore")
      return std::nullopt;
    auto const* last = crm;
    while (last->merged_into != 0) last = &court_.ledger.life(last->merged_into);
    if (last->erased) return std::nullopt;  // nothing tells of it until somebody edits the row
    if (!app->alive) return discord(link, "the app row is gone, the pair is still linked");
    if (!crm->alive) return discord(link, "the CRM record is gone, the pair is still linked");
    auto const base = court_.disk.bases.find(link.id);
    if (base == court_.disk.bases.end()) return discord(link, "it has no base");
    for (std::size_t i = 0; i < court_.mapping.fields.size(); ++i)
      if (auto text = compare_field(link, *app, *crm, base->second, i))
        return discord(link, court_.mapping.fields[i].name + ": " + *text);
    return std::nullopt;
  }

  std::optional<std::string> compare_field(state::LinkRow const& link, Life const& app,
                                           Life const& crm, state::BaseRow const& base,
                                           std::size_t i) {
    ++court_.checks;
    auto const& name = court_.mapping.fields[i].name;
    if (court_.waits_for_person(link, name)) return std::nullopt;
    auto const& rule = court_.mapping.rules.fields[i];
    auto const a = court_.comparable(Side::app, i, app.now(court_.native(Side::app, i)));
    auto const c = court_.comparable(Side::crm, i, crm.now(court_.native(Side::crm, i)));
    if (a != c) {
      // The read-only side of a one-way field may drift, and that is reported.
      if (rule.direction != Direction::both && rule.drift != engine::Drift::overwrite)
        return std::nullopt;
      return "app has \"" + shortened(a) + "\", CRM has \"" + shortened(c) + "\"";
    }
    auto const base_app =
        court_.comparable(Side::app, i, base.app.find(court_.native(Side::app, i)));
    auto const base_crm =
        court_.comparable(Side::crm, i, base.crm.find(court_.native(Side::crm, i)));
    if (rule.direction == Direction::both && (base_app != a || base_crm != c))
      return "both have \"" + shortened(a) + "\", the base has \"" + shortened(base_app) +
             "\" and \"" + shortened(base_crm) + "\"";
    return std::nullopt;
  }

  // Live records nobody is linked to: each has to be listed somewhere.
  std::optional<Discord> strangers() {
    for (auto const& life : court_.ledger.lives()) {
      if (!life.alive || linked_.contains(life.uid)) continue;
      auto const about = [&](auto const& row, Side side) {
        return side == life.side && row.key == life.key();
      };
      bool listed = std::ranges::any_of(court_.disk.errors, [&](auto const& entry) {
        return about(entry.second, entry.second.record_side);
      });
      listed = listed || std::ranges::any_of(court_.disk.parked, [&](auto const& entry) {
                 return entry.second.link == 0 &&
                        (about(entry.second, entry.second.side) ||
                         std::ranges::find(entry.second.candidates, life.key()) !=
                             entry.second.candidates.end());
               });
      if (!listed)
        return Discord{std::string(to_string(life.side)) + " record " + life.key() +
                           " has no counterpart and is not listed",
                       {life.key()}};
    }
    return std::nullopt;
  }

  Court const& court_;
  std::set<std::uint64_t> linked_;
};

class Convergence final : public Checker {
 public:
  void quiet(Court const& court) override {
    if (auto discord = find_discord(court)) court.fail("I6", discord->text, discord->keys);
  }
};

}  // namespace

std::optional<Discord> find_discord(Court const& court) {
  return Comparison(court).run();
}

std::unique_ptr<Checker> check_convergence() {
  return std::make_unique<Convergence>();
}

}  // namespace crmsync::simulation
