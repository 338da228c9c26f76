// The vendor's failures as ours. Every key of its error body is optional; its messages may quote
// values, so nothing of them is kept but codes, property names, record ids and the correlation id.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/hubspot/wire/json.hpp"
#include "engine/error.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace crmsync::connectors::hubspot::wire {

// What was asked, for the error's text and for judging whether it may have taken effect.
struct Asked {
  std::string op;         // "hubspot: update contacts"
  bool mutating = false;  // a lost answer leaves it open whether the write happened
};

// An answer outside 2xx. retry_after_ms: what a Retry-After header asked for.
engine::Error failure_of(int status, std::optional<std::int64_t> retry_after_ms,
                         std::string_view body, Asked const& asked);

// One entry of a batch answer's `errors`, with what it says about whom it concerns.
struct BatchFailure {
  engine::Error error;
  std::vector<std::string> trace_ids;
  std::vector<std::string> ids;
};
BatchFailure batch_failure_of(JsonView entry, Asked const& asked);

// Trace ids and record ids a whole-request failure names, from the same body.
BatchFailure request_failure_of(int status, std::optional<std::int64_t> retry_after_ms,
                                std::string_view body, Asked const& asked);

}  // namespace crmsync::connectors::hubspot::wire
