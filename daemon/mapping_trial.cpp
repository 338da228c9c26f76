// SPDX-License-Identifier: Apache-2.0
#include "daemon/mapping_trial.hpp"

#include "daemon/pair.hpp"
#include "mappings/assumed_schema.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

namespace crmsync::daemon {

using engine::FieldAction;
using engine::FieldValue;
using engine::Presence;
using engine::Record;
using engine::Side;
using mappings::MappingTest;
using mappings::TestValues;

namespace {

std::string quoted(std::string const& text) {
  return text.empty() ? "a blank" : "`" + text + "`";
}

std::string shown(FieldValue const& value) {
  return value && engine::is_blank(*value) ? "a blank" : quoted(engine::display(value));
}

std::string listed(std::set<std::string> const& names) {
  std::string out;
  for (auto const& name : names) out += (out.empty() ? "" : ", ") + name;
  return out.empty() ? "nothing" : out;
}

// As a person reads it: 12.50 is 12.5.
bool reads_alike(engine::Value const& value, std::string const& expected) {
  auto const text = engine::is_blank(value) ? std::string() : engine::display(value);
  if (text == expected) return true;
  auto const a = engine::Decimal::parse(text), b = engine::Decimal::parse(expected);
  return a && b && *a == *b;
}

class Trial {
 public:
  Trial(mappings::Mapping const& mapping, MappingTest const& test)
      : mapping_(mapping), test_(test) {}

  TrialResult run() {
    result_.name = test_.name;
    result_.line = test_.line;
    if (test_.base || (test_.app && test_.crm))
      decide();
    else if (test_.app)
      convert(Side::app, test_.app->values, test_.expect_crm);
    else if (test_.crm)
      convert(Side::crm, test_.crm->values, test_.expect_app);
    check_error();
    return std::move(result_);
  }

 private:
  void fail(std::string text) { result_.failures.push_back(std::move(text)); }
  void problem(std::string const& field, std::string const& text) {
    problems_.push_back(field + ": " + text);
  }

  std::string const& native(Side side, std::size_t i) const {
    auto const& field = mapping_.fields[i];
    return side == Side::app ? field.app.front() : field.crm.front();
  }

  // The named values of a side in the types of the mapping.
  Record record_of(Side side, TestValues const& values) {
    Record record;
    for (auto const& [name, text] : values) {
      auto const field =
          std::find_if(mapping_.fields.begin(), mapping_.fields.end(),
                       [side, &wanted = name](mappings::FieldMap const& one) {
                         return (side == Side::app ? one.app.front() : one.crm.front()) == wanted;
                       });
      if (field == mapping_.fields.end()) continue;  // the loader refused it
      auto value = mappings::native_value(*field, side, text);
      if (value.value)
        record.set(name, std::move(*value.value));
      else
        problem(field->name, value.problem);
    }
    return record;
  }

  bool flows(Side from, std::size_t i) const {
    auto const direction = mapping_.rules.fields[i].direction;
    return direction != (from == Side::app ? engine::Direction::to_app : engine::Direction::to_crm);
  }

  // One record becomes the other side's.
  void convert(Side from, TestValues const& values, TestValues const& expected) {
    auto const to = engine::other(from);
    auto const source = record_of(from, values);
    Record became;
    for (std::size_t i = 0; i < mapping_.fields.size(); ++i) {
      auto const& name = mapping_.fields[i].name;
      if (!source.contains(native(from, i)) || !flows(from, i)) continue;
      auto const canonical = mapping_.to_canonical(from, i, source);
      if (!canonical.problem.empty()) problem(name, canonical.problem);
      if (!canonical.value) continue;
      auto const target = mapping_.from_canonical(to, i, *canonical.value);
      if (!target)
        problem(name, target.error().detail);
      else
        became.overlay(*target);
      if (target && test_.round_trip) come_back(from, i, *canonical.value, *target);
    }
    if (test_.round_trip && came_back_ == 0)
      fail("round_trip: no value of the test flows both ways");
    if (test_.error.empty())
      for (auto const& text : std::exchange(problems_, {})) fail(text);
    for (auto const& [name, text] : expected) {
      auto const* value = became.find(name);
      if (value == nullptr)
        fail(name + ": expected " + quoted(text) + ", but nothing is written there");
      else if (!reads_alike(*value, text))
        fail(name + ": expected " + quoted(text) + ", but it becomes " + shown(*value));
    }
  }

  void come_back(Side from, std::size_t i, engine::Value const& sent, Record const& there) {
    if (mapping_.rules.fields[i].direction != engine::Direction::both) return;
    ++came_back_;
    auto const back = mapping_.to_canonical(engine::other(from), i, there).value;
    if (back && mapping_.comparable(i, *back) == mapping_.comparable(i, sent)) return;
    fail(mapping_.fields[i].name + ": comes back as " + shown(back) + " instead of " +
         shown(FieldValue(sent)));
  }

  engine::Observation observation(Side side, Record fields,
                                  std::optional<mappings::TestSide> const& told) {
    engine::Observation seen;
    seen.presence = Presence::present;
    seen.source = engine::ReadSource::by_id;
    if (told && told->at) {
      seen.changed_at = seen.observed_at = *told->at;
      for (auto const& [name, value] : record_of(side, told->values))
        seen.history[name] = {{value, *told->at, "", false}};
    }
    seen.fields = std::move(fields);
    return seen;
  }

