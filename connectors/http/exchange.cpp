// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/exchange.hpp"

#include "connectors/http/chunk_end.hpp"

#include <boost/asio/error.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <algorithm>
#include <optional>
#include <utility>

namespace crmsync::connectors::http {
namespace {

namespace beast = boost::beast;
using beast::http::field;
using Parser = beast::http::response_parser<beast::http::string_body>;
using End = Exchange::End;

constexpr std::size_t read_bytes = 65'536;
constexpr std::uint32_t header_bytes_max = 65'536;
constexpr int interim_answers_max = 8;
constexpr std::size_t copy_bytes_max = 16u << 10;

std::string_view to_view(beast::string_view text) {
  return {text.data(), text.size()};
}

// Reads answers off a stream. Its state is what was read too far.
class AnswerReader {
 public:
  AnswerReader(Stream& stream, bool head_only, std::size_t bytes_max, Exchange& out)
      : stream_(stream), head_only_(head_only), bytes_max_(bytes_max), out_(out) {
    buffer_.reserve(read_bytes);
  }

  Task<void> run() {
    for (int interim = 0; interim <= interim_answers_max; ++interim) {
      parser_.emplace();
      parser_->header_limit(header_bytes_max);
      parser_->body_limit(bytes_max_);
      if (head_only_) parser_->skip(true);
      bool const whole = co_await read_one();
      if (!whole) co_return;
      if (parser_->get().result_int() / 100 == 1) continue;
      finish();
      co_return;
    }
    fail(End::malformed, "more than " + std::to_string(interim_answers_max) + " interim answers");
  }

 private:
  void fail(End end, std::string why) {
    out_.end = end;
    out_.why = std::move(why);
  }

  // False: failed, and said so.
  Task<bool> read_one() {
    bool head_seen = false;
    while (!parser_->is_done()) {
      if (!parse()) co_return false;
      if (!head_seen && parser_->is_header_done()) {
        head_seen = true;
        if (!accept_head()) co_return false;
        parser_->eager(true);
        continue;  // what is in the buffer belongs to the body
      }
      if (parser_->is_done()) break;
      bool const more = co_await fill();
      if (!more) co_return parser_->is_done();
    }
    co_return true;
  }

  bool parse() {
    if (buffer_.size() < bytes_needed(*parser_)) return true;
    boost::system::error_code error;
    std::size_t const step = parser_->put(buffer_.data(), error);
    buffer_.consume(step);
    if (!error || error == beast::http::error::need_more) return true;
    if (error == beast::http::error::body_limit || error == beast::http::error::header_limit)
      fail(End::too_large, "the answer is larger than " + std::to_string(bytes_max_) + " bytes");
    else
      fail(End::malformed, "the answer is not HTTP: " + error.message());
    return false;
  }

  // Framing that Beast lets through and that would let the answer end in the wrong place. The
  // headers are taken now, before trailers could add to them.
  bool accept_head() {
    auto const& message = parser_->get();
    if (message.result_int() < 100) {
      fail(End::malformed, "the answer has a status below 100");
      return false;
    }
    auto const encodings = message.count(field::transfer_encoding);
    if (encodings > 1 ||
        (encodings == 1 && !same_name(to_view(message[field::transfer_encoding]), "chunked"))) {
      fail(End::malformed, "the answer uses a transfer encoding that was not asked for");
      return false;
    }
    out_.response.headers.clear();
    for (auto const& header : message)
      out_.response.headers.emplace_back(std::string(to_view(header.name_string())),
                                         std::string(to_view(header.value())));
    return true;
  }

  Task<bool> fill() {
    if (buffer_.size() >= 2 * read_bytes) {
      fail(End::malformed, "the answer has a line without end");
      co_return false;
    }
    asio::mutable_buffer const space = buffer_.prepare(read_bytes);
    IoResult const got = co_await stream_.read_some(space);
    buffer_.commit(got.bytes);
    if (got.bytes > 0) out_.answer_began = true;
    if (!got.error) co_return true;
    if (got.error == asio::error::eof && parser_->got_some()) {
      boost::system::error_code error;
      parser_->put_eof(error);
      if (!error) co_return false;  // a body that ends with the connection is whole now
    }
    fail(End::broken, out_.answer_began ? "the answer was cut short: " + got.error.message()
                                        : "no answer: " + got.error.message());
    co_return false;
  }

  void finish() {
    auto& message = parser_->get();
    out_.end = End::answered;
    out_.response.status = static_cast<int>(message.result_int());
    out_.response.body = std::move(message.body());
    out_.reusable = parser_->keep_alive() && !parser_->need_eof() && buffer_.size() == 0;
  }

  Stream& stream_;
  bool head_only_;
  std::size_t bytes_max_;
  Exchange& out_;
  beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
};

}  // namespace

Task<Exchange> run_exchange(Stream& stream, std::string_view head, std::string_view body,
                            bool head_only, std::size_t response_bytes_max) {
  Exchange out;
  // One packet and one TLS record for a small request.
  std::string together;
  if (!body.empty() && body.size() <= copy_bytes_max) {
    together.append(head).append(body);
    head = together;
    body = {};
  }
  IoResult const sent = co_await write_all(
      stream, {asio::buffer(head.data(), head.size()), asio::buffer(body.data(), body.size())});
  out.bytes_sent = sent.bytes;
  if (sent.error && sent.bytes == 0) {
    out.why = "nothing could be sent: " + sent.error.message();
    co_return out;
  }
  // Also after a failed write: who refuses a body early may have said why.
  AnswerReader reader(stream, head_only, response_bytes_max, out);
  co_await reader.run();
  if (sent.error) out.reusable = false;
  co_return out;
}

}  // namespace crmsync::connectors::http
