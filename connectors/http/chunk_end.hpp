// Keeps Beast's parser from input that it cannot take.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace crmsync::connectors::http {

// How many bytes there must be before the parser is given any. Within a chunked body at least
// "0\r\n\r\n" is still to come. Beast 1.81 fails an assertion when it is given "0\r\n" and then
// less than all of the rest: a peer could end the process by sending the last line slowly.
template <class Parser>
std::size_t bytes_needed(Parser const& parser) {
  return parser.is_header_done() && parser.chunked() ? 5 : 1;
}

}  // namespace crmsync::connectors::http
