// The envelope of batch answers.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/simulator/faces/hubspot_call.hpp"
#include "connectors/simulator/faces/hubspot_errors.hpp"

namespace crmsync::connectors::simulator::faces {

inline constexpr std::size_t kBatchMax = 100;

// Results and errors as finished JSON, put into the vendor's envelope.
class BatchAnswer {
 public:
  void result(std::string json) { results_.push_back(std::move(json)); }
  void error(ErrorBody const& error);
  bool has_errors() const noexcept { return !errors_.empty(); }
  // `status` when all went well. With errors it is 207; dated releases answer some of those with
  // `status` all the same, because their documents list nothing else.
  http::Response finish(Call& call, int status) const;

 private:
  std::vector<std::string> results_;
  std::vector<std::string> errors_;
};

}  // namespace crmsync::connectors::simulator::faces
