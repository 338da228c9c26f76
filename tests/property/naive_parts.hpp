// What the naive planner's parts share.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/property/naive_planner.hpp"

#include <optional>

namespace crmsync::naive {
using namespace engine;

// Sides by number: 0 is the app, 1 the CRM. What shall be on each side in the end, or a word.
struct Outcome {
  char word = 'n';  // n(one) s(ettle) p(ark) d(rift) w(rite)
  FieldValue want[2];
};
// a, c: keep that side; v: a new value; ?: ask; -: no verdict
struct Vote {
  char word = '-';
  Value value;
};
struct F {  // one field, sides indexed
  FieldValue v[2], b[2];
  bool problem[2], lost[2], crash, fresh;
  std::optional<ChangeInterval> when[2];
  FieldInput const* in;
  FieldRule const* rule;
  MappingRules const* rules;

  bool plain(int s) const { return !v[s] && !problem[s]; }
  bool based() const { return in->status != BaseStatus::unadopted && b[0] && b[1]; }
  bool owed() const { return in->status == BaseStatus::owed && in->owed; }
  bool absence() const { return rule->blank == BlankMode::absence; }
  bool same() const { return v[0] == v[1] || (absence() && is_blank(*v[0]) && is_blank(*v[1])); }
  bool moved(int s) const { return v[s] != b[s]; }
  bool mover() const { return (moved(0) || moved(1)) && !same(); }
};

inline F field_of(PairInput const& p, MappingRules const& r, std::size_t i, bool fresh) {
  auto const& in = p.fields[i];
  return {{in.app, in.crm},
          {in.base.app, in.base.crm},
          {!in.app && !in.app_problem.empty(), !in.crm && !in.crm_problem.empty()},
          {in.app_lost_data, in.crm_lost_data},
          in.after_crash,
          fresh,
          {in.app_changed, in.crm_changed},
          &in,
          &r.fields[i],
          &r};
}

Vote vote(Policy const& policy, F const& f);
Vote time_vote(PolicyKind kind, F const& f);
PresenceAction presence_of(PairInput const& p, MappingRules const& r);

}  // namespace crmsync::naive
