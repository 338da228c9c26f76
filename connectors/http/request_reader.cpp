// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/request_reader.hpp"

#include "connectors/http/chunk_end.hpp"
#include "connectors/http/head.hpp"

#include <algorithm>

namespace crmsync::connectors::http {
namespace {

namespace beast = boost::beast;
using beast::http::field;

// Reading less at a time costs four times the CPU on bodies of some 30 kB.
constexpr std::size_t read_bytes = 65'536;
constexpr int connection_closed = -1;

std::string_view to_view(beast::string_view text) {
  return {text.data(), text.size()};
}

template <class Message>
void copy_head(Message const& message, Request& out) {
  out.method = std::string(to_view(message.method_string()));
  out.target = std::string(to_view(message.target()));
  for (auto const& header : message)
    out.headers.emplace_back(std::string(to_view(header.name_string())),
                             std::string(to_view(header.value())));
}

}  // namespace

RequestReader::RequestReader(Stream& stream, ServerLimits const& limits, Watch& watch)
    : stream_(stream),
      limits_(limits),
      watch_(watch),
      buffer_(std::max(read_bytes, 2 * limits.header_bytes_max)) {
  buffer_.reserve(read_bytes);
}

// Reads once. False: the connection is over, or the buffer is full of something that the parser
// cannot use (only possible with a chunk header of that size).
Task<bool> RequestReader::fill() {
  std::size_t const room = buffer_.max_size() - buffer_.size();
  if (room == 0) co_return false;
  asio::mutable_buffer const space = buffer_.prepare(
      std::min(room, std::max(buffer_.capacity() - buffer_.size(), std::size_t{1})));
  IoResult const got = co_await stream_.read_some(space);
  if (got.error) co_return false;
  buffer_.commit(got.bytes);
  co_return true;
}

Task<ReadOutcome> RequestReader::next() {
  ReadOutcome out;
  parser_.emplace();
  parser_->header_limit(static_cast<std::uint32_t>(limits_.header_bytes_max));
  parser_->body_limit(limits_.body_bytes_max);
  int status = co_await read_header();
  // Now, before trailers could add to them: what limits and checks saw is what the handler sees.
  if (status == 0) copy_head(parser_->get(), out.request);
  if (status == 0) status = co_await read_body();
  watch_.disarm();
  if (status != 0) {
    out.kind = status == connection_closed ? ReadOutcome::Kind::closed : ReadOutcome::Kind::refused;
    out.status = status;
    co_return out;
  }
  auto& message = parser_->get();
  out.kind = ReadOutcome::Kind::request;
  out.keep_alive = parser_->keep_alive();
  out.http10 = message.version() == 10;
  out.request.body = std::move(message.body());
  co_return out;
}

Task<int> RequestReader::read_header() {
  if (buffer_.size() == 0) {
    watch_.arm(first_ ? limits_.header_timeout : limits_.idle_timeout);
    bool const filled = co_await fill();
    if (!filled) co_return connection_closed;
    if (!first_) watch_.arm(limits_.header_timeout);
  } else {
    watch_.arm(limits_.header_timeout);
  }
  first_ = false;
  std::size_t used = 0;
  for (;;) {
    boost::system::error_code error;
    std::size_t const step = parser_->put(buffer_.data(), error);
    buffer_.consume(step);
    used += step;
    if (error && error != beast::http::error::need_more) co_return refusal(error);
    bool const done = parser_->is_header_done();
    if (used + (done ? 0 : buffer_.size()) > limits_.header_bytes_max) co_return 431;
    if (done) break;
    bool const filled = co_await fill();
    if (!filled) co_return connection_closed;
  }
  co_return check_header();
}

Task<int> RequestReader::read_body() {
  if (parser_->is_done()) co_return 0;
  watch_.arm(limits_.body_timeout);
  if (expects_continue() && buffer_.size() == 0) {
    static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    IoResult const sent =
        co_await write_all(stream_, {asio::buffer(go_on.data(), go_on.size()), {}});
    if (sent.error) co_return connection_closed;
  }
  parser_->eager(true);
  while (!parser_->is_done()) {
    boost::system::error_code error = beast::http::error::need_more;
    if (buffer_.size() >= bytes_needed(*parser_)) {
      std::size_t const step = parser_->put(buffer_.data(), error);
      buffer_.consume(step);
    }
    if (error && error != beast::http::error::need_more) co_return refusal(error);
    if (parser_->is_done()) break;
    if (buffer_.size() == buffer_.max_size()) co_return 400;
    bool const filled = co_await fill();
    if (!filled) co_return connection_closed;
  }
  co_return 0;
}

bool RequestReader::expects_continue() const {
  return parser_->get().count(field::expect) > 0 && parser_->get().version() == 11;
}

// What Beast lets through and a careful server must not (RFC 9112 3.2, 6.1, 6.3).
int RequestReader::check_header() const {
  auto const& message = parser_->get();
  std::string_view const target = to_view(message.target());
  if (!is_target(target) && !(target == "*" && message.method_string() == "OPTIONS")) return 400;
  if (message.version() == 11 && message.count(field::host) != 1) return 400;
  auto const encodings = message.count(field::transfer_encoding);
  auto const lengths = message.count(field::content_length);
  if (encodings > 0) {
    if (encodings > 1 || lengths > 0 || message.version() != 11) return 400;
    if (!same_name(to_view(message[field::transfer_encoding]), "chunked")) return 501;
  }
  if (lengths > 1) return 400;
  if (lengths == 1) {
    std::string_view const length = to_view(message[field::content_length]);
    if (!std::all_of(length.begin(), length.end(), [](char c) { return c >= '0' && c <= '9'; }))
      return 400;
  }
  if (message.count(field::expect) > 0 &&
      !same_name(to_view(message[field::expect]), "100-continue"))
    return 417;
  return 0;
}

int RequestReader::refusal(boost::system::error_code error) const {
  if (error == beast::http::error::header_limit) return 431;
  if (error == beast::http::error::body_limit) return 413;
  return 400;
}

Task<void> RequestReader::drain(std::size_t bytes_max) {
  std::size_t dropped = buffer_.size();
  buffer_.consume(buffer_.size());
  while (dropped <= bytes_max) {
    asio::mutable_buffer const space = buffer_.prepare(buffer_.capacity());
    IoResult const got = co_await stream_.read_some(space);
    if (got.error || got.bytes == 0) co_return;
    dropped += got.bytes;
  }
}

}  // namespace crmsync::connectors::http
