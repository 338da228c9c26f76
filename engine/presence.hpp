// Presence comes before fields: which records exist, and what that means for the pair.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/observation.hpp"
#include "engine/rules.hpp"

#include <cstdint>
#include <string_view>

namespace crmsync::engine {

enum class PresenceAction : std::uint8_t {
  wait,         // something is unknown: do nothing now, ask again
  ignore,       // nothing to do and nothing to wait for (out of `create`, detached, tombstone)
  link,         // both exist and match: adopt fields by `initial.prefer`
  merge,        // linked and both present: the field table decides
  create_app,   // only the CRM has it
  create_crm,   // only the app has it
  delete_app,   // the CRM record was deleted and nobody edited the row
  delete_crm,   // the row was deleted and nobody edited the CRM record
  restore_app,  // deleted in the app, edited in the CRM, the edit wins: bring the row back
  restore_crm,  // deleted in the CRM, edited in the app, the edit wins: create it again
  bury,         // both are gone: the link becomes a tombstone
  unlink,       // the delete rule says unlink: the pair becomes detached
  park,         // a person must decide (edit against delete with versus_edit: ask)
};
std::string_view to_string(PresenceAction action) noexcept;

struct PresenceInput {
  LinkState link = LinkState::none;
  Presence app = Presence::unknown;
  Presence crm = Presence::unknown;
  bool app_edited = false;  // the surviving side differs from its base in a field that flows
  bool crm_edited = false;
};

PresenceAction decide_presence(PresenceInput const& input, PresenceRules const& rules);

}  // namespace crmsync::engine
