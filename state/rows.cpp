// SPDX-License-Identifier: Apache-2.0
#include "state/rows.hpp"

#include "state/state_store.hpp"

namespace crmsync::state {

std::string_view to_string(HistoryKind kind) noexcept {
  switch (kind) {
    case HistoryKind::created:
      return "created";
    case HistoryKind::linked:
      return "linked";
    case HistoryKind::updated:
      return "updated";
    case HistoryKind::agreed:
      return "agreed";
    case HistoryKind::collision:
      return "collision";
    case HistoryKind::parked:
      return "parked";
    case HistoryKind::resolved:
      return "resolved";
    case HistoryKind::deleted:
      return "deleted";
    case HistoryKind::unlinked:
      return "unlinked";
    case HistoryKind::restored:
      return "restored";
    case HistoryKind::merged:
      return "merged";
    case HistoryKind::overwritten:
      return "overwritten";
    case HistoryKind::rewritten:
      return "rewritten";
    case HistoryKind::rekeyed:
      return "rekeyed";
    case HistoryKind::drift:
      return "drift";
    case HistoryKind::refused:
      return "refused";
    case HistoryKind::recovered:
      return "recovered";
    case HistoryKind::held:
      return "held";
    case HistoryKind::approved:
      return "approved";
    case HistoryKind::settled:
      return "settled";
  }
  return "unknown";
}

std::size_t Commit::rows() const noexcept {
  return intake.size() + webhooks.size() + match.size() + cursors.size() + mappings.size() +
         intents.size() + intents_done.size() + links.size() + bases.size() + links_gone.size() +
         parked.size() + parked_done.size() + errors.size() + errors_done.size() + held.size() +
         held_done.size() + history.size() + settled.size();
}

bool Commit::empty() const noexcept {
  return rows() == 0 && !clear_restored;
}

}  // namespace crmsync::state
