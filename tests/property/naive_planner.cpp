// SPDX-License-Identifier: Apache-2.0
#include "tests/property/naive_parts.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace crmsync::naive {
namespace {

Outcome both(FieldValue const& value) {
  return {'w', {value, value}};
}

Outcome collide(F const& f) {
  if (f.lost[0] || f.lost[1]) return {'p', {}};
  for (auto const& policy : f.rule->chain) {
    auto const v = vote(policy, f);
    if (v.word == '?') break;
    if (v.word != '-') return both(v.word == 'v' ? v.value : f.v[v.word == 'a' ? 0 : 1]);
  }
  return {'p', {}};
}

Outcome against(F f, FieldValue const& base_app, FieldValue const& base_crm) {
  f.b[0] = base_app, f.b[1] = base_crm;
  if (!f.moved(0) && !f.moved(1)) return {};
  if (f.same()) return {'s', {}};
  if (f.moved(0) && f.moved(1)) return collide(f);
  int const from = f.moved(0) ? 0 : 1;
  return f.lost[from] ? Outcome{'p', {}} : both(f.v[from]);
}

Outcome owed(F f) {
  auto const& d = *f.in->owed;
  FieldValue const result = d.result, consumed[2] = {d.consumed_app, d.consumed_crm};
  bool const got[2] = {!d.owed_app || f.v[0] == result, !d.owed_crm || f.v[1] == result};
  bool const own = d.base.app && d.base.crm;
  if (got[0] != got[1]) {
    int const waiting = got[0] ? 1 : 0, has = 1 - waiting;
    bool const still = f.v[waiting] == consumed[waiting];
    if (still && f.v[has] == result) return both(result);
    if (f.same()) return {'s', {}};
    if (still) return f.lost[has] ? Outcome{'p', {}} : both(f.v[has]);
    f.b[0] = f.b[1] = consumed[waiting];
    return collide(f);
  }
  if (!got[0] && f.v[0] == consumed[0] && f.v[1] == consumed[1]) return both(result);
  if (!got[0] && !own && !(f.b[0] && f.b[1])) return {f.same() ? 's' : 'p', {}};
  auto const out = got[0] ? against(f, result, result)
                   : own  ? against(f, d.base.app, d.base.crm)
                          : against(f, f.b[0], f.b[1]);
  return out.word == 'n' ? Outcome{'s', {}} : out;
}

// What initial.prefer says: a side, or -1 to ask.
int preferred(F const& f) {
  if (f.rules->initial == InitialPrefer::app) return 0;
  if (f.rules->initial == InitialPrefer::crm) return 1;
  if (f.rules->initial == InitialPrefer::ask) return -1;
  auto const word = time_vote(PolicyKind::newest, f).word;
  return word == 'a' ? 0 : word == 'c' ? 1 : -1;
}

Outcome one_way(F const& f, int from) {
  int const to = 1 - from;
  if (!f.v[from] || f.plain(to) || (!f.v[to] && !f.based()))
    return {f.plain(0) || f.plain(1) ? 'n' : 'p', {}};
  Outcome send{'w', {}};
  send.want[to] = f.v[from];
  if (f.based() && !f.moved(0) && !f.moved(1)) return {};
  if (f.v[to] && f.same()) return {'s', {}};
  bool const overwrite = f.rule->drift == Drift::overwrite;
  if (!f.based() && !f.fresh) return {};
  if (!f.based())
    return f.absence() && is_blank(*f.v[from]) && !overwrite ? Outcome{'s', {}} : send;
  if (f.moved(from) || overwrite) return send;
  return {f.rule->drift == Drift::keep ? 'n' : 'd', {}};
}

Outcome alone(F const& f) {
  auto const direction = f.rule->direction;
  if (f.in->answer) {
    if (f.plain(0) || f.plain(1)) return {};
    auto out = both(*f.in->answer);
    if (direction != Direction::both) out.want[direction == Direction::to_crm ? 0 : 1].reset();
    return out;
  }
  if (direction != Direction::both) return one_way(f, direction == Direction::to_crm ? 0 : 1);
  if (!f.v[0] || !f.v[1]) return {f.plain(0) || f.plain(1) ? 'n' : 'p', {}};
  if (f.owed()) return owed(f);
  if (f.based()) return against(f, f.b[0], f.b[1]);
  if (f.same()) return {'s', {}};
  if (!f.fresh) return {};
  bool const blank[2] = {is_blank(*f.v[0]), is_blank(*f.v[1])};
  if (f.absence() && blank[0] != blank[1]) return both(f.v[blank[0] ? 1 : 0]);
  int const side = preferred(f);
  return side < 0 ? Outcome{'p', {}} : both(f.v[side]);
}

Outcome group_verdict(std::vector<F>& movers, bool settled, std::vector<Policy> const& chain) {
  bool moved[2] = {false, false}, lost = false;
  std::optional<ChangeInterval> span[2];
  for (int s : {0, 1}) {
    std::vector<ChangeInterval> all;
    bool missing = false;
    for (auto const& f : movers) {
      if (settled && !f.moved(s)) continue;
      moved[s] = true;
      lost = lost || (settled && f.lost[s]);
      missing = missing || !f.when[s] || f.when[s]->earliest > f.when[s]->latest;
      if (f.when[s]) all.push_back(*f.when[s]);
    }
    if (missing || all.empty()) continue;
    span[s] = all[0];
    for (auto const& one : all) {
      span[s]->earliest = std::min(span[s]->earliest, one.earliest);
      span[s]->latest = std::max(span[s]->latest, one.latest);
    }
  }
  if (lost) return {'p', {}};
  if (settled && !(moved[0] && moved[1])) return {};
  bool const crash = std::any_of(movers.begin(), movers.end(), [](F const& f) { return f.crash; });
  for (auto& f : movers) f.when[0] = span[0], f.when[1] = span[1], f.crash = crash;
  if (!settled) {
    for (int filled : {0, 1})
      if (std::all_of(movers.begin(), movers.end(), [&](F const& f) {
            return f.absence() && is_blank(*f.v[filled]) && !is_blank(*f.v[1 - filled]);
          }))
        return {filled == 0 ? 'c' : 'a', {}};
    int const side = preferred(movers[0]);
    return {side < 0 ? 'p' : side == 0 ? 'a' : 'c', {}};
  }
  for (auto const& policy : chain) {
    std::set<char> words;
    for (auto const& f : movers) words.insert(vote(policy, f).word);
    if (words == std::set<char>{'?'}) break;
    if (words == std::set<char>{'a'} || words == std::set<char>{'c'}) return {*words.begin(), {}};
  }
  return {'p', {}};
}

// Replaces the outcomes of one group's members with a settled base (or, on a new link, without).
void judge_group(std::vector<F> const& all, std::vector<Outcome>& out, std::string const& name,
                 bool settled) {
  std::vector<F> movers;
  std::vector<std::size_t> at;
  bool unknown = false;
  std::vector<Policy> const* chain = nullptr;
  for (std::size_t i = 0; i < all.size(); ++i) {
    auto const& f = all[i];
    if (f.rule->group != name || f.rule->direction != Direction::both) continue;
    if (!chain) chain = &f.rule->chain;
    if (f.in->answer || f.owed() || f.based() != settled) continue;
    if (!f.v[0] || !f.v[1])
      unknown = true;
    else if (settled ? f.mover() : !f.same())
      movers.push_back(f), at.push_back(i);
  }
  if (movers.empty()) return;
  auto const verdict = unknown ? Outcome{'u', {}} : group_verdict(movers, settled, *chain);
  if (verdict.word == 'n') return;  // all on one side: each flows by itself
  for (auto const i : at) {
    if (verdict.word == 'u') out[i] = {};
    if (verdict.word == 'p') out[i] = {'p', {}};
    if (verdict.word == 'a' || verdict.word == 'c') out[i] = both(all[i].v[verdict.word == 'c']);
  }
}

Field finish(F const& f, Outcome const& out) {
  if (out.word != 'w') {
    static std::map<char, FieldAction> const words = {{'n', FieldAction::none},
                                                      {'s', FieldAction::settle},
                                                      {'p', FieldAction::park},
                                                      {'d', FieldAction::drift}};
    return {words.at(out.word), {}, false};
  }
  Field field{FieldAction::settle, {}, false};
  bool write[2];
  for (int s : {0, 1}) {
    write[s] = out.want[s] && out.want[s] != f.v[s];
    if (!write[s]) continue;
    field.value = out.want[s];
    field.clears = field.clears || (is_blank(*out.want[s]) && !(f.v[s] && is_blank(*f.v[s])));
  }
  if (write[0] || write[1])
    field.action = !write[0]   ? FieldAction::write_crm
                   : !write[1] ? FieldAction::write_app
                               : FieldAction::write_both;
  return field;
}

}  // namespace