  // What both sides had agreed on: the CRM's half is what the row's had become.
  void set_base(Pair& pair) {
    pair.link.emplace();
    pair.link->state = engine::LinkState::linked;
    pair.base.emplace();
    pair.base->app = record_of(Side::app, *test_.base);
    for (std::size_t i = 0; i < mapping_.fields.size(); ++i) {
      if (!pair.base->app.contains(native(Side::app, i))) continue;
      auto const canonical = mapping_.to_canonical(Side::app, i, pair.base->app);
      if (!canonical.problem.empty()) problem(mapping_.fields[i].name, canonical.problem);
      if (!canonical.value) continue;
      auto const there = mapping_.from_canonical(Side::crm, i, *canonical.value);
      if (there)
        pair.base->crm.overlay(*there);
      else
        problem(mapping_.fields[i].name, there.error().detail);
    }
  }

  void decide() {
    Pair pair;
    pair.link_is_new = !test_.base;
    Record app, crm;
    if (test_.base) {
      set_base(pair);
      app = pair.base->app;
      crm = pair.base->crm;
    }
    if (test_.app) app.overlay(record_of(Side::app, test_.app->values));
    if (test_.crm) crm.overlay(record_of(Side::crm, test_.crm->values));
    pair.app = observation(Side::app, std::move(app), test_.app);
    pair.crm = observation(Side::crm, std::move(crm), test_.crm);
    pair.input = build_input(mapping_, pair);
    pair.plan = engine::make_plan(pair.input, mapping_.rules);
    for (std::size_t i = 0; i < pair.plan.fields.size(); ++i)
      if (pair.plan.fields[i].action == FieldAction::park)
        problem(mapping_.fields[i].name, pair.plan.fields[i].reason);
    check_values(pair);
    check_names(pair, test_.app_writes, "written to the app",
                {FieldAction::write_app, FieldAction::write_both});
    check_names(pair, test_.crm_writes, "written to the CRM",
                {FieldAction::write_crm, FieldAction::write_both});
    check_names(pair, test_.asks, "asked about", {FieldAction::park});
  }

  // Who decided, and where that stands.
  std::string because(engine::FieldPlan const& plan, std::size_t i) const {
    if (plan.action == FieldAction::park) return " (a person is asked: " + plan.reason + ")";
    if (!plan.resolution) return "";
    auto const& rule = mapping_.rules.fields[i].source;
    return " (decided by " + std::string(engine::to_string(plan.resolution->fired)) + ", " +
           rule.file + ":" + std::to_string(rule.line) + ")";
  }

  void check_values(Pair const& pair) {
    for (auto const& [column, text] : test_.expect)
      for (std::size_t i = 0; i < mapping_.fields.size(); ++i)
        if (native(Side::app, i) == column) check_value(pair, i, text);
  }

  // In the end both sides hold the decided value, or what they agree on.
  void check_value(Pair const& pair, std::size_t i, std::string const& text) {
    auto const& plan = pair.plan.fields[i];
    auto const& name = mapping_.fields[i].name;
    auto const& in = pair.input.fields[i];
    auto const result = plan.value ? plan.value : in.app ? in.app : in.crm;
    if (plan.action == FieldAction::park)
      return fail(name + ": expected " + quoted(text) + because(plan, i));
    auto const wanted = mappings::native_value(mapping_.fields[i], Side::app, text);
    FieldValue expected;
    if (wanted.value)
      expected =
          mapping_.to_canonical(Side::app, i, Record{{native(Side::app, i), *wanted.value}}).value;
    if (result && expected &&
        (*result == *expected || (engine::is_blank(*result) && engine::is_blank(*expected))))
      return;
    fail(name + ": expected " + quoted(text) + ", but it ends as " + shown(result) +
         because(plan, i));
  }

  void check_names(Pair const& pair, std::optional<std::vector<std::string>> const& wanted,
                   std::string const& what, std::initializer_list<FieldAction> actions) {
    if (!wanted) return;
    std::set<std::string> came;
    for (std::size_t i = 0; i < pair.plan.fields.size(); ++i)
      if (std::find(actions.begin(), actions.end(), pair.plan.fields[i].action) != actions.end())
        came.insert(mapping_.fields[i].name);
    std::set<std::string> const expected(wanted->begin(), wanted->end());
    if (came == expected) return;
    fail(what + ": expected " + listed(expected) + ", but it is " + listed(came));
  }

  void check_error() {
    auto const& wanted = test_.error;
    bool const said = std::any_of(problems_.begin(), problems_.end(), [&](std::string const& text) {
      return text.find(wanted) != std::string::npos;
    });
    if (!wanted.empty() && !said)
      fail("expected an error with `" + wanted + "`" +
           (problems_.empty() ? ", but there is none" : ", but it says " + problems_.front()));
    // A value that cannot pass explains why others do not come; nobody is asked to guess.
    if (wanted.empty() && !result_.passed())
      for (auto const& text : problems_) fail("note: " + text);
  }

  mappings::Mapping const& mapping_;
  MappingTest const& test_;
  TrialResult result_;
  std::vector<std::string> problems_;
  std::size_t came_back_ = 0;  // values that round_trip looked at
};

}  // namespace

std::vector<TrialResult> run_tests(mappings::Mapping mapping) {
  auto const defects = mapping.bind(mappings::assumed_schema(mapping, Side::app),
                                    mappings::assumed_schema(mapping, Side::crm));
  std::vector<TrialResult> results;
  for (auto const& test : mapping.tests) {
    results.push_back(Trial(mapping, test).run());
    for (auto const& defect : defects) results.back().failures.push_back(defect.text);
  }
  return results;
}

}  // namespace crmsync::daemon
