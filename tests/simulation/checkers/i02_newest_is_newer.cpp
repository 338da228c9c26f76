// I2: where the clocks are right, `newest` (and `oldest`) never picks the value that was written
// first (last).
// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/judge.hpp"

#include <algorithm>
#include <optional>

namespace crmsync::simulation {

namespace {

// When a side wrote a value: the first and the last time.
struct Span {
  SimTime first = 0;
  SimTime last = 0;
};

class NewestIsNewer final : public Checker {
 public:
  void durable(Court const& court, state::Commit const& commit) override {
    bool const clocks_differ = std::ranges::any_of(court.scenario.faults, [](auto const& one) {
      return one.first == Fault::crm_clock || one.first == Fault::app_clock ||
             one.first == Fault::wall_clock;
    });
    if (clocks_differ) return;
    for (auto const& row : commit.history) {
      bool const newest = row.policy == "newest";
      auto const field = court.mapping.field_index(row.field);
      auto const link = court.disk.links.find(row.link);
      if (row.kind != state::HistoryKind::collision || (!newest && row.policy != "oldest") ||
          field < 0 || link == court.disk.links.end() ||
          !court.mapping.rules.fields[static_cast<std::size_t>(field)].group.empty())
        continue;
      check(court, row, link->second, static_cast<std::size_t>(field), newest);
    }
  }

 private:
  static std::optional<Span> span_of(Court const& court, state::LinkRow const& link, Side side,
                                     std::size_t field, std::string const& value) {
    std::optional<Span> span;
    for (auto const* life : court.forebears_of(link, side)) {  // a survivor takes over old values
      auto const tape = life->fields.find(court.native(side, field));
      if (tape == life->fields.end()) continue;
      for (auto const& held : tape->second) {
        if (court.comparable(side, field, &held.value) != value) continue;
        if (!span) span = Span{held.at, held.at};
        span->first = std::min(span->first, held.at);
        span->last = std::max(span->last, held.at);
      }
    }
    return span;
  }

  static void check(Court const& court, state::HistoryRow const& row, state::LinkRow const& link,
                    std::size_t field, bool newest) {
    auto const app = court.comparable(field, row.app), crm = court.comparable(field, row.crm);
    bool const app_won = court.comparable(field, row.result) == app;
    auto const app_span = span_of(court, link, Side::app, field, app);
    auto const crm_span = span_of(court, link, Side::crm, field, crm);
    if (!app_span || !crm_span) return;  // blank from the start
    ++court.checks;
    bool const app_is_late = app_won == newest;
    auto const& late = app_is_late ? *app_span : *crm_span;
    auto const& early = app_is_late ? *crm_span : *app_span;
    if (late.last >= early.first) return;
    court.fail("I2",
               row.policy + " took " + row.field + " of the " + (app_won ? "app" : "CRM") +
                   " on link " + std::to_string(link.id) + ", but what it took for later is of " +
                   clock_text(late.last) + " and the other of " + clock_text(early.first),
               {link.app_key, link.crm_id});
  }
};

}  // namespace

std::unique_ptr<Checker> check_newest_is_newer() {
  return std::make_unique<NewestIsNewer>();
}

}  // namespace crmsync::simulation
