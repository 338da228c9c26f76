// Heads that we write, and percent-encoding: nothing handed in breaks out of its place.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/head.hpp"
#include "connectors/http/request_reader.hpp"
#include "tests/fuzz/script.hpp"
#include "tests/fuzz/target.hpp"

namespace {

using namespace crmsync;
using namespace crmsync::connectors::http;
using fuzz::require;

void check_component(std::string_view text) {
  std::string decoded;
  require(decode_component(encode_component(text), decoded), "what was encoded can be decoded");
  require(decoded == text, "encoding can be undone");
  if (!decode_component(text, decoded)) return;
  std::string again;
  require(decode_component(encode_component(decoded), again) && again == decoded,
          "what was decoded survives encoding");
}

// Lines end with CRLF, none is empty but the last, and no line holds another end of a line.
void check_form(std::string_view head, std::size_t lines_min) {
  std::size_t lines = 0;
  while (head != "\r\n") {
    auto const end = head.find("\r\n");
    require(end != std::string_view::npos && end > 0, "a head is lines and one empty line");
    require(
        head.substr(0, end).find_first_of(std::string_view("\r\n\0", 3)) == std::string_view::npos,
        "a line holds no end of a line");
    head.remove_prefix(end + 2);
    ++lines;
  }
  require(lines >= lines_min, "every header has its line");
}

void check_request_head(Request const& request) {
  auto const head = request_head(request, "localhost");
  if (head.empty()) return;
  check_form(head, 1 + request.headers.size());
  static fuzz::StillRuntime runtime;
  static ServerLimits const limits;
  if (head.size() > limits.header_bytes_max) return;
  auto const bytes = head + request.body;
  fuzz::Script stream(bytes, {});
  Watch watch(runtime);
  RequestReader reader(stream, limits, watch);
  auto const read = fuzz::run(runtime.io, reader.next());
  if (read.kind != ReadOutcome::Kind::request) return;  // two Host headers, Expect, no HTTP/1.1
  require(read.request.method == request.method, "the method arrives");
  require(read.request.target == request.target, "the target arrives");
  require(read.request.body == request.body, "the body arrives");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  fuzz::Input input(data, size);
  Request request;
  Response response;
  response.status = static_cast<int>(input.byte()) * 4;
  request.method = input.line();
  request.target = input.line();
  for (int i = 0; i < 4 && !input.empty(); ++i) {
    std::string name(input.line());
    response.headers.emplace_back(name, std::string(input.line()));
  }
  request.headers = response.headers;
  request.body = input.rest();
  check_component(request.target);
  check_component(request.body);
  check_request_head(request);
  auto const head = response_head(response, "close", "Thu, 01 Jan 2026 00:00:00 GMT");
  if (!head.empty()) check_form(head, 1);
  return 0;
}
