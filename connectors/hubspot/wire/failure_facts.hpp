// The parts of an error body that may be shown: every one is checked against the form it must have,
// so that a value which strayed into a message, a category or a name cannot pass.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/hubspot/wire/json.hpp"

#include <string>
#include <vector>

namespace crmsync::connectors::hubspot::wire {

struct FailureFacts {
  std::string category;             // "VALIDATION_ERROR"
  std::string policy;               // "TEN_SECONDLY", "SECONDLY", "DAILY" of a rate limit
  std::string correlation;          // for the vendor's support
  std::string other_id;             // the record that holds a unique value
  std::vector<std::string> codes;   // "INVALID_OPTION"
  std::vector<std::string> fields;  // properties at fault
  std::vector<std::string> scopes;  // missing ones
  std::vector<std::string> trace_ids;
  std::vector<std::string> ids;
};

FailureFacts facts_of(JsonView envelope);

// "a, b, c"
std::string join_words(std::vector<std::string> const& words);

}  // namespace crmsync::connectors::hubspot::wire