Plan essence(PairPlan const& plan) {
  Plan out{plan.presence, {}};
  for (auto const& field : plan.fields)
    out.fields.push_back({field.action, field.value, field.clears});
  return out;
}

Plan make_plan(PairInput const& input, MappingRules const& rules) {
  using A = PresenceAction;
  Plan plan{presence_of(input, rules), {}};
  bool const living = plan.presence == A::link || plan.presence == A::merge;
  bool const fresh = plan.presence == A::link || input.link_is_new;
  bool const new_app = plan.presence == A::create_app || plan.presence == A::restore_app;
  bool const new_crm = plan.presence == A::create_crm || plan.presence == A::restore_crm;
  if (!living && !new_app && !new_crm) return plan;
  std::vector<F> all;
  std::vector<Outcome> outcomes;
  std::set<std::string> groups;
  for (std::size_t i = 0; i < rules.fields.size(); ++i) {
    all.push_back(field_of(input, rules, i, fresh));
    if (living) outcomes.push_back(alone(all[i]));
    if (!rules.fields[i].group.empty()) groups.insert(rules.fields[i].group);
  }
  for (auto const& name : groups) {
    if (!living) break;
    judge_group(all, outcomes, name, true);
    if (fresh) judge_group(all, outcomes, name, false);
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (living) {
      plan.fields.push_back(finish(all[i], outcomes[i]));
      continue;
    }
    auto const& value = all[i].v[new_app ? 1 : 0];
    bool const blocked =
        rules.fields[i].direction == (new_app ? Direction::to_crm : Direction::to_app);
    if (!value || std::holds_alternative<Null>(*value) || blocked)
      plan.fields.emplace_back();
    else
      plan.fields.push_back(
          {new_app ? FieldAction::write_app : FieldAction::write_crm, value, false});
  }
  return plan;
}

}  // namespace crmsync::naive
