// Signed webhook requests, one or many at a time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace crmsync::bench {

struct SignedEvent {
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
};

// One contact.propertyChange event, signed as the vendor's v3 does for https://sync.example.
SignedEvent signed_event(std::string const& contact, std::string const& secret);

struct LoadResult {
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;
  double seconds = 0;
};

// `connections` senders in a loop for `seconds`, each event about another contact.
LoadResult post_webhooks(std::string const& base_url, std::string const& secret, int connections,
                         double seconds);

}  // namespace crmsync::bench
