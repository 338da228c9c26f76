// Requests to the control socket and the webhook listener: the reader of requests, and the reader
// of the small JSON bodies.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/head.hpp"
#include "connectors/http/request_reader.hpp"
#include "daemon/json.hpp"
#include "daemon/json_reader.hpp"
#include "tests/fuzz/script.hpp"
#include "tests/fuzz/target.hpp"

namespace {

using namespace crmsync;
using namespace crmsync::connectors::http;
using fuzz::require;
using Kind = ReadOutcome::Kind;

constexpr int kRequestsMax = 8;

struct Limits : ServerLimits {
  Limits() {
    header_bytes_max = 1'000;
    body_bytes_max = 2'000;
  }
};

connectors::Task<std::vector<ReadOutcome>> read_all(Stream& stream, ServerLimits const& limits,
                                                    Watch& watch) {
  RequestReader reader(stream, limits, watch);
  std::vector<ReadOutcome> out;
  for (int i = 0; i < kRequestsMax; ++i) {
    out.push_back(co_await reader.next());
    if (out.back().kind != Kind::request || !out.back().keep_alive) break;
  }
  co_return out;
}

std::vector<ReadOutcome> read_as(std::string_view bytes, std::string_view pieces) {
  static fuzz::StillRuntime runtime;
  static Limits const limits;
  fuzz::Script stream(bytes, pieces);
  Watch watch(runtime);
  return fuzz::run(runtime.io, read_all(stream, limits, watch));
}

void check_body(std::string_view body) {
  auto const object = daemon::read_flat_object(body);
  if (!object) {
    require(object.error().code == engine::Errc::invalid_value, "a bad body is a bad value");
    return;
  }
  daemon::Json json;
  json.begin_object();
  for (auto const& [name, value] : *object) json.member(name, std::string_view(value));
  json.end_object();
  auto const again = daemon::read_flat_object(json.str());
  require(again.has_value() && *again == *object, "a body that was read is written as the same");
}

void check_request(ReadOutcome const& read) {
  if (read.kind == Kind::refused)
    require(read.status >= 400 && read.status < 600, "a refusal has a status of failure");
  if (read.kind != Kind::request) return;
  require(is_token(read.request.method), "a method is a word");
  require(is_target(read.request.target) || read.request.target == "*", "a target is a path");
  require(read.request.body.size() <= Limits().body_bytes_max, "a body keeps the limit");
  for (auto const& [name, value] : read.request.headers)
    require(is_token(name) && value.find_first_of("\r\n") == std::string::npos,
            "a header is one line");
  check_body(read.request.body);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(std::uint8_t const* data, std::size_t size) {
  fuzz::Input input(data, size);
  if (input.flag()) {
    check_body(input.rest());
    return 0;
  }
  auto const pieces = input.line();
  auto const whole = read_as(input.rest(), {});
  auto const cut = read_as(input.rest(), pieces.empty() ? std::string_view("\0", 1) : pieces);
  require(whole.size() == cut.size(), "as many requests however they are cut");
  for (std::size_t i = 0; i < whole.size(); ++i) {
    check_request(whole[i]);
    // What is no request may be refused or waited for until it ends: Beast judges what comes in
    // pieces only once a head is there.
    require((whole[i].kind == Kind::request) == (cut[i].kind == Kind::request),
            "a request or none however it is cut");
    if (whole[i].kind != Kind::request) continue;
    require(whole[i].keep_alive == cut[i].keep_alive, "the same wish however it is cut");
    require(whole[i].request.method == cut[i].request.method &&
                whole[i].request.target == cut[i].request.target &&
                whole[i].request.headers == cut[i].request.headers &&
                whole[i].request.body == cut[i].request.body,
            "the same request however it is cut");
  }
  return 0;
}
