// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/http/talk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crmsync::connectors::http {
namespace {

using namespace std::chrono_literals;
using engine::Errc;
using ::testing::HasSubstr;
using ::testing::Not;

class ClientTest : public ::testing::Test, protected ClientFixture {
 protected:
  std::unique_ptr<Client> to(std::string url) {
    ClientOptions options;
    options.base_url = std::move(url);
    return make(std::move(options));
  }
};

// Reads one request (without body) and answers with these bytes.
ScriptedPeer::Play answering(std::string bytes) {
  return [bytes = std::move(bytes)](RawConnection& connection) {
    connection.read_until("\r\n\r\n");
    connection.send(bytes);
  };
}

TEST_F(ClientTest, SendsAndReceives) {
  ServerThread server(describe);
  auto client = to(server.url());
  Request request = post("the body", "/path?q=1");
  request.headers = {{"X-Mark", "7"}};
  auto const result = send(*client, request);
  ASSERT_TRUE(result) << result.error().message();
  EXPECT_EQ(result->status, 200);
  EXPECT_EQ(result->body, "POST /path?q=1 [the body] X-Mark=7");
  EXPECT_NE(find_header(result->headers, "date"), nullptr);
}

TEST_F(ClientTest, TalksToAUnixSocket) {
  TemporaryFolder folder;
  ServerThread server(describe, {}, "unix:" + folder.path("s.sock"));
  auto client = to("unix:" + folder.path("s.sock"));
  auto const result = send(*client, get("/x"));
  ASSERT_TRUE(result) << result.error().message();
  EXPECT_EQ(result->body, "GET /x []");
}

TEST_F(ClientTest, LocalhostNeedsNoNameService) {
  ServerThread server(describe);
  auto client = to("http://localhost" + server.address().substr(server.address().rfind(':')));
  EXPECT_TRUE(send(*client, get()));
}

TEST_F(ClientTest, ReusesItsConnection) {
  ScriptedPeer peer({[](RawConnection& connection) {
    while (!connection.read_until("\r\n\r\n").empty())
      connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\na");
  }});
  auto client = to(peer.url());
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(send(*client, get()));
  client.reset();
  EXPECT_EQ(peer.connections(), 1);
}

TEST_F(ClientTest, DoesNotReuseWhatThePeerCloses) {
  ScriptedPeer peer(
      {answering("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nConnection: close\r\n\r\na")});
  auto client = to(peer.url());
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(send(*client, get()));
  EXPECT_EQ(peer.connections(), 3);
}

TEST_F(ClientTest, DoesNotReuseAfterBytesThatNobodyAskedFor) {
  ScriptedPeer peer(
      {answering("HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1 200 OK\r\n"
                 "Content-Length: 4\r\n\r\nevil")});
  auto client = to(peer.url());
  for (int i = 0; i < 3; ++i) {
    auto const result = send(*client, get());
    ASSERT_TRUE(result);
    EXPECT_EQ(result->body, "a");
  }
  EXPECT_EQ(peer.connections(), 3);
}

TEST_F(ClientTest, FollowsNoRedirect) {
  ScriptedPeer peer({answering(
      "HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n")});
  auto client = to(peer.url());
  auto const result = send(*client, get());
  ASSERT_TRUE(result);
  EXPECT_EQ(result->status, 302);
  EXPECT_EQ(peer.connections(), 1);
}

TEST_F(ClientTest, SkipsInterimAnswers) {
  ScriptedPeer peer(
      {answering("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n"
                 "HTTP/1.1 200 OK\r\nC: d\r\nContent-Length: 2\r\n\r\nok")});
  auto client = to(peer.url());
  auto const result = send(*client, get());
  ASSERT_TRUE(result);
  EXPECT_EQ(result->body, "ok");
  EXPECT_EQ(find_header(result->headers, "A"), nullptr);
  EXPECT_NE(find_header(result->headers, "C"), nullptr);
}

TEST_F(ClientTest, GivesUpOnEndlessInterimAnswers) {
  std::string many;
  for (int i = 0; i < 100; ++i) many += "HTTP/1.1 100 Continue\r\n\r\n";
  ScriptedPeer peer({answering(many)});
  auto client = to(peer.url());
  auto const result = send(*client, get());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::transient);
}

