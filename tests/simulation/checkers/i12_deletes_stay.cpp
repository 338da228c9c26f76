// I12: what a user deleted does not come back without a decision on record.
// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/judge.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace crmsync::simulation {

namespace {

constexpr SimTime kOnItsWay = 2 * kMinute;  // a create that was under way when the user deleted

class DeletesStay final : public Checker {
 public:
  void durable(Court const& court, state::Commit const& commit) override {
    for (auto const& link : commit.links) {
      if (link.state != engine::LinkState::linked) continue;
      auto const* app = court.ledger.who(Side::app, link.app_key);
      auto const* crm = court.ledger.who(Side::crm, link.crm_id);
      if (app == nullptr || crm == nullptr) continue;
      partners_[app->uid].insert(crm->uid);
      partners_[crm->uid].insert(app->uid);
    }
  }

  // Who once had a counterpart that a user deleted is nobody new.
  void carried_out(Court const& court, Side side, connectors::Operation const& operation,
                   std::uint64_t) override {
    auto const intent = court.disk.intents.find(operation.op_id);
    if (operation.kind != connectors::OperationKind::create || intent == court.disk.intents.end() ||
        intent->second.link != 0)
      return;
    auto const* source = court.ledger.who(
        engine::other(side), side == Side::app ? intent->second.crm_id : intent->second.app_key);
    if (source == nullptr || !partners_.contains(source->uid)) return;
    for (auto const uid : partners_[source->uid]) {
      auto const& dead = court.ledger.life(uid);
      ++court.checks;
      if (dead.alive || dead.ended_by != Writer::user || dead.merged_into != 0 ||
          dead.ended_at + kOnItsWay > court.runtime.time())
        continue;
      court.fail("I12",
                 "record " + source->key() +
                     " is created again as if it were new; a user deleted " + "its counterpart " +
                     dead.key(),
                 {source->key(), dead.key()});
    }
  }

  void quiet(Court const& court) override {
    for (auto const& [id, link] : court.disk.links) {
      bool const decided = std::ranges::any_of(court.disk.history, [&, of = id](auto const& entry) {
        return entry.second.link == of && entry.second.kind == state::HistoryKind::restored;
      });
      if (decided) continue;
      for (auto const side : {Side::app, Side::crm}) check(court, link, side);
    }
  }

 private:
  std::map<std::uint64_t, std::set<std::uint64_t>> partners_;  // who was ever linked with whom

  static void check(Court const& court, state::LinkRow const& link, Side side) {
    auto const* dead = court.life_of(link, side);
    if (dead == nullptr || dead->alive || dead->ended_by != Writer::user) return;
    ++court.checks;
    for (auto const* life : court.lives_of(link, engine::other(side)))
      if (life->born_by == Writer::engine && life->born_at > dead->ended_at + kOnItsWay)
        court.fail("I12",
                   std::string(to_string(side)) + " record " + dead->key() +
                       " was deleted, and its counterpart " + life->key() + " was made afterwards",
                   {link.app_key, link.crm_id, dead->key(), life->key()});
  }
};

}  // namespace

std::unique_ptr<Checker> check_deletes_stay() {
  return std::make_unique<DeletesStay>();
}

}  // namespace crmsync::simulation
