// One request and its answer over one stream. What comes back says precisely how far it went, as
// the decision whether a request may be repeated hangs on that.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/http/message.hpp"
#include "connectors/http/stream.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace crmsync::connectors::http {

struct Exchange {
  enum class End : std::uint8_t {
    answered,   // `response` is whole
    broken,     // the connection ended first, or the answer is cut short
    malformed,  // the answer is not HTTP
    too_large,  // the answer passed the limit
  } end = End::broken;
  Response response;
  std::string why;             // for messages, when not answered
  std::size_t bytes_sent = 0;  // of the request; 0: it cannot have taken effect
  bool answer_began = false;   // at least one byte came back
  bool reusable = false;       // the connection may carry another request
};

// Never retries and follows nothing. Ends early when the stream is closed from outside. Interim
// (1xx) answers are skipped. head_only: the request was HEAD.
Task<Exchange> run_exchange(Stream& stream, std::string_view head, std::string_view body,
                            bool head_only, std::size_t response_bytes_max);

}  // namespace crmsync::connectors::http
