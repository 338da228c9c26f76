// SPDX-License-Identifier: Apache-2.0
#include "daemon/recovery.hpp"

#include "engine/mutant.hpp"

#include <algorithm>
#include <utility>

namespace crmsync::daemon {

using engine::Presence;
using engine::Side;
using state::IntentKind;
using state::IntentRow;

namespace {

enum class Fate : std::uint8_t {
  applied,
  replaced,  // it had been applied, and somebody changed the field since
  not_applied,
  unclear
};

// What the CRM's history says about a write of ours, by its own clock, or by the order of its
// versions where the stamp of what we had read is not known.
struct Trace {
  engine::FieldVersion const* ours = nullptr;  // the newest version that is our write
  bool after_read = false;                     // it is newer than the record that we had read
  bool after_consumed = false;  // what we had read stands behind it, and not in front of it again
  bool set_back = false;        // somebody wrote what we had read directly over it
};

// The value a stored native record has for the field, normalised for equality.
engine::FieldValue comparable_of(mappings::Mapping const& mapping, std::size_t i, Side side,
                                 engine::Record const& native) {
  auto const value = mapping.to_canonical(side, i, native).value;
  if (!value) return std::nullopt;
  return mapping.comparable(i, *value);
}

// The newest version of every native name of the field is ours and came after what we had read, by
// the clock of the side itself. A record that the operation made has no older versions; one that
// absorbed the written record may hold what we wrote to another one that it absorbed.
bool newest_is_ours(mappings::FieldMap const& field, IntentRow const& intent,
                    engine::Observation const& seen) {
  if (intent.kind == IntentKind::update && intent.side == Side::crm && !intent.crm_id.empty() &&
      seen.current_key != intent.crm_id)
    return false;
  return std::ranges::all_of(native_names(field, intent.side), [&](std::string const& name) {
    auto const it = seen.history.find(name);
    if (it == seen.history.end() || it->second.empty() || !it->second.front().ours) return false;
    if (intent.kind == IntentKind::create) return true;
    return intent.read_stamp && it->second.front().at > *intent.read_stamp;
  });
}

Trace find_trace(mappings::Mapping const& mapping, std::size_t i, IntentRow const& intent,
                 engine::Observation const& seen) {
  Trace trace;
  auto const& names = native_names(mapping.fields[i], intent.side);
  auto const history = names.size() == 1 ? seen.history.find(names.front()) : seen.history.end();
  if (history == seen.history.end()) return trace;
  auto const comparable = [&](engine::Value const& native) {
    return comparable_of(mapping, i, intent.side, engine::Record{{names.front(), native}});
  };
  auto const sent = comparable_of(mapping, i, intent.side, intent.sent);
  auto const consumed = comparable_of(mapping, i, intent.side, intent.consumed);
  auto const& versions = history->second;
  std::size_t at = 0;
  bool consumed_in_front = false;
  while (at < versions.size() && !(versions[at].ours && comparable(versions[at].value) == sent))
    consumed_in_front = comparable(versions[at++].value) == consumed || consumed_in_front;
  if (at == versions.size()) return trace;
  trace.ours = &versions[at];
  if (intent.read_stamp) {
    trace.after_read = trace.ours->at > *intent.read_stamp;
    return trace;
  }
  trace.set_back = at == 1 && consumed_in_front && !versions.front().ours;
  for (++at; at < versions.size() && !consumed_in_front; ++at)
    trace.after_consumed = trace.after_consumed || comparable(versions[at].value) == consumed;
  return trace;
}

// The value that we sent stands there, but by the side's own word somebody else wrote it.
bool is_somebody_elses(mappings::FieldMap const& field, IntentRow const& intent,
                       engine::Observation const& seen, Trace const& trace) {
  auto const& names = native_names(field, intent.side);
  auto const it = names.size() == 1 ? seen.history.find(names.front()) : seen.history.end();
  return it != seen.history.end() && !it->second.empty() && !it->second.front().ours &&
         !trace.after_read && !trace.after_consumed;
}

Fate field_fate(mappings::Mapping const& mapping, std::size_t i, IntentRow const& intent,
                engine::Observation const& seen, Trace const& trace) {
  auto const now = comparable_of(mapping, i, intent.side, seen.fields);
  if (!now) return Fate::unclear;
  if (now == comparable_of(mapping, i, intent.side, intent.sent))
    return is_somebody_elses(mapping.fields[i], intent, seen, trace) ? Fate::not_applied
                                                                     : Fate::applied;
  if (trace.after_read || trace.after_consumed) return Fate::replaced;
  if (now == comparable_of(mapping, i, intent.side, intent.consumed)) return Fate::not_applied;
  return newest_is_ours(mapping.fields[i], intent, seen) ? Fate::applied : Fate::unclear;
}

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
  if (!replaced || replaced == comparable_of(mapping, i, written, confirmed) ||
      replaced == comparable_of(mapping, i, written, intent.sent))
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

// From before there was a link, and one of the two records belongs to somebody else by now: what
// the other one held is no base of this pair.
bool is_of_another_pair(IntentRow const& intent, Pair const& pair) {
  bool const same_row =
      intent.app_key == pair.app_key ||
      std::ranges::find(pair.app_keys_before, intent.app_key) != pair.app_keys_before.end();
  return intent.link == 0 && (!same_row || intent.crm_id != pair.crm_id);
}

// What our write became, where somebody changed the field since.
engine::Record as_traced(mappings::FieldMap const& field, IntentRow const& intent,
                         Trace const& trace) {
  auto ours = intent.sent;
  if (trace.ours != nullptr) ours.set(native_names(field, intent.side).front(), trace.ours->value);
  return ours;
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
        result.notes.push_back(
            {intent.op_id, "had been applied and was changed since", name, std::move(decided)});
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
// without any, as a survivor of a merge may have, tells nothing: the field has no base.
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

// A create that did happen: its base is what the create would have committed. Where the record
// holds something else by now, the difference flows as that side's change.
void resolve_create(mappings::Mapping const& mapping, IntentRow const& intent, Pair& pair,
                    RecoveryResult& result) {
  if (!pair.base) pair.base.emplace();
  for (auto const& name : intent.fields) {
    int const index = mapping.field_index(name);
    if (index < 0) continue;
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