TEST_F(ClientTest, ReadsChunkedAnswersAndIgnoresTrailers) {
  ScriptedPeer peer(
      {answering("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                 "3\r\nabc\r\n2\r\nde\r\n0\r\nX-Late: 1\r\n\r\n")});
  auto client = to(peer.url());
  auto const result = send(*client, get());
  ASSERT_TRUE(result);
  EXPECT_EQ(result->body, "abcde");
  EXPECT_EQ(find_header(result->headers, "X-Late"), nullptr);
}

TEST_F(ClientTest, HeadAnswersHaveNoBody) {
  ServerThread server(describe);
  auto client = to(server.url());
  Request request = get();
  request.method = "HEAD";
  for (int i = 0; i < 2; ++i) {
    auto const result = send(*client, request);
    ASSERT_TRUE(result);
    EXPECT_EQ(result->body, "");
  }
}

TEST_F(ClientTest, ABodyThatEndsWithTheConnectionIsWhole) {
  ScriptedPeer peer({answering("HTTP/1.1 200 OK\r\n\r\nuntil the end")});
  auto client = to(peer.url());
  auto const result = send(*client, get());
  ASSERT_TRUE(result);
  EXPECT_EQ(result->body, "until the end");
}

class TruncatedAnswer : public ClientTest, public ::testing::WithParamInterface<char const*> {};

TEST_P(TruncatedAnswer, IsAnErrorAndNeverAWholeBody) {
  ScriptedPeer peer({answering(GetParam())});
  auto client = to(peer.url());
  auto const result = send(*client, post("x"));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::transient);
  EXPECT_TRUE(result.error().maybe_applied);
  EXPECT_EQ(peer.connections(), 1);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, TruncatedAnswer,
    ::testing::Values(
        "", "H", "HTTP/1.1 200 OK\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nabcd",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n",
        "HTTP/1.1 100 Continue\r\n\r\n",
        // Not HTTP, or framed in two ways at once.
        "SSH-2.0-OpenSSH_9.2\r\n", "HTTP/1.1 200 OK\r\nA b\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc",
        "HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd"));

TEST_F(ClientTest, AnAnswerPastTheLimitIsRefused) {
  ServerThread server([](Request request, Peer) -> Task<Response> {
    Response response;
    response.status = 200;
    response.body.assign(request.target == "/fits" ? 1'000 : 1'001, 'x');
    co_return response;
  });
  ClientOptions options;
  options.base_url = server.url();
  options.response_bytes_max = 1'000;
  auto client = make(options);
  EXPECT_TRUE(send(*client, get("/fits")));
  auto const result = send(*client, get("/large"));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::limit_exceeded);
}

TEST_F(ClientTest, AnEndlessAnswerIsRefusedAtTheLimit) {
  for (std::string const head :
       {"HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"}) {
    ScriptedPeer peer({[head](RawConnection& connection) {
      connection.read_until("\r\n\r\n");
      connection.send(head);
      while (connection.send("100\r\n" + std::string(256, 'x') + "\r\n")) continue;
    }});
    ClientOptions options;
    options.base_url = peer.url();
    options.response_bytes_max = 1u << 20;
    auto client = make(options);
    auto const result = send(*client, get());
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().code, Errc::limit_exceeded);
  }
}

TEST_F(ClientTest, AnEndlessHeaderIsRefused) {
  ScriptedPeer peer({[](RawConnection& connection) {
    connection.read_until("\r\n\r\n");
    connection.send("HTTP/1.1 200 OK\r\n");
    while (connection.send("A: " + std::string(1'000, 'x') + "\r\n")) continue;
  }});
  auto client = to(peer.url());
  auto const result = send(*client, get());
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::limit_exceeded);
}

TEST_F(ClientTest, ErrorsNameMethodAndOriginButNeverTheTarget) {
  ScriptedPeer peer({answering("")});
  auto client = to(peer.url());
  auto const result = send(*client, post("x", "/contacts/ann@example.com"));
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().message(), HasSubstr("POST " + peer.url()));
  EXPECT_THAT(result.error().message(), Not(HasSubstr("ann@example.com")));
}

TEST_F(ClientTest, AnUnreachablePeerIsTransientAndNothingWasApplied) {
  std::uint16_t port = 0;
  {
    ScriptedPeer gone({answering("")});
    port = gone.port();
  }
  auto client = to("http://127.0.0.1:" + std::to_string(port));
  auto const result = send(*client, post("x"));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::transient);
  EXPECT_FALSE(result.error().maybe_applied);
}

TEST_F(ClientTest, ARequestThatCannotBeSentIsOurDefect) {
  ServerThread server(describe);
  auto client = to(server.url());
  auto const result = send(*client, get("/a b"));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::internal);
}

TEST_F(ClientTest, ReadsWhyALargeBodyWasRefusedEarly) {
  ServerLimits limits;
  limits.body_bytes_max = 1'000;
  ServerThread server(describe, limits);
  auto client = to(server.url());
  auto const result = send(*client, post(std::string(200'000, 'x')));
  ASSERT_TRUE(result) << result.error().message();
  EXPECT_EQ(result->status, 413);
}

}  // namespace
}  // namespace crmsync::connectors::http
