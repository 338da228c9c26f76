// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/request_reader.hpp"
#include "connectors/http/system_runtime.hpp"
#include "tests/unit/http/scripted_stream.hpp"

#include <boost/asio/co_spawn.hpp>

#include <gtest/gtest.h>

namespace crmsync::connectors::http {
namespace {

ReadOutcome read(ScriptedStream& stream) {
  asio::io_context io(1);
  SystemRuntime runtime(io, 1);
  ServerLimits const limits;
  Watch watch(runtime);
  RequestReader reader(stream, limits, watch);
  ReadOutcome out;
  asio::co_spawn(io, reader.next(), [&](std::exception_ptr error, ReadOutcome result) {
    if (error) std::rethrow_exception(error);
    out = std::move(result);
  });
  io.run();
  return out;
}

TEST(RequestReader, TheEndOfAChunkedBodyMayComeInAnyPieces) {
  std::string const head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (std::string const body : {"0\r\n\r\n", "2\r\nok\r\n0\r\n\r\n", "0\r\nA: b\r\n\r\n"}) {
    for (std::size_t first = 1; first < body.size(); ++first) {
      for (std::size_t second = 1; first + second < body.size(); ++second) {
        ScriptedStream stream;
        stream.pieces = {head, body.substr(0, first), body.substr(first, second),
                         body.substr(first + second)};
        auto const result = read(stream);
        EXPECT_EQ(result.kind, ReadOutcome::Kind::request) << first << " " << second;
        EXPECT_EQ(result.request.body, body.front() == '2' ? "ok" : "");
      }
    }
  }
}

TEST(RequestReader, AChunkedBodyThatStopsBeforeItsEndIsNoRequest) {
  std::string const body = "2\r\nok\r\n0\r\n\r\n";
  for (std::size_t size = 0; size < body.size(); ++size) {
    ScriptedStream stream;
    stream.pieces = {"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"};
    if (size > 0) stream.pieces.push_back(body.substr(0, size));
    EXPECT_EQ(read(stream).kind, ReadOutcome::Kind::closed) << size;
  }
}

}  // namespace
}  // namespace crmsync::connectors::http
