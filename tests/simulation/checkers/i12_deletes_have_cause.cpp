// I12: crmsync deletes only what somebody deleted on the other side, and what a read by id has just
// shown so: not what a message says. I13: a record that a merge absorbed was not deleted.
// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/judge.hpp"

#include <algorithm>
#include <map>

namespace crmsync::simulation {

namespace {

// A delete rests on a read this old at most, requests and commits included.
constexpr SimTime kReadAgeMax = kMinute;

class DeletesHaveCause final : public Checker {
 public:
  void was_read(Court const& court, Side side,
                std::vector<engine::RecordKey> const& keys) override {
    for (auto const& key : keys) {
      auto const* life = survivor_of(court, court.ledger.who(side, key));
      if (life != nullptr && !life->alive) seen_dead_[{side, key}] = court.runtime.time();
    }
  }

  void durable(Court const& court, state::Commit const& commit) override {
    for (auto const& intent : commit.intents) {
      if (intent.kind != state::IntentKind::archive && intent.kind != state::IntentKind::erase)
        continue;
      auto const link = court.disk.links.find(intent.link);
      if (link != court.disk.links.end()) check(court, link->second, engine::other(intent.side));
    }
  }

 private:
  static Life const* survivor_of(Court const& court, Life const* life) {
    while (life != nullptr && life->merged_into != 0) life = &court.ledger.life(life->merged_into);
    return life;
  }

  // The link's own record is gone, and this one came to its key afterwards.
  static bool stood_there_before(Court const& court, state::LinkRow const& link, Life const& now) {
    return std::ranges::any_of(court.kinship.of(link.id), [&](std::uint64_t uid) {
      auto const& one = court.ledger.life(uid);
      return one.side == now.side && !one.alive && one.merged_into == 0 &&
             one.key() == link.app_key && one.ended_at <= now.born_at;
    });
  }

  void check(Court const& court, state::LinkRow const& link, Side cause) const {
    auto const* first = court.life_of(link, cause);
    auto const* life = survivor_of(court, first);
    if (life == nullptr || !life->alive || stood_there_before(court, link, *life)) return;
    ++court.checks;
    auto const seen = seen_dead_.find({cause, cause == Side::app ? link.app_key : link.crm_id});
    if (seen != seen_dead_.end() && seen->second + kReadAgeMax > court.runtime.time()) return;
    bool const absorbed = life != first;
    court.fail(absorbed ? "I13" : "I12",
               "the counterpart of " + std::string(to_string(cause)) + " record " + life->key() +
                   " is to be deleted, but no read showed that one deleted" +
                   (absorbed ? ": it absorbed " + first->key() : std::string()),
               {link.app_key, link.crm_id, life->key()});
  }

  std::map<std::pair<Side, engine::RecordKey>, SimTime> seen_dead_;
};

}  // namespace

std::unique_ptr<Checker> check_deletes_have_cause() {
  return std::make_unique<DeletesHaveCause>();
}

}  // namespace crmsync::simulation
