// A peer without a network: takes what is written, and answers with given pieces.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/http/stream.hpp"

#include <boost/asio/error.hpp>

#include <algorithm>
#include <cstring>
#include <deque>
#include <string>

namespace crmsync::connectors::http {

// Takes `takes` bytes of each write (then fails, if told to) and gives its pieces one per read.
class ScriptedStream final : public Stream {
 public:
  Task<IoResult> read_some(asio::mutable_buffer buffer) override {
    if (pieces.empty()) co_return IoResult{end, 0};
    std::size_t const size = std::min(buffer.size(), pieces.front().size());
    std::memcpy(buffer.data(), pieces.front().data(), size);
    pieces.front().erase(0, size);
    if (pieces.front().empty()) pieces.pop_front();
    co_return IoResult{{}, size};
  }
  Task<IoResult> write_some(WriteBuffers buffers) override {
    ++writes;
    if (written.size() >= fails_after) co_return IoResult{asio::error::broken_pipe, 0};
    std::size_t taken = 0;
    for (auto const& buffer : buffers) {
      std::size_t const room = std::min(takes, fails_after - written.size()) - taken;
      std::size_t const size = std::min(buffer.size(), room);
      written.append(static_cast<char const*>(buffer.data()), size);
      taken += size;
      if (taken >= takes || written.size() >= fails_after) break;
    }
    co_return IoResult{{}, taken};
  }
  void finish_writing() noexcept override {}
  void close() noexcept override {}
  int native_handle() noexcept override { return -1; }

  std::deque<std::string> pieces;
  boost::system::error_code end = asio::error::eof;
  std::size_t takes = 1'000'000;
  std::size_t fails_after = 100'000'000;
  std::string written;
  int writes = 0;
};

}  // namespace crmsync::connectors::http
