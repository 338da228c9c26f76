// I10: at most one live counterpart per record: a create is never repeated, not even one that the
// other side would recognise by its unique key.
// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/judge.hpp"

#include <map>

namespace crmsync::simulation {

namespace {

class OneCounterpart final : public Checker {
 public:
  void sent(Court const& court, Side side,
            std::vector<connectors::Operation> const& operations) override {
    for (auto const& operation : operations) {
      auto const* source = source_of(court, side, operation);
      if (source == nullptr) continue;
      ++court.checks;
      for (auto const earlier : made_for_[source->uid])
        if (court.ledger.life(earlier).alive && !was_left(court, operation, earlier))
          court.fail("I10",
                     "op " + std::to_string(operation.op_id) + " creates a counterpart of " +
                         source->key() + ", which has one: " + court.ledger.life(earlier).key(),
                     {source->key(), court.ledger.life(earlier).key()});
    }
  }

  void carried_out(Court const& court, Side side, connectors::Operation const& operation,
                   std::uint64_t uid) override {
    auto const* source = source_of(court, side, operation);
    if (source == nullptr || uid == 0) return;
    auto const other = engine::other(side);
    auto const& key = source->key();
    ++court.checks;
    auto& made = made_for_[source->uid];
    for (auto const earlier : made) {
      if (earlier == uid || !court.ledger.life(earlier).alive ||
          was_left(court, operation, earlier))
        continue;
      court.fail("I10",
                 std::string(to_string(other)) + " record " + key + " has two live counterparts: " +
                     court.ledger.life(earlier).key() + " and " + court.ledger.life(uid).key(),
                 {key, court.ledger.life(earlier).key(), court.ledger.life(uid).key()});
    }
    made.push_back(uid);
    if (side == Side::crm && court.crm.count_external(operation.external_id) > 1)
      court.fail("I10", "two CRM records hold external id " + operation.external_id,
                 {key, operation.external_id});
  }

 private:
  // A user deleted it, the pair went on with another one, and then the user took it back: who that
  // is now is the user's business.
  static bool was_left(Court const& court, connectors::Operation const& operation,
                       std::uint64_t earlier) {
    auto const intent = court.disk.intents.find(operation.op_id);
    auto const link = intent == court.disk.intents.end()
                          ? court.disk.links.end()
                          : court.disk.links.find(intent->second.link);
    if (link == court.disk.links.end()) return false;
    auto const& life = court.ledger.life(earlier);
    auto const& now = life.side == Side::app ? link->second.app_key : link->second.crm_id;
    return !life.removed_by_user.empty() && now != life.key();
  }

  // The record that a create copies; null: it is none.
  static Life const* source_of(Court const& court, Side side,
                               connectors::Operation const& operation) {
    auto const intent = court.disk.intents.find(operation.op_id);
    if (operation.kind != connectors::OperationKind::create || intent == court.disk.intents.end())
      return nullptr;
    auto const other = engine::other(side);
    return court.ledger.who(other,
                            other == Side::app ? intent->second.app_key : intent->second.crm_id);
  }

  std::map<std::uint64_t, std::vector<std::uint64_t>> made_for_;  // by the record they stand for
};

}  // namespace

std::unique_ptr<Checker> check_one_counterpart() {
  return std::make_unique<OneCounterpart>();
}

}  // namespace crmsync::simulation
