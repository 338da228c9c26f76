// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/http/talk.hpp"

#include <poll.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crmsync::connectors::http {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(ServerLimits, HeaderPastItsLimitIs431) {
  ServerThread server(describe);
  std::string const fits(7'000, 'a');
  EXPECT_THAT(talk(server, "GET / HTTP/1.1\r\nHost: h\r\nA: " + fits + "\r\n\r\n"),
              StartsWith("HTTP/1.1 200"));
  std::string const large(9'000, 'a');
  EXPECT_THAT(talk(server, "GET / HTTP/1.1\r\nHost: h\r\nA: " + large + "\r\n\r\n"),
              StartsWith("HTTP/1.1 431"));
  EXPECT_THAT(talk(server, "GET /" + large + " HTTP/1.1\r\nHost: h\r\n\r\n"),
              StartsWith("HTTP/1.1 431"));
  // Each part below the limit, the sum above it.
  std::string const half(5'000, 'a');
  EXPECT_THAT(talk(server, "GET /" + half + " HTTP/1.1\r\nHost: h\r\nA: " + half + "\r\n\r\n"),
              StartsWith("HTTP/1.1 431"));
  // Never finished.
  EXPECT_THAT(talk(server, "GET / HTTP/1.1\r\nHost: h\r\nA: " + large), StartsWith("HTTP/1.1 431"));
}

TEST(ServerLimits, BodyPastItsLimitIs413) {
  ServerLimits limits;
  limits.body_bytes_max = 1'000;
  ServerThread server(describe, limits);
  auto const send = [&](std::size_t size) {
    return talk(server, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(size) +
                            "\r\n\r\n" + std::string(size, 'x'));
  };
  EXPECT_THAT(send(1'000), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(send(1'001), StartsWith("HTTP/1.1 413"));
  EXPECT_THAT(send(200'000), StartsWith("HTTP/1.1 413"));
}

TEST(ServerLimits, ChunkedBodyPastItsLimitIs413) {
  ServerLimits limits;
  limits.body_bytes_max = 1'000;
  ServerThread server(describe, limits);
  std::string const head = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  std::string chunks;
  for (int i = 0; i < 5; ++i) chunks += "c8\r\n" + std::string(200, 'x') + "\r\n";
  EXPECT_THAT(talk(server, head + chunks + "0\r\n\r\n"), StartsWith("HTTP/1.1 200"));
  EXPECT_THAT(talk(server, head + chunks + "1\r\nx\r\n0\r\n\r\n"), StartsWith("HTTP/1.1 413"));
  EXPECT_THAT(talk(server, head + "FFFFFFFFFFFFFFFF\r\n"), StartsWith("HTTP/1.1 413"));
}

TEST(ServerLimits, EndlessChunkLinesAndTrailersAreRefused) {
  ServerThread server(describe);
  std::string const head = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_THAT(talk(server, head + "1;" + std::string(200'000, 'e')), StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(talk(server, head + "0\r\nA: " + std::string(200'000, 'e')),
              StartsWith("HTTP/1.1 400"));
}

TEST(ServerLimits, SlowHeaderIsClosedHoweverItTrickles) {
  ServerLimits limits;
  limits.header_timeout = 100ms;
  ServerThread server(describe, limits);
  auto connection = RawConnection::to(server.address());
  auto const start = std::chrono::steady_clock::now();
  // A byte every 10 ms: each read makes progress, the whole header does not. 300 bytes would take
  // three seconds; the end must come long before.
  int sent = 0;
  std::thread trickle([&] {
    connection.send("GET / HTTP/1.1\r\nA: ");
    while (sent < 300 && connection.send("a")) {
      ++sent;
      std::this_thread::sleep_for(10ms);
    }
  });
  EXPECT_EQ(connection.read_to_end(), "");
  auto const took = passed_since(start);
  trickle.join();
  EXPECT_GE(took, 100ms);
  EXPECT_LT(sent, 300);
}

TEST(ServerLimits, SilenceAfterConnectingIsClosed) {
  ServerLimits limits;
  limits.header_timeout = 100ms;
  ServerThread server(describe, limits);
  auto connection = RawConnection::to(server.address());
  EXPECT_EQ(connection.read_to_end(), "");
}

TEST(ServerLimits, SlowHeaderOfALaterRequestIsClosedToo) {
  ServerLimits limits;
  limits.header_timeout = 100ms;
  limits.idle_timeout = 60'000ms;
  ServerThread server(describe, limits);
  auto connection = RawConnection::to(server.address());
  connection.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(connection.read_until("]"), HasSubstr("200 OK"));
  connection.send("GET / HT");
  EXPECT_EQ(connection.read_to_end(), "");
}

TEST(ServerLimits, SlowBodyIsClosed) {
  ServerLimits limits;
  limits.body_timeout = 100ms;
  ServerThread server(describe, limits);
  auto connection = RawConnection::to(server.address());
  connection.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\n12345");
  EXPECT_EQ(connection.read_to_end(), "");
}

TEST(ServerLimits, IdleConnectionIsClosedAfterItsTime) {
  ServerLimits limits;
  limits.idle_timeout = 100ms;
  ServerThread server(describe, limits);
  auto connection = RawConnection::to(server.address());
  connection.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(connection.read_to_end(), HasSubstr("GET / []"));
}

TEST(ServerLimits, AReaderThatNeverReadsIsClosed) {
  ServerLimits limits;
  limits.body_timeout = 100ms;
  limits.answer_bytes_per_s_min = 1u << 30;
  ServerThread server(
      [](Request, Peer) -> Task<Response> {
        Response response;
        response.status = 200;
        response.body.assign(32u << 20, 'x');  // more than socket buffers hold
        co_return response;
      },
      limits);
  auto connection = RawConnection::to(server.address());
  connection.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  // Nothing is read here; the kernel tells of the reset.
  pollfd watch{connection.fd(), 0, 0};
  ASSERT_EQ(::poll(&watch, 1, 10'000), 1);
  EXPECT_LT(connection.read_to_end().size(), 32u << 20);
}

TEST(ServerLimits, ConnectionsPastTheLimitAreClosedAtOnce) {
  ServerLimits limits;
  limits.connections_max = 2;
  ServerThread server(describe, limits);
  auto first = RawConnection::to(server.address());
  auto second = RawConnection::to(server.address());
  auto third = RawConnection::to(server.address());
  EXPECT_EQ(third.read_to_end(), "");
  first.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(first.read_to_end(), HasSubstr("200 OK"));
  EXPECT_THAT(talk(server, "GET / HTTP/1.1\r\nHost: h\r\n\r\n"), HasSubstr("200 OK"));
}

TEST(ServerLimits, ConnectionsPerAddressAreLimited) {
  ServerLimits limits;
  limits.connections_per_ip_max = 1;
  ServerThread server(describe, limits);
  auto first = RawConnection::to(server.address());
  auto second = RawConnection::to(server.address());
  EXPECT_EQ(second.read_to_end(), "");
  first.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(first.read_to_end(), HasSubstr("200 OK"));
  EXPECT_THAT(talk(server, "GET / HTTP/1.1\r\nHost: h\r\n\r\n"), HasSubstr("200 OK"));
}

}  // namespace
}  // namespace crmsync::connectors::http
