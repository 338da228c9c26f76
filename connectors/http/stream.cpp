// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/stream.hpp"

namespace crmsync::connectors::http {

Task<IoResult> write_all(Stream& stream, WriteBuffers buffers) {
  std::size_t const total = asio::buffer_size(buffers);
  IoResult sum;
  while (sum.bytes < total && !sum.error) {
    IoResult const step = co_await stream.write_some(buffers);
    sum.error = step.error;
    sum.bytes += step.bytes;
    std::size_t left = step.bytes;
    for (auto& buffer : buffers) {
      std::size_t const skip = left < buffer.size() ? left : buffer.size();
      buffer += skip;
      left -= skip;
    }
  }
  co_return sum;
}

}  // namespace crmsync::connectors::http
