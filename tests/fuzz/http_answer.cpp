// Answers of a server: whatever it sends, and however the network cuts it, the client reads the
// same.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/exchange.hpp"
#include "tests/fuzz/script.hpp"
#include "tests/fuzz/target.hpp"

namespace {

using namespace crmsync;
using namespace crmsync::connectors::http;
using fuzz::require;
namespace asio = boost::asio;

constexpr std::size_t kBytesMax = 2'000;

Exchange exchange(asio::io_context& io, std::string_view answer, std::string_view pieces,
                  bool head_only) {
  fuzz::Script stream(answer, pieces);
  return fuzz::run(io, run_exchange(stream, "GET / HTTP/1.1\r\n\r\n", "", head_only, kBytesMax));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  static asio::io_context io(1);
  fuzz::Input input(data, size);
  bool const head_only = input.flag();
  auto const pieces = input.line();
  auto const whole = exchange(io, input.rest(), {}, head_only);
  auto const cut =
      exchange(io, input.rest(), pieces.empty() ? std::string_view("\0", 1) : pieces, head_only);
  // Which failure it is may depend on it: Beast judges what comes in pieces only once a head is
  // there, so that it may be called cut short instead of malformed.
  auto const answered = Exchange::End::answered;
  require((whole.end == answered) == (cut.end == answered),
          "whether there is an answer does not depend on how it is cut");
  require(fuzz::is_showable(whole.why), "why an exchange failed can be shown");
  if (whole.end != answered) return 0;
  require(whole.response.status == cut.response.status, "nor does the status");
  require(whole.response.headers == cut.response.headers, "nor do the headers");
  require(whole.response.body == cut.response.body, "nor does the body");
  require(whole.response.status >= 200 && whole.response.status <= 999, "an answer is final");
  require(whole.response.body.size() <= kBytesMax, "a body is never longer than the limit");
  require(!head_only || whole.response.body.empty(), "HEAD is answered without a body");
  return 0;
}
