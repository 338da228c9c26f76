// SPDX-License-Identifier: Apache-2.0
#include "tests/property/naive_parts.hpp"

#include <algorithm>
#include <set>
#include <string>

namespace crmsync::naive {
namespace {

std::optional<std::set<std::string>> items(FieldValue const& v) {
  if (v && std::holds_alternative<Null>(*v)) return std::set<std::string>();
  if (!v || !std::holds_alternative<StringSet>(*v)) return std::nullopt;
  auto const& all = std::get<StringSet>(*v).items();
  return std::set<std::string>(all.begin(), all.end());
}

Vote set_vote(PolicyKind kind, F const& f) {
  auto const a = items(f.v[0]), c = items(f.v[1]), ba = items(f.b[0]), bc = items(f.b[1]);
  if (!a || !c || (kind == PolicyKind::merge_set && (!ba || !bc))) return {};
  std::set<std::string> all = *a, out;
  all.insert(c->begin(), c->end());
  if (kind == PolicyKind::merge_set) all.insert(ba->begin(), ba->end());
  if (kind == PolicyKind::merge_set) all.insert(bc->begin(), bc->end());
  for (auto const& x : all) {
    bool const removed = kind == PolicyKind::merge_set &&
                         ((ba->count(x) && !a->count(x)) || (bc->count(x) && !c->count(x)));
    bool const in_both = a->count(x) && c->count(x);
    if (kind == PolicyKind::intersection ? in_both : !removed) out.insert(x);
  }
  auto const holds = [&](Value const& v) { return f.v[0] == v || f.v[1] == v; };
  if (out.empty() && !holds(StringSet()) && holds(Null{})) return {'v', Null{}};
  return {'v', StringSet(std::vector<std::string>(out.begin(), out.end()))};
}

Vote number_vote(PolicyKind kind, F const& f) {
  auto const whole = [](FieldValue const& v) { return v ? std::get_if<int64_t>(&*v) : nullptr; };
  auto const *a = whole(f.v[0]), *c = whole(f.v[1]), *ba = whole(f.b[0]), *bc = whole(f.b[1]);
  if (kind == PolicyKind::sum_deltas) {
    if (!a || !c || !ba || !bc || f.crash) return {};
    return {'v', *ba + (*a - *ba) + (*c - *bc)};
  }
  bool const times =
      f.v[0]->index() == f.v[1]->index() &&
      (std::holds_alternative<Date>(*f.v[0]) || std::holds_alternative<Timestamp>(*f.v[0]));
  if (!(a && c) && !times) return {};
  if (f.v[0] == f.v[1]) return {'a', {}};
  return {(*f.v[0] > *f.v[1]) == (kind == PolicyKind::max) ? 'a' : 'c', {}};
}

Vote text_vote(Policy const& policy, F const& f) {
  long rank[2];
  for (int s : {0, 1}) {
    auto const* text = std::get_if<std::string>(&*f.v[s]);
    bool const longest = policy.kind == PolicyKind::longest;
    if (!text && !(longest && std::holds_alternative<Null>(*f.v[s]))) return {};
    auto const at =
        text ? std::find(policy.order.begin(), policy.order.end(), *text) : policy.order.end();
    if (!longest && at == policy.order.end()) return {};
    rank[s] = !longest ? at - policy.order.begin() : text ? static_cast<long>(text->size()) : 0;
  }
  if (rank[0] == rank[1]) return {policy.kind == PolicyKind::longest ? '-' : 'a', {}};
  return {rank[0] > rank[1] ? 'a' : 'c', {}};
}

}  // namespace

Vote time_vote(PolicyKind kind, F const& f) {
  if (f.crash || !f.when[0] || !f.when[1]) return {};
  for (auto const& w : f.when)
    if (w->earliest > w->latest) return {};
  for (int s : {0, 1})
    if (f.when[s]->earliest.micros - f.when[1 - s]->latest.micros > f.rules->skew_bound_micros)
      return {(s == 0) == (kind == PolicyKind::newest) ? 'a' : 'c', {}};
  return {};
}

Vote vote(Policy const& policy, F const& f) {
  bool const blank[2] = {is_blank(*f.v[0]), is_blank(*f.v[1])};
  using K = PolicyKind;
  static std::set<K> const sets = {K::union_, K::intersection, K::merge_set};
  if (policy.kind == K::app) return {'a', {}};
  if (policy.kind == K::crm) return {'c', {}};
  if (policy.kind == K::ask) return {'?', {}};
  if (policy.kind == K::app_unless_blank) return {f.absence() && blank[0] ? 'c' : 'a', {}};
  if (policy.kind == K::crm_unless_blank) return {f.absence() && blank[1] ? 'a' : 'c', {}};
  if (policy.kind == K::fill_blank) return {blank[0] == blank[1] ? '-' : blank[0] ? 'c' : 'a', {}};
  if (policy.kind == K::newest || policy.kind == K::oldest) return time_vote(policy.kind, f);
  if (policy.kind == K::furthest || policy.kind == K::longest) return text_vote(policy, f);
  return sets.count(policy.kind) ? set_vote(policy.kind, f) : number_vote(policy.kind, f);
}

}  // namespace crmsync::naive
