// HubSpot as seen through its HTTP API: authentication, quotas, faults, then the route's handler.
// No I/O and no clock: a request and the time go in, a response comes out.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/http/message.hpp"
#include "connectors/simulator/faces/hubspot_call.hpp"
#include "connectors/simulator/model/crm.hpp"
#include "connectors/simulator/model/quota.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace crmsync::connectors::simulator::faces {

// Headers that tell whoever sends the response how to misbehave; they never reach the wire.
// A status of 0 means: close the connection without an answer.
inline constexpr std::string_view kDelayHeader = "x-crmsync-delay-ms";
inline constexpr std::string_view kCutHeader =
    "x-crmsync-cut";  // body bytes to send before closing

struct Route;

struct FaceOptions {
  AccountOptions account;
  model::QuotaOptions quota;
  std::uint64_t seed = 1;
  std::optional<engine::Timestamp> token_expires_at;
};

struct FaceCounts {
  std::map<std::string, std::uint64_t> requests;  // "POST batch_update" -> how many
  std::map<int, std::uint64_t> statuses;
  std::uint64_t mutating = 0;  // requests to routes that write, whatever became of them
  std::uint64_t quota_hits = 0;
};

class HubspotFace {
 public:
  // `crm` must outlive the face.
  HubspotFace(model::Crm& crm, FaceOptions options);

  http::Response handle(http::Request const& request, engine::Timestamp now);

  model::Faults& faults() noexcept { return state_.faults; }
  model::Crm& crm() noexcept { return state_.crm; }
  HubspotState& state() noexcept { return state_; }
  FaceCounts const& counts() const noexcept { return counts_; }
  void reset_counts();
  // The token is good until then; empty: without end.
  void expire_token_at(std::optional<engine::Timestamp> at) noexcept { token_expires_at_ = at; }

 private:
  http::Response answer(Call& call, Route const& route);
  std::optional<http::Response> refuse_token(Call& call);
  std::optional<http::Response> refuse_fault(Call& call);
  std::optional<http::Response> refuse_quota(Call& call, bool is_search);
  std::optional<http::Response> read_body(Call& call);
  void quota_headers(http::Response& response) const;

  HubspotState state_;
  model::Quota quota_;
  FaceCounts counts_;
  std::optional<engine::Timestamp> token_expires_at_;
};

}  // namespace crmsync::connectors::simulator::faces
