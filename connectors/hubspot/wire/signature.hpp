// Whether a webhook was signed by the app whose secret we hold. Pure; compares in constant time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/error.hpp"
#include "engine/secret.hpp"
#include "engine/value.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crmsync::connectors::hubspot::wire {

inline constexpr std::int64_t kSignatureAgeMaxMs = 300'000;

struct SignedRequest {
  std::string_view method;
  std::string_view target;  // path and query as received
  std::string_view body;    // raw bytes
  std::vector<std::pair<std::string, std::string>> const& headers;
};

struct SignatureKeys {
  engine::Secret current;
  engine::Secret previous;    // still accepted while the vendor rotates; may be empty
  std::string public_origin;  // "https://sync.example.com": what the vendor calls, without path
};

// A v3 signature decides when there is one (a stale or wrong one is not made good by an older
// scheme); else v2 or v1 as the version header says. unauthorized: forged, stale or unsigned.
engine::Status verify_signature(SignedRequest const& request, SignatureKeys const& keys,
                                engine::Timestamp now);

// The URI as the vendor hashes it: only the escapes it names are decoded.
std::string signed_uri(std::string_view uri);

}  // namespace crmsync::connectors::hubspot::wire
