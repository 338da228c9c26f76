// The error inbox's part of an outcome.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/outcome.hpp"

namespace crmsync::daemon {

// Puts what a side refused for good, or often enough, into the inbox and takes out what got
// through.
void record_errors(OutcomeContext const& context, PairResult const& result,
                   PairEnding const& ending, state::Commit& out);

// A unique value that stays somebody else's is not asked for for ever, a request each time: the
// record stands in the inbox and is tried again on a change or on request.
bool gives_up(OutcomeContext const& context, engine::Error const& error);

}  // namespace crmsync::daemon
