// Three-way merge of one field: what changed since the base. Pure, total, symmetric under swap.
// The method is Unison's (reconcile two replicas against an archive), applied per field.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/value.hpp"

#include <cstdint>
#include <string_view>

namespace crmsync::engine {

// The base is kept per side because a CRM stores its own rewrite of what it was sent.
struct FieldBase {
  FieldValue app;
  FieldValue crm;
  friend bool operator==(FieldBase const&, FieldBase const&) = default;
};

enum class MergeKind : std::uint8_t {
  unknown,      // a side was not observed: nothing is decided
  untouched,    // both sides equal their base: never sent again
  app_changed,  // flows to the CRM
  crm_changed,  // flows to the app
  agreed,       // changed, and both sides now hold the same: the base moves, nothing is written
  collision,    // both changed, differently: the policy chain decides
  unadopted,    // the field has no base yet: see Initial
};
std::string_view to_string(MergeKind kind) noexcept;

// All four values are canonical under the running mapping; equality is exact. A base with one side
// missing counts as no base.
MergeKind merge_field(FieldBase const& base, FieldValue const& app, FieldValue const& crm);

}  // namespace crmsync::engine
