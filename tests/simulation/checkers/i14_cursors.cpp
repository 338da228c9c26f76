// I14: positions do not fall, except when a snapshot begins anew, and pass no change of the app
// that is not marked in the same transaction or an earlier one. SPDX-License-Identifier: Apache-2.0
#include "connectors/hubspot/wire/cursor.hpp"
#include "tests/simulation/judge.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace crmsync::simulation {

namespace {

class Cursors final : public Checker {
 public:
  void durable(Court const& court, state::Commit const& commit) override {
    for (auto const& update : commit.cursors) {
      ++court.checks;
      auto const now = place_of(update.side, update.row.cursor);
      auto const [at, fresh] = last_.try_emplace({update.mapping, update.side}, now);
      bool const anew =
          update.row.snapshot == state::SnapshotPhase::running && update.row.snapshot_records == 0;
      if (!fresh && !anew && now < at->second)
        court.fail("I14",
                   std::string(to_string(update.side)) + " cursor fell from " +
                       std::to_string(at->second) + " to " + std::to_string(now),
                   {});
      if (update.side == Side::app && !fresh && !anew) check_passed(court, commit, at->second, now);
      at->second = now;
    }
    for (auto const& row : commit.intake)
      if (row.side == Side::app) marked_.insert(row.key);
    if (!commit.cursors.empty()) marked_.clear();
  }

 private:
  void check_passed(Court const& court, state::Commit const& commit, std::int64_t from,
                    std::int64_t to) const {
    for (auto const& change : court.app.log()) {
      if (change.sequence <= from || change.sequence > to) continue;
      ++court.checks;
      auto const key = std::to_string(change.key);
      bool const here = std::ranges::any_of(
          commit.intake, [&](auto const& row) { return row.side == Side::app && row.key == key; });
      if (!here && !marked_.contains(key))
        court.fail("I14",
                   "the app cursor passed change " + std::to_string(change.sequence) +
                       ", and record " + key + " is not marked",
                   {key});
    }
  }

  static std::int64_t place_of(Side side, engine::Cursor const& cursor) {
    if (side == Side::crm) {
      auto const decoded = connectors::hubspot::wire::decode_cursor(cursor);
      return decoded ? decoded->safe_ms : 0;
    }
    auto const parts = engine::split_key(cursor);
    // A poll goes back by its overlap when a pass ends: that is no fall.
    if (parts.size() < 2 || parts[0] != "log") return 0;
    return key_number(parts[1]).value_or(0);
  }

  std::map<std::pair<MappingId, Side>, std::int64_t> last_;
  std::set<std::string> marked_;  // since a cursor moved
};

}  // namespace

std::unique_ptr<Checker> check_cursors() {
  return std::make_unique<Cursors>();
}

}  // namespace crmsync::simulation
