// Webhooks as HubSpot words and signs them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/http/message.hpp"
#include "connectors/simulator/faces/hubspot_call.hpp"
#include "connectors/simulator/model/event.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace crmsync::connectors::simulator::faces {

// An event with the numbers a delivery gives it. `event_id` is not unique: retries and copies
// repeat it.
struct NumberedEvent {
  std::uint64_t event_id = 0;
  model::Event event;
};

// The body of one delivery: a JSON array.
std::string webhook_body(model::Crm const& crm, AccountOptions const& account,
                         std::vector<NumberedEvent> const& events, int attempt);

// Base64 of the HMAC over method, URI, body and time; the URI's escapes of the vendor's list are
// decoded first.
std::string signature_v3(std::string_view secret, std::string_view method, std::string_view uri,
                         std::string_view body, std::string_view timestamp_ms);
// Hex of SHA-256 over secret and body.
std::string signature_v1(std::string_view secret, std::string_view body);

// All headers of a delivery.
http::Headers webhook_headers(std::string_view secret, std::string_view uri, std::string_view body,
                              engine::Timestamp now);

}  // namespace crmsync::connectors::simulator::faces
