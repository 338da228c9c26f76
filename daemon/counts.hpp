// Sums over mappings.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "state/rows.hpp"

namespace crmsync::daemon {

struct MappingCountsSum : state::MappingCounts {
  void add(state::MappingCounts const& one) {
    linked += one.linked;
    unlinked_app += one.unlinked_app;
    unlinked_crm += one.unlinked_crm;
    parked += one.parked;
    errors += one.errors;
    held += one.held;
    intents += one.intents;
  }
};

}  // namespace crmsync::daemon
