// Error answers in the vendor's shape.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/simulator/faces/hubspot_call.hpp"

namespace crmsync::connectors::simulator::faces {

using Context = std::vector<std::pair<std::string, std::vector<std::string>>>;

// One entry of `errors` in an envelope.
struct ErrorDetail {
  std::string message;
  std::string code;
  Context context;
};

struct ErrorBody {
  int status = 400;
  std::string category = "VALIDATION_ERROR";
  std::string message;
  Context context;
  std::vector<ErrorDetail> errors;
  // Fields that only some errors have ("policyName").
  std::vector<std::pair<std::string, std::string>> extra;
};

http::Response error_response(Call& call, ErrorBody const& error);
http::Response bad_request(Call& call, std::string message);
http::Response object_not_found(Call& call, std::string_view what = "resource not found");

// A refused write as the vendor words it.
ErrorBody error_of(Call const& call, model::Refusal const& refusal);
// The same as one entry of a batch answer's `errors`.
void write_batch_error(JsonOut& out, ErrorBody const& error);

std::string correlation_id(HubspotState& state);

}  // namespace crmsync::connectors::simulator::faces
