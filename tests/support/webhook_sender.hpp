// Webhooks as HubSpot sends them, signed by code of its own: a defect in what checks signatures
// cannot hide in what makes them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/support/sync_world.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace crmsync::tests {

using Headers = std::vector<std::pair<std::string, std::string>>;

// Base64 of HMAC-SHA256 over method, URI, body and the time in milliseconds.
Headers sign_v3(std::string const& secret, std::string const& uri, std::string const& body,
                std::chrono::seconds age = std::chrono::seconds(0),
                std::string const& method = "POST");
// Hex of SHA-256 over secret and body.
Headers sign_v1(std::string const& secret, std::string const& body);

// A TCP port that was free a moment ago.
unsigned free_port();

// "propertyChange" and the like of one contact. The value in it is of no consequence.
std::string contact_event(std::string const& kind, std::string const& id,
                          std::chrono::seconds age = std::chrono::seconds(0));

// Sends to the listener of an installation whose `public_url` is the world's.
class WebhookSender {
 public:
  explicit WebhookSender(SyncWorld const& world);
  // Goes to the end of crmsync.yaml.
  std::string settings() const;
  std::string url() const;  // what a CRM on this machine calls

  HttpAnswer post(std::string const& body, Headers headers,
                  std::string const& target = "/hooks/hubspot") const;
  // Properly signed.
  HttpAnswer send(std::string const& body) const;
  std::string signed_uri(std::string const& target = "/hooks/hubspot") const;

 private:
  SyncWorld const& world_;
  unsigned port_;
};

}  // namespace crmsync::tests
