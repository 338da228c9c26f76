// SPDX-License-Identifier: Apache-2.0
#include "daemon/pair.hpp"

#include "engine/mutant.hpp"

#include <algorithm>
#include <utility>

namespace crmsync::daemon {

using engine::BaseStatus;
using engine::FieldInput;
using engine::FieldValue;
using engine::Presence;
using engine::Side;

Presence Pair::presence(Side side) const {
  if (auto const* observation = seen(side)) return observation->presence;
  if (side == Side::app ? app_none : crm_none) return Presence::none;
  return Presence::unknown;
}

std::vector<std::string> const& native_names(mappings::FieldMap const& field, Side side) {
  return side == Side::app ? field.app : field.crm;
}

std::optional<engine::Record> native_part(mappings::FieldMap const& field, Side side,
                                          engine::Record const& record) {
  engine::Record part;
  for (auto const& name : native_names(field, side)) {
    auto const* value = record.find(name);
    if (value == nullptr) return std::nullopt;
    part.set(name, *value);
  }
  return part;
}

state::FieldMark const* find_mark(state::BaseRow const& base, std::string_view field) {
  auto const it = std::ranges::find(base.marks, field, &state::FieldMark::field);
  return it == base.marks.end() ? nullptr : &*it;
}

state::FieldMark& mark_for(state::BaseRow& base, std::string_view field) {
  auto const it = std::ranges::find(base.marks, field, &state::FieldMark::field);
  if (it != base.marks.end()) return *it;
  state::FieldMark fresh;
  fresh.field = field;
  return base.marks.emplace_back(std::move(fresh));
}

void tidy_marks(state::BaseRow& base) {
  std::erase_if(base.marks, [](state::FieldMark const& mark) {
    return mark.status == BaseStatus::settled && !mark.owed && !mark.after_crash &&
           !mark.rewritten && !mark.answer && !mark.drift_seen && mark.trail.empty();
  });
}

namespace {

// When the side's present value came to be, as an interval (design.md §4.1, `newest`).
std::optional<engine::ChangeInterval> change_interval(mappings::FieldMap const& field, Side side,
                                                      engine::Observation const& seen,
                                                      engine::Timestamp equal_at) {
  // A value of several native parts is as new as the newest of them.
  std::optional<engine::Timestamp> newest;
  for (auto const& name : native_names(field, side)) {
    auto const it = seen.history.find(name);
    if (it == seen.history.end() || it->second.empty()) continue;
    auto const at = it->second.front().at;
    newest = newest ? std::max(*newest, at) : at;
  }
  if (newest) return engine::ChangeInterval{*newest, *newest};
  auto const latest = seen.changed_at.value_or(seen.observed_at);
  return engine::ChangeInterval{std::min(equal_at, latest), latest};
}

// Differences that `compare` does not see are no differences: the observed value is replaced by
// the one it equals, so that the exact merge stays exact.
void apply_compare(mappings::Mapping const& mapping, std::size_t i, FieldInput& in) {
  auto same = [&](FieldValue const& a, FieldValue const& b) {
    return a && b && mapping.comparable(i, *a) == mapping.comparable(i, *b);
  };
  if (same(in.app, in.base.app)) in.app = in.base.app;
  if (same(in.crm, in.base.crm)) in.crm = in.base.crm;
  if (in.owed) {
    for (auto const& known : {FieldValue(in.owed->result), in.owed->consumed_app})
      if (same(in.app, known)) in.app = known;
    for (auto const& known : {FieldValue(in.owed->result), in.owed->consumed_crm})
      if (same(in.crm, known)) in.crm = known;
  }
  bool const based = in.base.app && in.base.crm;
  bool const both_moved = in.app != in.base.app && in.crm != in.base.crm;
  if ((!based || both_moved) && same(in.app, in.crm)) in.crm = in.app;
}

// What a side kept of a value that we wrote there: a beginning of the text, a part of the set.
bool lost_part(FieldValue const& whole, FieldValue const& kept) {
  if (!whole || !kept || *whole == *kept) return false;
  auto const* text = std::get_if<std::string>(&*whole);
  auto const* text_kept = std::get_if<std::string>(&*kept);
  if (text != nullptr && text_kept != nullptr)
    return !text_kept->empty() && text->starts_with(*text_kept);
  auto const* set = std::get_if<engine::StringSet>(&*whole);
  auto const* set_kept = std::get_if<engine::StringSet>(&*kept);
  if (set == nullptr || set_kept == nullptr) return false;
  return std::ranges::includes(set->items(), set_kept->items());
}

void fill_base(mappings::Mapping const& mapping, std::size_t i, state::BaseRow const& base,
               FieldInput& in) {
  in.base.app = mapping.to_canonical(Side::app, i, base.app).value;
  in.base.crm = mapping.to_canonical(Side::crm, i, base.crm).value;
  in.status = in.base.app && in.base.crm ? BaseStatus::settled : BaseStatus::unadopted;
  auto const* mark = find_mark(base, mapping.fields[i].name);
  if (mark == nullptr) return;
  in.after_crash = mark->after_crash;
  if (mark->rewritten) {
    in.app_lost_data = lost_part(in.base.crm, in.base.app);
    in.crm_lost_data = lost_part(in.base.app, in.base.crm);
  }
  if (mark->status == BaseStatus::unadopted) {
    in.status = BaseStatus::unadopted;
    in.first_match = true;
  }
  if (mark->status == BaseStatus::owed && mark->owed) {
    in.status = BaseStatus::owed;
    in.owed = mark->owed;
  }
}

// A person's answer counts only while both sides hold what the person saw.
void fill_answer(state::BaseRow const& base, std::string_view field, FieldInput& in) {
  auto const* mark = find_mark(base, field);
  if (mark == nullptr || !mark->answer) return;
  if (in.app == mark->answer_app && in.crm == mark->answer_crm) in.answer = mark->answer;
}

}  // namespace

engine::PairInput build_input(mappings::Mapping const& mapping, Pair const& pair) {
  engine::PairInput input;
  input.link = pair.link ? pair.link->state : engine::LinkState::none;
  input.app = pair.presence(Side::app);
  input.crm = pair.presence(Side::crm);
  input.link_is_new = pair.link_is_new;
  auto const* app = pair.seen(Side::app);
  auto const* crm = pair.seen(Side::crm);
  for (std::size_t i = 0; i < mapping.fields.size(); ++i) {
    FieldInput in;
    auto const& field = mapping.fields[i];
    if (pair.base) fill_base(mapping, i, *pair.base, in);
    if (std::ranges::find(pair.after_crash, field.name) != pair.after_crash.end())
      in.after_crash = true;
    if (app != nullptr && app->presence == Presence::present) {
      auto read = mapping.to_canonical(Side::app, i, app->fields);
      in.app = std::move(read.value);
      in.app_problem = std::move(read.problem);
      in.app_changed = change_interval(field, Side::app, *app,
                                       pair.base ? pair.base->app_seen_at : engine::Timestamp{});
    }
    if (crm != nullptr && crm->presence == Presence::present) {
      auto read = mapping.to_canonical(Side::crm, i, crm->fields);
      in.crm = std::move(read.value);
      in.crm_problem = std::move(read.problem);
      in.crm_changed = change_interval(field, Side::crm, *crm,
                                       pair.base ? pair.base->crm_seen_at : engine::Timestamp{});
    }
    if (engine::mutant(engine::Mutant::null_for_unknown)) {
      if (!in.app) in.app = engine::Null{};
      if (!in.crm) in.crm = engine::Null{};
    }
    in.asked = std::ranges::any_of(
        pair.parked, [&](state::ParkedRow const& row) { return row.field == field.name; });
    apply_compare(mapping, i, in);
    if (pair.base) fill_answer(*pair.base, field.name, in);
    input.fields.push_back(std::move(in));
  }
  return input;
}

}  // namespace crmsync::daemon
