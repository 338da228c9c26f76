// What an outcome changes about the link of a pair. Pure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/outcome.hpp"

namespace crmsync::daemon {

// A pair without a link gets a new one, which put_link() still has to store.
void ensure_link(OutcomeContext const& context, Pair& pair);
// A record keeps its name in the CRM, which was made from the key it leaves: who gets that key must
// be called something else.
void reserve_name(OutcomeContext const& context, engine::RecordKey const& left,
                  std::string const& external_id, state::Commit& out);
// Stores pair.link; both records leave the index of unlinked ones, and departed records give up the
// keys that the pair has by now.
void put_link(OutcomeContext const& context, Pair& pair, state::Commit& out);
// The link follows its records to the keys that the pair has by now; put_link() comes after it.
void rekey(OutcomeContext const& context, Pair& pair, state::Commit& out);
// The same with put_link() for a pair that nothing else happens to. True: the app key had moved.
bool follow_moved_key(OutcomeContext const& context, Pair& pair, state::Commit& out);
// The pair outlives its app row: whoever has the key next is not taken for the old row.
void note_app_gone(OutcomeContext const& context, Pair const& pair, state::Commit& out);

}  // namespace crmsync::daemon
