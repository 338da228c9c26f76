// SPDX-License-Identifier: Apache-2.0
#include "engine/merge.hpp"

#include "engine/mutant.hpp"

namespace crmsync::engine {

std::string_view to_string(MergeKind kind) noexcept {
  switch (kind) {
    case MergeKind::unknown:
      return "unknown";
    case MergeKind::untouched:
      return "untouched";
    case MergeKind::app_changed:
      return "app_changed";
    case MergeKind::crm_changed:
      return "crm_changed";
    case MergeKind::agreed:
      return "agreed";
    case MergeKind::collision:
      return "collision";
    case MergeKind::unadopted:
      return "unadopted";
  }
  return "unknown";
}

MergeKind merge_field(FieldBase const& base, FieldValue const& app, FieldValue const& crm) {
  if (!app || !crm) return MergeKind::unknown;
  if (!base.app || !base.crm) return MergeKind::unadopted;
  bool const app_moved = *app != *base.app;
  bool const crm_moved = *crm != *base.crm;
  if (!app_moved && !crm_moved) return MergeKind::untouched;
  // Also when one side alone moved to what the other already holds: its base was the other side's
  // rewrite of the same value, and there is nothing to write.
  if (*app == *crm && !mutant(Mutant::equal_is_conflict)) return MergeKind::agreed;
  if (app_moved && crm_moved) return MergeKind::collision;
  return app_moved ? MergeKind::app_changed : MergeKind::crm_changed;
}

}  // namespace crmsync::engine
