// I2: every write of a user ended in exactly one way that can be shown. The daemon is asked about
// each value of a user that it replaced or removed.
// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/judge.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace crmsync::simulation {

namespace {

using state::HistoryKind;

class Inquiry {
 public:
  // When each record was read last while it lived, by uid.
  using LastReads = std::map<std::uint64_t, SimTime>;

  Inquiry(Court const& court, LastReads const& reads) : court_(court), reads_(reads) {
    for (auto const& [id, link] : court.disk.links)
      for (auto const side : {Side::app, Side::crm})
        for (auto const* life : court.lives_of(link, side)) links_[life->uid].push_back(&link);
    for (auto const& [sequence, row] : court.disk.history) {
      history_[row.link].push_back(&row);
      if (row.kind == HistoryKind::recovered) recovered_.insert(row.op_id);
    }
  }

  void run() {
    for (auto const& life : court_.ledger.lives())
      for (std::size_t i = 0; i < court_.mapping.fields.size(); ++i) inspect(life, i);
  }

 private:
  struct Write {
    Life const& life;
    std::size_t field;
    Held const& held;
    SimTime since;
    SimTime until;            // when it was replaced
    std::uint64_t by_op = 0;  // of crmsync
  };

  void inspect(Life const& life, std::size_t field) {
    auto const tape = life.fields.find(court_.native(life.side, field));
    if (tape == life.fields.end()) return;
    auto const& all = tape->second;
    for (std::size_t i = 0; i < all.size(); ++i) {
      auto const by = all[i].writer;
      if (by != Writer::user && by != Writer::automation) continue;
      ++court_.checks;
      if (i + 1 < all.size()) {
        if (back_again(life, field, all, i))
          ++court_.explained.superseded;
        else if (set_back_unseen(life, field, all, i))
          ++court_.explained.unobservable;
        else
          replaced(
              {life, field, all[i], since(life, field, all[i]), all[i + 1].at, all[i + 1].op_id},
              all[i + 1]);
        continue;
      }
      if (life.alive)
        still_there({life, field, all[i], all[i].at, INT64_MAX});
      else if (life.merged_into != 0 || life.ended_by != Writer::engine ||
               back_again(life, field, all, i))
        ++court_.explained.superseded;
      else
        explain({life, field, all[i], since(life, field, all[i]), life.ended_at},
                "was removed with its record by crmsync");
    }
  }

  // A -> B -> A between two looks: nobody can tell that from A. The earlier A answers for it.
  bool back_again(Life const& life, std::size_t field, std::vector<Held> const& all,
                  std::size_t i) const {
    auto const value = court_.comparable(life.side, field, &all[i].value);
    for (std::size_t j = i; j > 0; --j) {
      if (all[j].writer == Writer::engine) return false;
      if (court_.comparable(life.side, field, &all[j - 1].value) == value) return true;
    }
    // A field that nobody had filled was blank from the start.
    if (value.empty() && all.front().writer != Writer::engine) return true;
    return all.front().writer != Writer::engine && was_absorbed_with(life, field, value);
  }

  // The record of the pair that this one absorbed held the same when it went: for whoever follows
  // the pair nothing was written.
  bool was_absorbed_with(Life const& survivor, std::size_t field, std::string const& value) const {
    return std::ranges::any_of(court_.ledger.lives(), [&](Life const& life) {
      if (life.merged_into != survivor.uid) return false;
      auto const* last = life.now(court_.native(life.side, field));
      return court_.comparable(life.side, field, last) == value;
    });
  }

  // A -> ours -> A while nobody knew whether ours was carried out: without a history that looks
  // like a write that never was.
  bool set_back_unseen(Life const& life, std::size_t field, std::vector<Held> const& all,
                       std::size_t i) const {
    if (life.side == Side::crm && court_.scenario.crm.history) return false;
    if (i == 0 || all[i - 1].writer != Writer::engine || !recovered_.contains(all[i - 1].op_id))
      return false;
    auto const value = court_.comparable(life.side, field, &all[i].value);
    for (auto j = i - 1; j > 0; --j) {  // users may have passed through other values before ours
      if (court_.comparable(life.side, field, &all[j - 1].value) == value) return true;
      if (all[j - 1].writer == Writer::engine) return false;
    }
    return value.empty();
  }

