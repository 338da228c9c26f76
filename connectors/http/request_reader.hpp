// Reads requests from one connection, one after another, and enforces every limit on the way:
// bytes of the header, bytes of the body, time for each, and the framing rules that keep two
// parties from seeing two different requests in the same bytes.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/http/server.hpp"
#include "connectors/http/stream.hpp"

#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <chrono>
#include <optional>

namespace crmsync::connectors::http {

// When a connection is closed if nothing moves it on. Checked by the server's sweep, so that a
// request costs no timer of its own.
class Watch {
 public:
  explicit Watch(Runtime& runtime) : runtime_(runtime) {}
  void arm(std::chrono::milliseconds timeout) { at_ = runtime_.steady_now() + timeout; }
  void disarm() { at_ = never; }
  bool expired(std::chrono::steady_clock::time_point now) const { return now >= at_; }

 private:
  static constexpr auto never = std::chrono::steady_clock::time_point::max();
  Runtime& runtime_;
  std::chrono::steady_clock::time_point at_ = never;
};

struct ReadOutcome {
  enum class Kind : std::uint8_t {
    request,  // `request` is whole
    refused,  // answer `status` and close
    closed,   // nothing to answer: the peer went, or a timeout closed the connection
  } kind = Kind::closed;
  Request request;
  int status = 0;
  bool keep_alive = false;
  bool http10 = false;
};

class RequestReader {
 public:
  // All three outlive the reader.
  RequestReader(Stream& stream, ServerLimits const& limits, Watch& watch);

  Task<ReadOutcome> next();
  // Reads and drops what the peer still sends, so that closing does not reset the connection
  // before it has read our refusal. Ends at `bytes_max`, at eof, or when the watch closes it.
  Task<void> drain(std::size_t bytes_max);

 private:
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;

  Task<bool> fill();
  Task<int> read_header();  // 0: done, -1: closed, else the status to refuse with
  Task<int> read_body();
  int check_header() const;
  int refusal(boost::system::error_code error) const;
  bool expects_continue() const;

  Stream& stream_;
  ServerLimits const& limits_;
  Watch& watch_;
  boost::beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  bool first_ = true;
};

}  // namespace crmsync::connectors::http
