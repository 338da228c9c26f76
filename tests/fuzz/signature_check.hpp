// What both signature targets do with one input.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/hubspot/wire/signature.hpp"
#include "tests/fuzz/signing.hpp"
#include "tests/fuzz/target.hpp"

namespace crmsync::fuzz {

namespace wire = connectors::hubspot::wire;

inline bool accepted(std::string_view method, std::string_view target, std::string_view body,
                     Headers const& headers) {
  wire::SignatureKeys const keys{engine::Secret(std::string(kSecret)), {}, std::string(kOrigin)};
  auto const status = wire::verify_signature({method, target, body, headers}, keys,
                                             engine::Timestamp{kNowMs * 1000});
  if (status) return true;
  require(status.error().code == engine::Errc::unauthorized, "a refusal is `unauthorized`");
  require(is_showable(status.error().message()), "a refusal can be shown");
  return false;
}

// Headers from the input, `own` among them when they are to be complete.
inline Headers read_headers(Input& input, Headers own) {
  for (int i = 0; i < 4 && !input.empty(); ++i) {
    auto const line = input.line();
    auto const colon = line.find(": ");
    if (colon == std::string_view::npos) break;
    own.emplace_back(line.substr(0, colon), line.substr(colon + 2));
  }
  return own;
}

}  // namespace crmsync::fuzz
