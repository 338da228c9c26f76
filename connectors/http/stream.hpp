// The one byte stream that everything HTTP is written against: a socket, a TLS session, or a
// scripted one in tests. Beast only ever sees the bytes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/task.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/system/error_code.hpp>

#include <array>
#include <cstddef>
#include <utility>

namespace crmsync::connectors::http {

struct IoResult {
  boost::system::error_code error;
  std::size_t bytes = 0;
};

// Head and body, written without copying them together. Either may be empty.
using WriteBuffers = std::array<asio::const_buffer, 2>;

// At most one read and one write at a time. After close() both end with an error soon.
class Stream {
 public:
  virtual ~Stream() = default;
  // error eof: the peer ended in order. A TLS session cut short is stream_truncated, never eof.
  virtual Task<IoResult> read_some(asio::mutable_buffer buffer) = 0;
  virtual Task<IoResult> write_some(WriteBuffers buffers) = 0;
  // Nothing more will be written; the peer reads eof. Best effort.
  virtual void finish_writing() noexcept = 0;
  virtual void close() noexcept = 0;
  // The socket underneath, for a look at it without reading. -1 once closed or without one.
  virtual int native_handle() noexcept = 0;
};

// Writes everything. `bytes` says how much left, also on failure.
Task<IoResult> write_all(Stream& stream, WriteBuffers buffers);

template <class Socket>
class SocketStream final : public Stream {
 public:
  explicit SocketStream(Socket socket) : socket_(std::move(socket)) {}

  Task<IoResult> read_some(asio::mutable_buffer buffer) override {
    auto const [error, bytes] = co_await socket_.async_read_some(buffer, asio::as_tuple(use_task));
    co_return IoResult{error, bytes};
  }
  Task<IoResult> write_some(WriteBuffers buffers) override {
    auto const [error, bytes] =
        co_await socket_.async_write_some(buffers, asio::as_tuple(use_task));
    co_return IoResult{error, bytes};
  }
  void finish_writing() noexcept override {
    boost::system::error_code ignored;
    socket_.shutdown(Socket::shutdown_send, ignored);
  }
  void close() noexcept override {
    boost::system::error_code ignored;
    socket_.close(ignored);
  }
  int native_handle() noexcept override { return socket_.is_open() ? socket_.native_handle() : -1; }

 private:
  Socket socket_;
};

}  // namespace crmsync::connectors::http