  // A survivor takes over what a record that it absorbed held: as old as it is there.
  SimTime since(Life const& survivor, std::size_t field, Held const& held) const {
    auto at = held.at;
    auto const value = court_.comparable(survivor.side, field, &held.value);
    for (auto const& life : court_.ledger.lives()) {
      if (life.merged_into != survivor.uid || life.ended_at != held.at) continue;
      auto const tape = life.fields.find(court_.native(life.side, field));
      if (tape == life.fields.end()) continue;
      auto const& last = tape->second.back();
      if (court_.comparable(life.side, field, &last.value) == value)
        at = std::min(at, since(life, field, last));  // who was absorbed may have absorbed
    }
    return at;
  }

  void replaced(Write const& write, Held const& next) {
    bool const removed = std::ranges::any_of(write.life.removed_by_user, [&](SimTime at) {
      return at >= write.held.at && at <= next.at;
    });
    if (next.writer != Writer::engine || removed) {
      ++court_.explained.superseded;
      return;
    }
    auto const side = write.life.side;
    if (court_.comparable(side, write.field, &write.held.value) ==
        court_.comparable(side, write.field, &next.value)) {
      ++court_.explained.present;
      return;
    }
    explain(write, "was replaced by crmsync with " + shortened(engine::display(next.value)) +
                       " at " + clock_text(next.at));
  }

  void still_there(Write const& write) {
    auto const& field = court_.mapping.fields[write.field].name;
    for (auto const* link : links_[write.life.uid])
      if (court_.waits_for_person(*link, field)) {
        ++court_.explained.waiting;
        return;
      }
    ++court_.explained.present;  // that the other side has it too is I6's question
  }

  void explain(Write const& write, std::string const& what) {
    if (one_way(write) || delivered(write)) {
      ++court_.explained.present;
      return;
    }
    if (recorded(write)) return;
    if (write.life.side == Side::crm &&
        (!court_.scenario.crm.history || erased_at_once(write) || merged_away(write))) {
      ++court_.explained.unobservable;
      return;
    }
    std::vector<std::string> keys = write.life.keys;
    for (auto const* link : links_[write.life.uid]) {
      keys.push_back(link->app_key);
      keys.push_back(link->crm_id);
    }
    court_.fail("I2",
                std::string(to_string(write.life.side)) + " record " + write.life.key() + ": " +
                    std::string(to_string(write.held.writer)) + " wrote " +
                    court_.mapping.fields[write.field].name + "=" +
                    shortened(engine::display(write.held.value)) + " at " +
                    clock_text(write.held.at) + "; it " + what +
                    " without having been on the other side and without a record",
                std::move(keys));
  }

  // What is deleted for good keeps no history of the moment between our read and our delete.
  bool erased_at_once(Write const& write) const {
    auto const read = reads_.find(write.life.uid);
    return write.life.erased && write.until == write.life.ended_at && read != reads_.end() &&
           write.held.at >= read->second;
  }

  // The answer was lost, and before anybody could look the record was merged into another one,
  // which has only its own history.
  bool merged_away(Write const& write) const {
    return write.life.merged_into != 0 && recovered_.contains(write.by_op);
  }

  // A field that flows only towards this side gives way by rule.
  bool one_way(Write const& write) const {
    auto const& rule = court_.mapping.rules.fields[write.field];
    auto const towards =
        write.life.side == Side::app ? engine::Direction::to_app : engine::Direction::to_crm;
    return rule.direction == towards;
  }

