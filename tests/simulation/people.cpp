// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/people.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace crmsync::simulation {

using engine::Value;

namespace {

constexpr std::size_t kFieldsAtOnceMax = 3;

std::string mail_of(std::size_t number) {
  return fmt::format("person{}@example.org", number);
}

}  // namespace

People::People(Scenario const& scenario, Stage& stage, FakeApp& app, FakeCrm& crm, Tape tape)
    : scenario_(scenario),
      stage_(stage),
      app_(app),
      crm_(crm),
      tape_(tape),
      window_tape_(tape.branch(1'000'003)) {}

Value People::app_value(std::string const& column, std::string const& text) {
  if (text.empty()) return engine::Null{};
  if (column != "amount" && column != "score") return text;
  auto number = engine::Decimal::parse(text);
  if (!number) return engine::Null{};
  if (column == "amount") return std::move(*number);
  return number->to_int().value_or(0);
}

// A value nobody else writes: what it becomes can be followed.
std::string People::text_for(Draft& draft, FieldChoice const& field) {
  auto const token = draft.token + "n" + std::to_string(draft.tape.drawn());
  auto const number = [&](std::int64_t low, std::int64_t high) {
    return std::to_string(draft.tape.between(low, high));
  };
  if (field.app == "email") return "w" + token + "@example.org";
  if (field.app == "phone")
    return draft.tape.below(2) == 0 ? "+49 30 " + number(1'000'000, 9'999'999)
                                    : "030/" + number(10'000'000, 99'999'999);
  if (field.app == "score") return number(1, 1'000'000);
  if (field.app == "amount")
    return number(1, 999'999'999'999) + "." + number(10'000, 99'999);  // 17 digits
  if (field.app == "zip") return number(10'000, 99'999) + token;
  switch (draft.tape.below(8)) {
    case 0:
      return "\xc3\x84nne-" + token + " \xe6\x9d\x8e";  // beyond ASCII
    case 1:
      return token + std::string(draft.tape.below(3'000), 'x');
    case 2:
      return token + " \"quoted\"; 'and' <marked>";
    default:
      return "w" + token;
  }
}

engine::Record People::app_fields(Draft& draft, std::size_t count) {
  engine::Record fields;
  for (std::size_t i = 0; i < count; ++i) {
    auto const& field = scenario_.fields[draft.tape.below(scenario_.fields.size())];
    bool const blank = field.app != "email" && draft.tape.below(12) == 0;
    fields.set(field.app, app_value(field.app, blank ? "" : text_for(draft, field)));
  }
  return fields;
}

model::Inputs People::crm_fields(Draft& draft, std::size_t count) {
  model::Inputs fields;
  for (std::size_t i = 0; i < count; ++i) {
    auto const& field = scenario_.fields[draft.tape.below(scenario_.fields.size())];
    bool const blank = field.app != "email" && draft.tape.below(12) == 0;
    fields.emplace_back(field.crm, blank ? std::string() : text_for(draft, field));
  }
  return fields;
}

std::optional<People::AppKey> People::some_row(Draft& draft) const {
  std::vector<AppKey> live;
  for (auto const& [key, row] : app_.rows())
    if (!app_.is_deleted(row)) live.push_back(key);
  if (live.empty()) return std::nullopt;
  return live[draft.tape.below(live.size())];
}

std::optional<model::RecordId> People::some_contact(Draft& draft) const {
  auto const live = crm_.live();
  if (live.empty()) return std::nullopt;
  return live[draft.tape.below(live.size())];
}

std::optional<model::RecordId> People::contact_of(AppKey key) const {
  auto const wanted = std::to_string(key);
  for (auto const id : crm_.live())
    if (crm_.text(id, kExternalId) == wanted) return id;
  return std::nullopt;
}

void People::settle_in() {
  Draft draft{tape_.branch(0), "s"};
  for (std::size_t i = 0; i < scenario_.people; ++i) {
    auto const where = draft.tape.below(10);  // mostly on both sides, some on one
    auto app = app_fields(draft, kFieldsAtOnceMax);
    auto crm = crm_fields(draft, kFieldsAtOnceMax);
    app.set("email", mail_of(i));
    std::erase_if(crm, [](auto const& one) { return one.first == "email"; });
    crm.emplace_back("email", mail_of(i));
    if (where != 0) app_.insert(std::move(app));
    if (where < 2 || where > 5) crm_.insert(crm);
  }
}

void People::plan_day(SimTime from, SimTime until, std::set<std::size_t> const& left_out) {
  for (std::size_t i = 0; i < scenario_.actions; ++i) {
    auto when = tape_.branch(2 * i + 1);
    auto const at = when.between(from, until);
    if (left_out.contains(i)) continue;
    stage_.runtime.at(at, [this, i] { act(i); });
  }
  for (auto i = scenario_.actions; i < scenario_.actions + scenario_.bulks; ++i) {
    auto when = tape_.branch(2 * i + 1);
    auto const at = when.between(from, until - kHour);
    if (!left_out.contains(i)) stage_.runtime.at(at, [this, i] { bulk(i); });
  }
}

// A script: many records at one instant, or within the hour.
void People::bulk(std::size_t number) {
  ++actions_;
  crm_.advance();
  Draft draft{tape_.branch(2 * number + 2), "b" + std::to_string(number)};
  if (draft.tape.below(2) == 0)
    edit_many(draft);
  else
    remove_many(draft);
}

void People::edit_many(Draft& draft) {
  for (auto const id : crm_.live())
    if (draft.tape.below(2) == 0) edit_crm(draft, id);
}

void People::remove_many(Draft& draft) {
  bool const in_app = draft.tape.below(2) == 0;
  for (auto left = draft.tape.between(8, 25); left > 0; --left)
    stage_.runtime.after(
        draft.tape.between(0, 40) * kMinute,
        [this, in_app, tape = draft.tape.branch(static_cast<std::uint64_t>(left))] {
          Draft one{tape, ""};
          crm_.advance();
          if (in_app) {
            if (auto const key = some_row(one)) app_.remove(*key);
          } else if (auto const id = some_contact(one)) {
            crm_.archive(*id);
          }
        });
}

void People::act(std::size_t number) {
  ++actions_;
  crm_.advance();
  Draft draft{tape_.branch(2 * number + 2), std::to_string(number)};
  auto const what = draft.tape.below(100);
  if (what < 30) {
    if (auto const key = some_row(draft)) edit_app(draft, *key);
  } else if (what < 58) {
    if (auto const id = some_contact(draft)) edit_crm(draft, *id);
  } else if (what < 70) {
    edit_both(draft);
  } else if (what < 74) {
    save_unchanged(draft);
  } else if (what < 79) {
    there_and_back(draft);
  } else if (what < 86) {
    newcomers(draft);
  } else if (what < 92) {
    remove(draft);
  } else {
    rarities(draft);
  }
}

void People::edit_app(Draft& draft, AppKey key) {
  auto const fields = app_fields(draft, 1 + draft.tape.below(kFieldsAtOnceMax));
  bool const late = !scenario_.triggers && stage_.weather.strikes(Fault::app_late_commit);
  if (!late) {
    app_.edit(key, fields);
    return;
  }
  // Stamped now, visible later: a long transaction.
  auto const stamp = stage_.runtime.true_time();
  stage_.runtime.after(draft.tape.between(1, 60) * kSecond,
                       [this, key, fields, stamp] { app_.edit_as_of(key, fields, stamp); });
}

void People::edit_crm(Draft& draft, model::RecordId id) {
  crm_.edit(id, crm_fields(draft, 1 + draft.tape.below(kFieldsAtOnceMax)));
}

// The same person on both sides within a minute, often the same field.
void People::edit_both(Draft& draft) {
  auto const key = some_row(draft);
  auto const id = key ? contact_of(*key) : std::nullopt;
  if (!id) return;
  auto const& field = scenario_.fields[draft.tape.below(scenario_.fields.size())];
  bool const same = draft.tape.below(6) == 0;  // both write the same
  auto const text = text_for(draft, field);
  app_.edit(*key, {{field.app, app_value(field.app, text)}});
  model::Inputs theirs{{field.crm, same ? text : text_for(draft, field)}};
  stage_.runtime.after(draft.tape.between(0, 60) * kSecond, [this, id = *id, theirs] {
    crm_.advance();
    crm_.edit(id, theirs);
  });
}

void People::save_unchanged(Draft& draft) {
  if (draft.tape.below(2) == 0) {
    auto const key = some_row(draft);
    if (!key) return;
    auto const& field = scenario_.fields[draft.tape.below(scenario_.fields.size())];
    app_.edit(*key, {{field.app, *app_.rows().at(*key).fields.find(field.app)}});
    return;
  }
  auto const id = some_contact(draft);
  if (!id) return;
  auto const& field = scenario_.fields[draft.tape.below(scenario_.fields.size())];
  if (auto const held = crm_.text(*id, field.crm)) crm_.edit(*id, {{field.crm, *held}});
}

// A -> B -> A, faster or slower than anybody can see.
void People::there_and_back(Draft& draft) {
  auto const pause = draft.tape.between(100, 90'000) * kMilli;
  auto const& field = scenario_.fields[draft.tape.below(scenario_.fields.size())];
  if (field.app == "email") return;
  if (draft.tape.below(2) == 0) {
    auto const key = some_row(draft);
    if (!key) return;
    auto const before = *app_.rows().at(*key).fields.find(field.app);
    app_.edit(*key, {{field.app, app_value(field.app, text_for(draft, field))}});
    stage_.runtime.after(pause, [this, key = *key, column = field.app, before] {
      app_.edit(key, {{column, before}});
    });
    return;
  }
  auto const id = some_contact(draft);
  if (!id) return;
  auto const before = crm_.text(*id, field.crm).value_or("");
  crm_.edit(*id, {{field.crm, text_for(draft, field)}});
  stage_.runtime.after(pause, [this, id = *id, property = field.crm, before] {
    crm_.advance();
    crm_.edit(id, {{property, before}});
  });
}

void People::newcomers(Draft& draft) {
  auto const where = draft.tape.below(5);
  auto const mail = "new" + draft.token + "@example.org";
  if (where != 0) {
    auto app = app_fields(draft, kFieldsAtOnceMax);
    app.set("email", mail);
    if (where < 4) app_.insert(std::move(app));
  }
  if (where > 0 && where < 3) return;
  auto crm = crm_fields(draft, kFieldsAtOnceMax);
  std::erase_if(crm, [](auto const& one) { return one.first == "email"; });
  crm.emplace_back("email", mail);
  crm_.insert(crm);
}

void People::remove(Draft& draft) {
  if (draft.tape.below(2) == 0) {
    if (auto const key = some_row(draft)) app_.remove(*key);
  } else if (auto const id = some_contact(draft)) {
    crm_.archive(*id);
    if (draft.tape.below(2) != 0) return;
    stage_.runtime.after(draft.tape.between(1, 40) * kSecond, [this, id = *id] {  // a slip
      crm_.advance();
      crm_.restore(id);
    });
  }
}

void People::rarities(Draft& draft) {
  auto& weather = stage_.weather;
  auto const once = [&](Fault fault) {
    if (!weather.enabled(fault) || weather.calm()) return false;
    weather.count(fault);
    return true;
  };
  switch (draft.tape.below(5)) {
    case 0: {
      auto const one = some_contact(draft), two = some_contact(draft);
      if (one && two && *one != *two && once(Fault::crm_merge)) crm_.merge(*one, *two);
      break;
    }
    case 1: {
      auto const gone = crm_.archived();
      if (!gone.empty() && once(Fault::crm_restore))
        crm_.restore(gone[draft.tape.below(gone.size())]);
      break;
    }
    case 2:
      if (auto const id = some_contact(draft); id && once(Fault::crm_erase)) crm_.erase(*id);
      break;
    case 3:
      if (auto const key = some_row(draft); key && scenario_.triggers && once(Fault::app_rekey))
        app_.rekey(*key, app_.next_key() + 100);
      break;
    case 4: {
      auto const key = some_row(draft);
      if (!key || app_.options().soft_deletes || !once(Fault::app_key_reused)) break;
      app_.remove(*key);
      auto fields = app_fields(draft, kFieldsAtOnceMax);
      fields.set("email", "reused" + draft.token + "@example.org");
      auto const pause =
          std::min(draft.tape.between(0, 1'200) * kSecond, scenario_.chaos - stage_.runtime.time());
      stage_.runtime.after(pause, [this, key = *key, fields] {
        if (!app_.rows().contains(key)) app_.insert(fields, key);
      });
      break;
    }
    default:
      break;
  }
}

void People::edit_soon(Side side, std::vector<engine::RecordKey> const& keys) {
  if (keys.empty() || !stage_.weather.strikes(Fault::edit_in_window)) return;
  Draft draft{window_tape_.branch(++window_edits_), "i" + std::to_string(window_edits_)};
  auto const& key = keys[draft.tape.below(keys.size())];
  auto const delay = draft.tape.between(1, 1'500) * kMilli;
  if (side == Side::app) {
    stage_.runtime.after(delay, [this, key, fields = app_fields(draft, 1)] {
      if (auto const number = key_number(key)) app_.edit(*number, fields);
    });
    return;
  }
  stage_.runtime.after(delay, [this, key, fields = crm_fields(draft, 1)] {
    crm_.advance();
    if (auto const number = key_number(key))
      crm_.edit(static_cast<model::RecordId>(*number), fields);
  });
}

}  // namespace crmsync::simulation
