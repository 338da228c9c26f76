// The error inbox's part of an outcome.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/outcome.hpp"

#include <vector>

namespace crmsync::daemon {

// A value of a mapped field that a side did not tell although the record is there. It decides
// nothing, and the news that made us look may have been about it.
struct LeftOut {
  engine::Side side;
  engine::Error error;
};
std::vector<LeftOut> left_out(mappings::Mapping const& mapping, PairResult const& result);

// Puts what a side refused for good, or often enough, into the inbox and takes out what got
// through.
void record_errors(OutcomeContext const& context, PairResult const& result,
                   PairEnding const& ending, state::Commit& out);

// A unique value that stays somebody else's is not asked for for ever, a request each time: the
// record stands in the inbox and is tried again on a change or on request.
bool gives_up(OutcomeContext const& context, engine::Error const& error);

}  // namespace crmsync::daemon
