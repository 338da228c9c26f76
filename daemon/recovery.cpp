// SPDX-License-Identifier: Apache-2.0
#include "daemon/recovery.hpp"

#include "daemon/write_fate.hpp"
#include "engine/mutant.hpp"

#include <algorithm>
#include <utility>

namespace crmsync::daemon {

using engine::Presence;
using engine::Side;
using state::IntentKind;
using state::IntentRow;

namespace {

void move_base(mappings::Mapping const& mapping, std::size_t i, IntentRow const& intent,
               engine::Record const& written, state::BaseRow& base) {
  auto const& field = mapping.fields[i];
  auto const target = native_part(field, intent.side, written);
  auto const source = native_part(field, engine::other(intent.side), intent.source);
  if (!target || !source) return;
  auto& app = intent.side == Side::app ? *target : *source;
  auto& crm = intent.side == Side::app ? *source : *target;
  base.app.overlay(app);
  base.crm.overlay(crm);
  auto& mark = mark_for(base, field.name);
  if (mark.status == engine::BaseStatus::unadopted) mark.status = engine::BaseStatus::settled;
  mark.after_crash = false;
  mark.rewritten = comparable_of(mapping, i, intent.side, written) !=
                   comparable_of(mapping, i, intent.side, intent.sent);
}

// The window between our read and our write is looked at here when the crash came before that.
void note_overwritten(mappings::Mapping const& mapping, std::size_t i, IntentRow const& intent,
                      engine::Record const& became, engine::Observation const& seen,
                      RecoveryResult& result) {
  if (intent.side != Side::crm) return;
  CrmWrite const write{{i}, intent.sent, intent.consumed, became, intent.read_stamp};
  std::ranges::move(find_overwritten(mapping, write, seen), std::back_inserter(result.overwritten));
}

// An owed decision has one receiver less; the last one settles it (the planner sees both equal).
bool note_owed_received(Side side, std::string_view field, state::BaseRow& base) {
  auto& mark = mark_for(base, field);
  if (mark.status != engine::BaseStatus::owed || !mark.owed) return false;
  (side == Side::app ? mark.owed->owed_app : mark.owed->owed_crm) = false;
  return true;
}

// What the write replaced although it was not what the side had last confirmed.
std::optional<RecoveryNote::Decided> decided_collision(
    mappings::Mapping const& mapping, std::size_t i, IntentRow const& intent,
    std::optional<state::BaseRow> const& stored) {
  static state::BaseRow const nothing;
  auto const& base = stored ? *stored : nothing;  // none: the records had just been matched
  auto const written = intent.side;
  auto const replaced = comparable_of(mapping, i, written, intent.consumed);
  auto const& confirmed = written == Side::app ? base.app : base.crm;
  // After a write of unknown fate the confirmed value may be somebody's who set it back.
  auto const* mark = find_mark(base, mapping.fields[i].name);
  bool const doubted = mark != nullptr && mark->after_crash;
  bool const as_confirmed = !doubted && replaced == comparable_of(mapping, i, written, confirmed);
  if (!replaced || as_confirmed || replaced == comparable_of(mapping, i, written, intent.sent))
    return std::nullopt;
  bool const app = written == Side::app;
  auto const canonical = [&](Side side, engine::Record const& native) {
    return mapping.to_canonical(side, i, native).value;
  };
  RecoveryNote::Decided decided;
  decided.base_app = canonical(Side::app, base.app);
  decided.base_crm = canonical(Side::crm, base.crm);
  decided.app = canonical(Side::app, app ? intent.consumed : intent.source);
  decided.crm = canonical(Side::crm, app ? intent.source : intent.consumed);
  decided.result = canonical(written, intent.sent);
  decided.written = written;
  return decided;
}

bool is_row_of(IntentRow const& intent, Pair const& pair) {
  return intent.app_key == pair.app_key ||
         std::ranges::find(pair.app_keys_before, intent.app_key) != pair.app_keys_before.end();
}

// From before there was a link, and one of the two records belongs to somebody else by now: what
// the other one held is no base of this pair.
bool is_of_another_pair(IntentRow const& intent, Pair const& pair) {
  return intent.link == 0 && (!is_row_of(intent, pair) || intent.crm_id != pair.crm_id);
}

void resolve_update(mappings::Mapping const& mapping, IntentRow const& intent,
                    engine::Observation const& seen, Pair& pair, RecoveryResult& result) {
  for (auto const& name : intent.fields) {
    int const index = mapping.field_index(name);
    if (index < 0) continue;  // the field left the mapping meanwhile
    auto const i = static_cast<std::size_t>(index);
    auto const trace = find_trace(mapping, i, intent, seen);
    auto const fate = field_fate(mapping, i, intent, seen, trace);
    if (!pair.base || is_of_another_pair(intent, pair)) {
      // The first match of two records was under way: it is made again from what both hold now.
      if (fate == Fate::applied || fate == Fate::replaced)
        note_overwritten(
            mapping, i, intent,
            fate == Fate::applied ? seen.fields : as_traced(mapping.fields[i], intent, trace), seen,
            result);
      auto decided = fate == Fate::not_applied
                         ? std::nullopt
                         : decided_collision(mapping, i, intent, std::nullopt);
      if (decided)
        result.notes.push_back(
            {intent.op_id, "had been decided at the first match", name, std::move(decided)});
      continue;
    }
    switch (fate) {
      case Fate::replaced: {
        result.applied = true;
        auto decided = decided_collision(mapping, i, intent, pair.base);
        auto const ours = as_traced(mapping.fields[i], intent, trace);
        if (!note_owed_received(intent.side, name, *pair.base))
          move_base(mapping, i, intent, ours, *pair.base);
        note_overwritten(mapping, i, intent, ours, seen, result);
        bool const told = comparable_of(mapping, i, intent.side, seen.fields).has_value();
        result.notes.push_back({intent.op_id,
                                told ? "had been applied and was changed since"
                                     : "had been applied; what stands there now was not told",
                                name, std::move(decided)});
        break;
      }
      case Fate::applied: {
        result.applied = true;
        auto decided = decided_collision(mapping, i, intent, pair.base);
        if (!note_owed_received(intent.side, name, *pair.base))
          move_base(mapping, i, intent, seen.fields, *pair.base);
        note_overwritten(mapping, i, intent, seen.fields, seen, result);
        result.notes.push_back({intent.op_id, "had been applied", name, std::move(decided)});
        break;
      }
      case Fate::not_applied:
        // Our value once more directly behind the old one: an earlier write of ours, or this one
        // and somebody who set it back. It is sent again, so what it replaces is named.
        if (trace.set_back && intent.side == Side::crm)
          result.overwritten.push_back(
              {i, seen.history.at(native_names(mapping.fields[i], Side::crm).front()).front(),
               mapping.to_canonical(Side::crm, i, intent.sent).value});
        result.notes.push_back({intent.op_id, "had not been applied", name, std::nullopt});
        break;
      case Fate::unclear:
        pair.after_crash.push_back(name);
        mark_for(*pair.base, name).after_crash = true;
        // What the write would have replaced is named: perhaps it did, before somebody came.
        result.notes.push_back({intent.op_id, "holds neither the old nor the sent value", name,
                                decided_collision(mapping, i, intent, pair.base)});
        break;
    }
  }
}

// The record is gone, and mostly what would show whether it had been written as well: what the
// write would have replaced is named.
void resolve_update_of_gone(mappings::Mapping const& mapping, IntentRow const& intent,
                            std::optional<state::BaseRow> const& base,
                            engine::Observation const& seen, RecoveryResult& result) {
  for (auto const& name : intent.fields) {
    int const index = mapping.field_index(name);
    if (index < 0) continue;
    auto const i = static_cast<std::size_t>(index);
    auto const trace = find_trace(mapping, i, intent, seen);
    if (trace.after_read)
      note_overwritten(mapping, i, intent, as_traced(mapping.fields[i], intent, trace), seen,
                       result);
    auto decided = decided_collision(mapping, i, intent, base);
    if (decided)
      result.notes.push_back(
          {intent.op_id, "perhaps applied before the record went", name, std::move(decided)});
  }
}

// What the new record held: a database keeps what it is sent; a CRM may write it in its own way,
// and says so only in its history, whose oldest version that is ours is the create's. A history
// without any, as a survivor of a merge may have, tells nothing: the field has no base. Where a CRM
// keeps none, what was sent is the best there is.
engine::Record as_made(mappings::FieldMap const& field, IntentRow const& create,
                       engine::Observation const& seen) {
  auto made = create.sent;
  for (auto const& name : native_names(field, create.side)) {
    auto const history = seen.history.find(name);
    if (history == seen.history.end()) {
      if (!seen.former_keys.empty()) made.erase(name);
      continue;
    }
    auto const& versions = history->second;
    auto const first = std::ranges::find_if(versions.rbegin(), versions.rend(),
                                            [](auto const& version) { return version.ours; });
    if (first != versions.rend())
      made.set(name, first->value);
    else
      made.erase(name);
  }
  return made;
}

// The record that the create copied is the pair's other one, under whatever key; else what it held
// is no base of this pair.
bool copied_from(IntentRow const& create, Pair const& pair) {
  if (create.link != 0) return true;
  if (create.side == Side::crm) return is_row_of(create, pair);
  auto const* crm = pair.seen(Side::crm);
  return create.crm_id == pair.crm_id ||
         (crm != nullptr &&
          std::ranges::find(crm->former_keys, create.crm_id) != crm->former_keys.end());
}

// A create that did happen: its base is what the create would have committed. Where the record
// holds something else by now, the difference flows as that side's change.
void resolve_create(mappings::Mapping const& mapping, IntentRow const& intent, Pair& pair,
                    RecoveryResult& result) {
  if (!pair.base) pair.base.emplace();
  bool const copied = copied_from(intent, pair);
  for (auto const& name : intent.fields) {
    int const index = mapping.field_index(name);
    if (index < 0 || !copied) continue;
    auto const i = static_cast<std::size_t>(index);
    auto const* seen = pair.seen(intent.side);
    auto const fate = field_fate(mapping, i, intent, *seen, {});
    auto const made =
        fate == Fate::applied ? seen->fields : as_made(mapping.fields[i], intent, *seen);
    move_base(mapping, i, intent, made, *pair.base);
    note_overwritten(mapping, i, intent, made, *seen, result);
  }
  result.applied = true;
  result.notes.push_back({intent.op_id, "the create had been applied", "", std::nullopt});
}

// That the pair has a record on that side proves nothing: it may have been matched meanwhile. Only
// the lookup by our unique key tells what the create made.
bool close_create(mappings::Mapping const& mapping, IntentRow const& intent, Pair& pair,
                  RecoveryResult& result) {
  auto const made = pair.creates_made.find(intent.op_id);
  if (made == pair.creates_made.end()) return false;
  if (made->second.empty()) {
    result.notes.push_back({intent.op_id, "the create had not been applied", "", std::nullopt});
    return true;
  }
  auto const* seen = pair.seen(intent.side);
  auto const& key = intent.side == Side::app ? pair.app_key : pair.crm_id;
  bool const its_own = made->second == key || (seen != nullptr && made->second == seen->key);
  if (!its_own) {
    result.notes.push_back({intent.op_id,
                            "the create made record " + made->second +
                                ", but this one was linked to " + key + " meanwhile",
                            "", std::nullopt});
    return true;
  }
  if (seen == nullptr || seen->presence == Presence::unknown) return false;
  // Nothing is linked while nobody knows of the record it was made for; until then only the intent
  // says whose it is.
  auto const* source = pair.seen(engine::other(intent.side));
  if (source != nullptr && source->presence == Presence::unknown) return false;
  if (seen->presence == Presence::present) resolve_create(mapping, intent, pair, result);
  return true;
}

}  // namespace

bool leaves_out_written(mappings::Mapping const& mapping, Pair const& pair) {
  return std::ranges::any_of(pair.open_intents, [&](IntentRow const& intent) {
    auto const* seen = pair.seen(intent.side);
    if (intent.kind != IntentKind::update || intent.side != Side::crm || seen == nullptr ||
        seen->presence != Presence::present)
      return false;
    return std::ranges::any_of(intent.fields, [&](std::string const& name) {
      int const index = mapping.field_index(name);
      if (index < 0) return false;
      auto const& natives =
          native_names(mapping.fields[static_cast<std::size_t>(index)], intent.side);
      return std::ranges::any_of(
          natives, [&](std::string const& native) { return seen->fields.find(native) == nullptr; });
    });
  });
}

RecoveryResult resolve_intents(mappings::Mapping const& mapping, Pair& pair) {
  RecoveryResult result;
  for (auto const& intent : pair.open_intents) {
    if (engine::mutant(engine::Mutant::recovery_forgets)) {
      result.closed.push_back(intent.op_id);
      continue;
    }
    if (intent.kind == IntentKind::create) {
      if (close_create(mapping, intent, pair, result)) result.closed.push_back(intent.op_id);
      continue;
    }
    auto const* seen = pair.seen(intent.side);
    if (seen == nullptr || seen->presence == Presence::unknown ||
        seen->source != engine::ReadSource::by_id)
      continue;
    if (intent.kind == IntentKind::update && seen->presence == Presence::present)
      resolve_update(mapping, intent, *seen, pair, result);
    else if (intent.side == Side::crm && intent.kind != IntentKind::update &&
             seen->presence == Presence::deleted)
      std::ranges::move(find_deleted_edits(mapping, intent.consumed, intent.read_stamp, *seen),
                        std::back_inserter(result.overwritten));
    if (intent.kind == IntentKind::update && seen->presence == Presence::deleted)
      resolve_update_of_gone(mapping, intent, pair.base, *seen, result);
    if (intent.kind != IntentKind::update || seen->presence != Presence::present)
      result.notes.push_back({intent.op_id,
                              seen->presence == Presence::deleted ? "the record is gone"
                                                                  : "the delete was not applied",
                              "", std::nullopt});
    result.closed.push_back(intent.op_id);
  }
  return result;
}

}  // namespace crmsync::daemon