  // The other side held it at some time after it was written: it had arrived.
  bool delivered(Write const& write) {
    auto const other = engine::other(write.life.side);
    auto const wanted = court_.comparable(write.life.side, write.field, &write.held.value);
    if (links_[write.life.uid].empty()) return was_copied(write, wanted);
    for (auto const* link : links_[write.life.uid]) {
      for (auto const* life : court_.forebears_of(*link, other)) {
        auto const tape = life->fields.find(court_.native(other, write.field));
        if (tape == life->fields.end()) {
          if (wanted.empty()) return true;
          continue;
        }
        auto const& all = tape->second;
        if (wanted.empty() && all.front().at > write.since) return true;
        for (std::size_t i = 0; i < all.size(); ++i) {
          auto const until = i + 1 < all.size() ? all[i + 1].at : INT64_MAX;
          if (until < write.since) continue;
          if (court_.comparable(other, write.field, &all[i].value) == wanted) return true;
        }
      }
    }
    return false;
  }

  // A record that went before anybody linked it: crmsync itself had brought the value over.
  bool was_copied(Write const& write, std::string const& wanted) const {
    auto const other = engine::other(write.life.side);
    return std::ranges::any_of(court_.ledger.lives(), [&](Life const& life) {
      auto const tape = life.fields.find(court_.native(other, write.field));
      if (life.side != other || tape == life.fields.end()) return false;
      return std::ranges::any_of(tape->second, [&](Held const& held) {
        return held.writer == Writer::engine && held.at >= write.since &&
               court_.comparable(other, write.field, &held.value) == wanted;
      });
    });
  }

  // Rows without a link are about records that never got one. What was written to a record that
  // went before anybody linked it stands with whoever has its counterpart, or its key, by now.
  bool recorded(Write const& write) {
    if (recorded(write, 0)) return true;
    if (links_[write.life.uid].empty())
      return std::ranges::any_of(history_,
                                 [&](auto const& rows) { return recorded(write, rows.first); });
    return std::ranges::any_of(links_[write.life.uid], [&](state::LinkRow const* link) {
      return recorded(write, link->id);
    });
  }

  bool recorded(Write const& write, LinkId link) {
    auto const wanted = court_.comparable(write.life.side, write.field, &write.held.value);
    auto const& name = court_.mapping.fields[write.field].name;
    bool const app = write.life.side == Side::app;
    for (auto const* row : history_[link]) {
      if (row->kind == HistoryKind::deleted && link != 0 &&
          court_.scenario.versus_edit != "edit_wins") {
        ++court_.explained.conflict_loser;
        return true;
      }
      if (row->field != name) continue;
      auto const lost = court_.comparable(write.field, app ? row->app : row->crm);
      if (lost != wanted) continue;
      if (row->kind == HistoryKind::collision || row->kind == HistoryKind::resolved) {
        ++court_.explained.conflict_loser;
        return true;
      }
      if (row->kind == HistoryKind::overwritten) {
        ++court_.explained.window_recorded;
        return true;
      }
    }
    return false;
  }

  Court const& court_;
  LastReads const& reads_;
  std::map<std::uint64_t, std::vector<state::LinkRow const*>> links_;
  std::map<LinkId, std::vector<state::HistoryRow const*>> history_;
  std::set<std::uint64_t> recovered_;  // operations whose answer never came
};

class ExplainedWrites final : public Checker {
 public:
  void was_read(Court const& court, Side side,
                std::vector<engine::RecordKey> const& keys) override {
    for (auto const& key : keys) {
      auto const* life = court.ledger.who(side, key);
      if (life != nullptr && life->alive) reads_[life->uid] = court.runtime.time();
    }
  }
  void quiet(Court const& court) override { Inquiry(court, reads_).run(); }

 private:
  Inquiry::LastReads reads_;
};

}  // namespace

std::unique_ptr<Checker> check_explained() {
  return std::make_unique<ExplainedWrites>();
}

}  // namespace crmsync::simulation
