// SPDX-License-Identifier: Apache-2.0
#include "daemon/reused_key.hpp"

#include <algorithm>
#include <charconv>

namespace crmsync::daemon {

using engine::LinkState;
using engine::Presence;
using engine::Side;

namespace {

constexpr std::string_view kDagger = "\xe2\x80\xa0";  // of the departed

enum class Likeness : std::uint8_t { equal, different, unknown };

// The row as it was, against the row as it is.
Likeness compare_match(mappings::Mapping const& mapping, Pair const& pair,
                       engine::Record const& old) {
  auto likeness = Likeness::unknown;
  auto const& now = pair.app->fields;
  for (std::size_t i = 0; i < mapping.match.size(); ++i) {
    auto const& column = mapping.match[i].app;
    bool const by_key =
        column.empty() || std::ranges::find(mapping.app.key, column) != mapping.app.key.end();
    if (by_key) continue;  // equal by definition
    auto const before = mapping.match_value(Side::app, i, pair.app_key, old);
    auto const after = mapping.match_value(Side::app, i, pair.app_key, now);
    if (before.empty() || after.empty()) continue;
    if (before == after) return Likeness::equal;
    likeness = Likeness::different;
  }
  return likeness;
}

bool a_row_was_deleted(Pair const& pair, engine::RecordKey const& key) {
  return std::ranges::any_of(pair.tickets, [&](Dirty const& ticket) {
    return ticket.id.side == Side::app && ticket.id.key == key &&
           ticket.kind == engine::ChangeKind::deleted;
  });
}

// A write of ours whose answer never came brought the row back, or gave it these values.
bool may_be_our_write(mappings::Mapping const& mapping, Pair const& pair) {
  return std::ranges::any_of(pair.open_intents, [&](state::IntentRow const& intent) {
    if (intent.side != Side::app || intent.link != pair.link->id) return false;
    auto written = pair.base->app;
    written.overlay(intent.sent);
    return compare_match(mapping, pair, written) == Likeness::equal;
  });
}

std::string_view answer_of(Pair const& pair) {
  auto const* mark = find_mark(*pair.base, "");
  if (mark == nullptr || !mark->answer) return {};
  auto const* word = std::get_if<std::string>(&*mark->answer);
  return word == nullptr ? std::string_view() : *word;
}

}  // namespace

bool looks_like_another(mappings::Mapping const& mapping, Pair const& pair) {
  return pair.base && pair.presence(Side::app) == Presence::present &&
         compare_match(mapping, pair, pair.base->app) == Likeness::different &&
         !may_be_our_write(mapping, pair);
}

bool is_replaced(mappings::Mapping const& mapping, Pair const& pair, engine::Record const& old,
                 engine::Timestamp since) {
  bool const deleted_since = std::ranges::any_of(
      pair.tickets, [&](Dirty const& ticket) { return ticket.deleted_at > since; });
  return pair.presence(Side::app) == Presence::present && deleted_since &&
         a_row_was_deleted(pair, pair.app_key) &&
         compare_match(mapping, pair, old) == Likeness::different;
}

Reuse judge_reuse(mappings::Mapping const& mapping, Pair const& pair, bool undelete_visible) {
  if (!pair.link || !pair.base || pair.link->state == LinkState::detached ||
      pair.presence(Side::app) != Presence::present)
    return Reuse::none;
  bool const buried = pair.link->state == LinkState::tombstone;
  bool const waiting = std::ranges::any_of(pair.parked, [](state::ParkedRow const& row) {
    return row.field.empty() && row.reason == kReusedKeyReason;
  });
  // Deleted and made again between two looks at it.
  bool const replaced = pair.link->state == LinkState::linked &&
                        (waiting || a_row_was_deleted(pair, pair.link->app_key));
  bool const was_gone = pair.link->app_gone_at.has_value();
  if (!buried && !replaced && !was_gone) return Reuse::none;
  auto const word = answer_of(pair);
  if (word == "same") return Reuse::same;
  if (word == "new") return Reuse::other;
  if (may_be_our_write(mapping, pair)) return Reuse::same;
  switch (compare_match(mapping, pair, pair.base->app)) {
    case Likeness::equal:
      return Reuse::same;
    case Likeness::different:
      return (buried || was_gone) && !undelete_visible ? Reuse::other : Reuse::unsure;
    case Likeness::unknown:
      break;
  }
  return Reuse::unsure;
}

std::string retired_key(std::string_view app_key, int n) {
  return std::string(app_key) + std::string(kDagger) + std::to_string(n);
}

bool is_retired(std::string_view app_key) {
  return app_key.find(kDagger) != std::string_view::npos;
}

std::string external_id_of(std::string_view app_key, int n) {
  return n == 1 ? std::string(app_key) : std::string(app_key) + "~" + std::to_string(n);
}

std::optional<int> use_of(std::string_view app_key, std::string_view external_id) {
  if (external_id == app_key) return 1;
  if (!external_id.starts_with(app_key)) return std::nullopt;
  auto const rest = external_id.substr(app_key.size());
  int n = 0;
  auto const* const end = rest.data() + rest.size();
  if (!rest.starts_with('~') || std::from_chars(rest.data() + 1, end, n).ptr != end || n < 2)
    return std::nullopt;
  return external_id == external_id_of(app_key, n) ? std::optional(n) : std::nullopt;
}

}  // namespace crmsync::daemon
