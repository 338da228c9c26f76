// SPDX-License-Identifier: Apache-2.0
#include "daemon/write_fate.hpp"

#include <algorithm>

namespace crmsync::daemon {

using engine::Side;
using state::IntentKind;
using state::IntentRow;

namespace {

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

// The value that we sent stands there, but by the side's own word somebody else wrote it.
bool is_somebody_elses(mappings::FieldMap const& field, IntentRow const& intent,
                       engine::Observation const& seen, Trace const& trace) {
  auto const& names = native_names(field, intent.side);
  auto const it = names.size() == 1 ? seen.history.find(names.front()) : seen.history.end();
  return it != seen.history.end() && !it->second.empty() && !it->second.front().ours &&
         !trace.after_read && !trace.after_consumed;
}

}  // namespace

engine::FieldValue comparable_of(mappings::Mapping const& mapping, std::size_t i, Side side,
                                 engine::Record const& native) {
  auto const value = mapping.to_canonical(side, i, native).value;
  if (!value) return std::nullopt;
  return mapping.comparable(i, *value);
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

Fate field_fate(mappings::Mapping const& mapping, std::size_t i, IntentRow const& intent,
                engine::Observation const& seen, Trace const& trace) {
  auto const now = comparable_of(mapping, i, intent.side, seen.fields);
  // Left out of the answer, which may have brought the history all the same.
  if (!now) return trace.after_read || trace.after_consumed ? Fate::replaced : Fate::unclear;
  if (now == comparable_of(mapping, i, intent.side, intent.sent))
    return is_somebody_elses(mapping.fields[i], intent, seen, trace) ? Fate::not_applied
                                                                     : Fate::applied;
  if (trace.after_read || trace.after_consumed) return Fate::replaced;
  if (now == comparable_of(mapping, i, intent.side, intent.consumed)) return Fate::not_applied;
  return newest_is_ours(mapping.fields[i], intent, seen) ? Fate::applied : Fate::unclear;
}

engine::Record as_traced(mappings::FieldMap const& field, IntentRow const& intent,
                         Trace const& trace) {
  auto ours = intent.sent;
  if (trace.ours != nullptr) ours.set(native_names(field, intent.side).front(), trace.ours->value);
  return ours;
}

}  // namespace crmsync::daemon
