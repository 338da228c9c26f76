// How a collision is resolved. A chain of policies is tried in order until one decides; a chain
// that never decides asks a person.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/identity.hpp"
#include "engine/merge.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace crmsync::engine {

enum class PolicyKind : std::uint8_t {
  app,
  crm,
  app_unless_blank,
  crm_unless_blank,
  fill_blank,
  newest,
  oldest,
  max,
  min,
  sum_deltas,
  union_,
  intersection,
  merge_set,
  furthest,
  longest,
  ask,
};

// One link of a chain. `order` is used by furthest only: the stages from first to last, canonical.
struct Policy {
  PolicyKind kind = PolicyKind::ask;
  std::vector<std::string> order;
  friend bool operator==(Policy const&, Policy const&) = default;
};

// blank: absence (default): a blank never overwrites under *_unless_blank; value — a blank is a
// value like any other.
enum class BlankMode : std::uint8_t { absence, value };

// When a change happened, as far as can be told: after `earliest`, not after `latest`.
struct ChangeInterval {
  Timestamp earliest;
  Timestamp latest;
  friend bool operator==(ChangeInterval, ChangeInterval) = default;
};

struct Collision {
  FieldBase base;
  Value app;
  Value crm;
  std::optional<ChangeInterval> app_changed;  // empty: no stamp exists
  std::optional<ChangeInterval> crm_changed;  // an interval that ends before it begins is none
  BlankMode blank = BlankMode::absence;
  bool after_crash = false;  // found by recovery: newest, oldest and sum_deltas abstain
  std::int64_t skew_bound_micros = 5'000'000;  // newest/oldest decide only beyond this
};

struct Undecided {
  friend bool operator==(Undecided, Undecided) = default;
};
struct Keep {
  Side side = Side::app;
  friend bool operator==(Keep, Keep) = default;
};
// A value for both sides. It may equal one side's value, and is then written to the other only.
struct Write {
  Value value;
  friend bool operator==(Write const&, Write const&) = default;
};
struct Ask {
  friend bool operator==(Ask, Ask) = default;
};
using Verdict = std::variant<Undecided, Keep, Write, Ask>;

struct PolicyRow {
  PolicyKind kind;
  std::string_view name;     // the YAML word
  std::string_view summary;  // one sentence for the reference page
  bool takes_order;          // furthest: [a, b, c]
  Verdict (*decide)(Collision const&, Policy const&);
};

// The one table of policies; tests iterate over it, the loader looks names up in it.
std::span<PolicyRow const> policy_table() noexcept;
PolicyRow const* find_policy(std::string_view name) noexcept;
std::string_view to_string(PolicyKind kind) noexcept;

struct Resolution {
  Verdict verdict;          // never Undecided
  std::size_t chain_index;  // which link fired; chain.size() when none did and the person is asked
  PolicyKind fired;
  friend bool operator==(Resolution const&, Resolution const&) = default;
};

Resolution resolve(Collision const& collision, std::span<Policy const> chain);

}  // namespace crmsync::engine
