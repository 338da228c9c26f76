// What is confirmed of a pair the moment it is made, and what is not yet. Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/pair.hpp"

namespace crmsync::daemon {

// Fields that were blank on the source and are blank in the new record agree already. `stored`:
// what the create's answer said.
void adopt_blanks(mappings::Mapping const& mapping, Pair const& pair, engine::Side made,
                  engine::Record const& stored, state::BaseRow& base);

// The pair is linked from now on. What got no base yet (refused, failed, not readable, a value of
// the new record's own) must not be taken for a field that is new to the mapping: `initial` still
// applies. So does a field whose first match was asked about: it is judged again whenever it is
// seen, and the question follows the values.
void mark_unfinished(mappings::Mapping const& mapping, state::BaseRow& base);

}  // namespace crmsync::daemon
