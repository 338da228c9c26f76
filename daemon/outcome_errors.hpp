// The error inbox's part of an outcome.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "daemon/outcome.hpp"

#include <vector>

namespace crmsync::daemon {

// Values of mapped fields that the CRM's answer left out although the record is there. They decide
// nothing, and the news that made us look may have been about them. (A database leaves out only
// what cannot be read at all.)
std::vector<engine::Error> left_out(mappings::Mapping const& mapping, PairResult const& result);
// Asked often enough: the record stands in the inbox instead.
bool gives_up_asking(OutcomeContext const& context);

// Puts what a side refused for good, or often enough, into the inbox and takes out what got
// through.
void record_errors(OutcomeContext const& context, PairResult const& result,
                   PairEnding const& ending, state::Commit& out);

// A unique value that stays somebody else's is not asked for for ever, a request each time: the
// record stands in the inbox and is tried again on a change or on request.
bool gives_up(OutcomeContext const& context, engine::Error const& error);

}  // namespace crmsync::daemon
