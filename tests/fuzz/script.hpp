// A peer whose bytes are known beforehand: a stream that hands them out in pieces, and what runs a
// coroutine over it to its end.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/http/stream.hpp"
#include "connectors/runtime.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace crmsync::fuzz {

namespace asio = boost::asio;

class Script final : public connectors::http::Stream {
 public:
  // `pieces`: how many bytes each read yields, one character each and in turn; empty: all at once.
  Script(std::string_view bytes, std::string_view pieces) : rest_(bytes), pieces_(pieces) {}

  connectors::Task<connectors::http::IoResult> read_some(asio::mutable_buffer buffer) override {
    if (rest_.empty()) co_return connectors::http::IoResult{asio::error::eof, 0};
    std::size_t size = std::min(rest_.size(), buffer.size());
    if (!pieces_.empty()) {
      auto const piece = static_cast<unsigned char>(pieces_[turn_++ % pieces_.size()]);
      size = std::min<std::size_t>(size, piece % 64u + 1u);
    }
    std::memcpy(buffer.data(), rest_.data(), size);
    rest_.remove_prefix(size);
    co_return connectors::http::IoResult{{}, size};
  }
  connectors::Task<connectors::http::IoResult> write_some(
      connectors::http::WriteBuffers buffers) override {
    co_return connectors::http::IoResult{{}, asio::buffer_size(buffers)};
  }
  void finish_writing() noexcept override {}
  void close() noexcept override {}
  int native_handle() noexcept override { return -1; }

 private:
  std::string_view rest_;
  std::string_view pieces_;
  std::size_t turn_ = 0;
};

// Time stands still; nothing waits for it here.
class StillRuntime final : public connectors::Runtime {
 public:
  connectors::Executor executor() noexcept override { return io.get_executor(); }
  engine::Timestamp now() noexcept override { return {1'767'225'600'000'000}; }
  std::chrono::steady_clock::time_point steady_now() noexcept override { return {}; }
  connectors::Task<bool> sleep(std::chrono::milliseconds) override { co_return true; }
  double random01() noexcept override { return 0.5; }

  asio::io_context io{1};
};

template <class T>
T run(asio::io_context& io, connectors::Task<T> task) {
  std::optional<T> result;
  asio::co_spawn(io, std::move(task), [&result](std::exception_ptr failure, T value) {
    if (failure) std::rethrow_exception(failure);
    result.emplace(std::move(value));
  });
  io.restart();
  io.run();
  return std::move(result.value());
}

}  // namespace crmsync::fuzz
