// Enumerators are stored as their numbers, so their order is part of the format: new ones go to the
// end. The switches make the compiler point here when one is added; decoding refuses a number that
// no switch names.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "state/rows.hpp"

namespace crmsync::state {

constexpr bool is_known(engine::Side value) noexcept {
  switch (value) {
    case engine::Side::app:
    case engine::Side::crm:
      return true;
  }
  return false;
}

constexpr bool is_known(engine::ChangeKind value) noexcept {
  using enum engine::ChangeKind;
  switch (value) {
    case changed:
    case deleted:
    case merged:
    case restored:
    case rekeyed:
      return true;
  }
  return false;
}

constexpr bool is_known(SnapshotPhase value) noexcept {
  using enum SnapshotPhase;
  switch (value) {
    case none:
    case running:
    case complete:
      return true;
  }
  return false;
}

constexpr bool is_known(engine::LinkState value) noexcept {
  using enum engine::LinkState;
  switch (value) {
    case none:
    case linked:
    case dormant:
    case detached:
    case tombstone:
      return true;
  }
  return false;
}

constexpr bool is_known(engine::BaseStatus value) noexcept {
  using enum engine::BaseStatus;
  switch (value) {
    case unadopted:
    case settled:
    case owed:
      return true;
  }
  return false;
}

constexpr bool is_known(IntentKind value) noexcept {
  using enum IntentKind;
  switch (value) {
    case create:
    case update:
    case archive:
    case erase:
      return true;
  }
  return false;
}

constexpr bool is_known(engine::PolicyKind value) noexcept {
  using enum engine::PolicyKind;
  switch (value) {
    case app:
    case crm:
    case app_unless_blank:
    case crm_unless_blank:
    case fill_blank:
    case newest:
    case oldest:
    case max:
    case min:
    case sum_deltas:
    case union_:
    case intersection:
    case merge_set:
    case furthest:
    case longest:
    case ask:
      return true;
  }
  return false;
}

constexpr bool is_known(engine::Errc value) noexcept {
  using enum engine::Errc;
  switch (value) {
    case transient:
    case rate_limited:
    case locked:
    case unauthorized:
    case forbidden:
    case not_found:
    case precondition_failed:
    case already_exists:
    case invalid_value:
    case invalid_schema:
    case read_only:
    case config_invalid:
    case storage_full:
    case corrupt:
    case unsupported:
    case cursor_expired:
    case limit_exceeded:
    case cancelled:
    case internal:
      return true;
  }
  return false;
}

constexpr bool is_known(HistoryKind value) noexcept {
  using enum HistoryKind;
  switch (value) {
    case created:
    case linked:
    case updated:
    case agreed:
    case collision:
    case parked:
    case resolved:
    case deleted:
    case unlinked:
    case restored:
    case merged:
    case overwritten:
    case rewritten:
    case rekeyed:
    case drift:
    case refused:
    case recovered:
    case held:
    case approved:
    case settled:
      return true;
  }
  return false;
}

}  // namespace crmsync::state
