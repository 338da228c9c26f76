// I18: whoever was told to come back later does not come earlier, and no record starves.
// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/judge.hpp"

#include <algorithm>
#include <map>

namespace crmsync::simulation {

namespace {

constexpr SimTime kWaitsMax = 2 * kHour;

class Patience final : public Checker {
 public:
  // Reads of changes come from one poller, one after the other: what it was told counts for its
  // next. Records are read and written by several rounds, which share the connector's governor
  // (unit/http), and that is not in here.
  void told_to_wait(Court const& court, Side side, std::string_view what, SimTime wait) override {
    if (what == "search" || what == "list")
      not_before_[{side, std::string(what)}] = court.runtime.time() + wait;
  }
  void asked(Court const& court, Side side, std::string_view what) override {
    auto const told = not_before_.find({side, std::string(what)});
    if (told == not_before_.end()) return;
    ++court.checks;
    if (court.runtime.time() < told->second)
      court.fail("I18", "asks to " + std::string(what) + " before " + clock_text(told->second), {});
    not_before_.erase(told);
  }
  void crashed(Court const&) override { not_before_.clear(); }
  void reloaded(Court const&) override { not_before_.clear(); }

  void quiet(Court const& court) override {
    for (auto const& [sequence, row] : court.disk.intake) {
      auto const& lookup = row.side == Side::app ? court.disk.link_by_app : court.disk.link_by_crm;
      auto const link = lookup.find({row.mapping, row.key});
      bool const waits =
          link != lookup.end() && court.waits_for_person(court.disk.links.at(link->second), "");
      bool const listed =
          std::ranges::any_of(court.disk.errors, [&, &mark = row](auto const& entry) {
            return entry.second.record_side == mark.side && entry.second.key == mark.key;
          });
      ++court.checks;
      auto const age = court.runtime.true_time().micros - row.at.micros;
      if (!waits && !listed && age > kWaitsMax)
        court.fail("I18",
                   std::string(to_string(row.side)) + " record " + row.key + " is dirty for " +
                       clock_text(age),
                   {row.key});
    }
  }

 private:
  std::map<std::pair<Side, std::string>, SimTime> not_before_;
};

}  // namespace

std::unique_ptr<Checker> check_patience() {
  return std::make_unique<Patience>();
}

}  // namespace crmsync::simulation
