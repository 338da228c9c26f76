// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/http/talk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

namespace crmsync::connectors::http {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(Server, AnswersARequest) {
  ServerThread server(describe);
  std::string const answer = talk(server, "GET /a?b=%20 HTTP/1.1\r\nHost: h\r\nX-A: 1\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nDate: "));
  EXPECT_EQ(body_of(answer), "GET /a?b=%20 [] X-A=1");
}

TEST(Server, KeepsTheConnectionForMoreRequests) {
  ServerThread server(describe);
  auto connection = RawConnection::to(server.address());
  for (int i = 0; i < 3; ++i) {
    std::string const body = "body " + std::to_string(i);
    connection.send("POST /" + std::to_string(i) + " HTTP/1.1\r\nHost: h\r\nContent-Length: " +
                    std::to_string(body.size()) + "\r\n\r\n" + body);
    EXPECT_THAT(connection.read_until("]"), HasSubstr("POST /" + std::to_string(i) + " [" + body));
  }
}

TEST(Server, AnswersPipelinedRequestsInOrder) {
  ServerThread server(describe);
  std::string const answer = talk(server,
                                  "GET /1 HTTP/1.1\r\nHost: h\r\n\r\n"
                                  "POST /2 HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\n\r\nab"
                                  "GET /3 HTTP/1.1\r\nHost: h\r\n\r\n");
  auto const first = answer.find("GET /1 []");
  auto const second = answer.find("POST /2 [ab]");
  auto const third = answer.find("GET /3 []");
  ASSERT_NE(third, std::string::npos);
  EXPECT_LT(first, second);
  EXPECT_LT(second, third);
}

TEST(Server, SeesTheSameRequestHoweverTheBytesAreCut) {
  ServerThread server(describe);
  std::string const request =
      "POST /x HTTP/1.1\r\nHost: h\r\nX-A: b\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3\r\nabc\r\n2;e=\"q\"\r\nde\r\n0\r\nX-Late: 1\r\n\r\n";
  for (std::size_t cut = 1; cut < request.size(); ++cut) {
    auto connection = RawConnection::to(server.address());
    connection.send(request.substr(0, cut));
    connection.send(request.substr(cut));
    EXPECT_THAT(connection.read_until("X-A=b"), HasSubstr("POST /x [abcde] X-A=b")) << cut;
  }
}

TEST(Server, TrailersNeverBecomeHeaders) {
  ServerThread server(describe);
  std::string const answer =
      talk(server,
           "POST /x HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
           "0\r\nX-Admin: yes\r\n\r\n");
  EXPECT_EQ(body_of(answer), "POST /x []");
}

TEST(Server, Http10ClosesUnlessAskedToKeep) {
  ServerThread server(describe);
  EXPECT_THAT(talk(server, "GET / HTTP/1.0\r\n\r\n"), HasSubstr("Connection: close\r\n"));
  EXPECT_THAT(talk(server, "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"),
              HasSubstr("Connection: keep-alive\r\n"));
}

TEST(Server, ClosesWhenTheClientAsksFor) {
  ServerThread server(describe);
  auto connection = RawConnection::to(server.address());
  connection.send("GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
  EXPECT_THAT(connection.read_to_end(), HasSubstr("Connection: close\r\n"));
}

TEST(Server, HeadHasLengthButNoBody) {
  ServerThread server(describe);
  std::string const answer = talk(server, "HEAD /x HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("Content-Length: 10\r\n"));
  EXPECT_EQ(body_of(answer), "");
}

TEST(Server, PassesUnusualMethodsOn) {
  ServerThread server(describe);
  EXPECT_EQ(body_of(talk(server, "SYNC /x HTTP/1.1\r\nHost: h\r\n\r\n")), "SYNC /x []");
}

TEST(Server, TellsTheHandlerWhoAsks) {
  ServerThread server(describe);
  EXPECT_EQ(body_of(talk(server, "GET /from HTTP/1.1\r\nHost: h\r\n\r\n")), "127.0.0.1");
}

TEST(Server, ListensOnIpv6) {
  ServerThread server(describe, {}, "[::1]:0");
  EXPECT_THAT(server.address(), StartsWith("[::1]:"));
}

TEST(Server, LargeBodiesGoBothWays) {
  ServerLimits limits;
  limits.body_bytes_max = 8u << 20;
  ServerThread server(describe, limits);
  std::string const body(5u << 20, 'x');
  auto connection = RawConnection::to(server.address());
  std::thread writer([&] {
    connection.send("POST / HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: " +
                    std::to_string(body.size()) + "\r\n\r\n" + body);
  });
  std::string const answer = connection.read_to_end();
  writer.join();
  EXPECT_EQ(body_of(answer), "POST / [" + body + "]");
}

TEST(Server, ContinueIsSentBeforeTheBodyArrives) {
  ServerThread server(describe);
  auto connection = RawConnection::to(server.address());
  connection.send("PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(connection.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  connection.send("ab");
  EXPECT_THAT(connection.read_until("]"), HasSubstr("PUT / [ab]"));
}

TEST(Server, NoContinueForABodyPastTheLimit) {
  ServerLimits limits;
  limits.body_bytes_max = 10;
  ServerThread server(describe, limits);
  auto connection = RawConnection::to(server.address());
  connection.send(
      "PUT / HTTP/1.1\r\nHost: h\r\nContent-Length: 11\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_THAT(connection.read_until("\r\n\r\n"), StartsWith("HTTP/1.1 413"));
}

TEST(Server, AnExceptionIs500WithoutDetail) {
  ServerThread server([](Request, Peer) -> Task<Response> {
    throw std::runtime_error("secret detail");
    co_return Response{};
  });
  std::string const answer = talk(server, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 500"));
  EXPECT_THAT(answer, Not(HasSubstr("secret")));
}

TEST(Server, AnAnswerThatCannotBeSentIs500) {
  ServerThread server([](Request, Peer) -> Task<Response> {
    Response response;
    response.status = 200;
    response.headers = {{"Location", "/a\r\nSet-Cookie: x"}};
    response.body = "body";
    co_return response;
  });
  std::string const answer = talk(server, "GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 500"));
  EXPECT_THAT(answer, Not(HasSubstr("Set-Cookie")));
  EXPECT_EQ(body_of(answer), "");
}

TEST(ServerAddress, WhatCannotBeListenedOnSaysWhy) {
  asio::io_context io;
  SystemRuntime runtime(io, 1);
  for (char const* address : {"", "127.0.0.1", "127.0.0.1:", "127.0.0.1:99999", "127.0.0.1:-1",
                              "example.com:80", ":80", "unix:relative", "unix:"}) {
    auto const server = serve(address, {}, describe, runtime);
    ASSERT_FALSE(server) << address;
    EXPECT_EQ(server.error().code, engine::Errc::config_invalid) << address;
  }
  ServerThread taken(describe);
  auto const second = serve(taken.address(), {}, describe, runtime);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, engine::Errc::already_exists);
}

}  // namespace
}  // namespace crmsync::connectors::http
