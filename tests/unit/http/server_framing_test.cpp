// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/http/talk.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace crmsync::connectors::http {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

struct Smuggling {
  char const* name;
  std::string bytes;
  char const* status;
};

class ServerFraming : public ::testing::TestWithParam<Smuggling> {};

// A second request hides behind each: it must never reach the handler.
TEST_P(ServerFraming, AmbiguousRequestIsRefusedAndTheConnectionEnds) {
  ServerThread server(describe);
  std::string const answer =
      talk(server, GetParam().bytes + "GET /hidden HTTP/1.1\r\nHost: h\r\n\r\n");
  EXPECT_THAT(answer, StartsWith(std::string("HTTP/1.1 ") + GetParam().status));
  EXPECT_THAT(answer, Not(HasSubstr("/hidden")));
  EXPECT_EQ(count(answer, "HTTP/1.1 "), 1u);
}

std::string posted(std::string const& headers, std::string const& body = "0\r\n\r\n") {
  return "POST / HTTP/1.1\r\nHost: h\r\n" + headers + "\r\n" + body;
}

// For the names of failed cases.
void PrintTo(Smuggling const& given, std::ostream* out) {
  *out << given.name;
}

INSTANTIATE_TEST_SUITE_P(
    Cases, ServerFraming,
    ::testing::Values(
        Smuggling{"ClThenTe", posted("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), "400"},
        Smuggling{"TeThenCl", posted("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), "400"},
        Smuggling{"TwoTe", posted("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"),
                  "400"},
        Smuggling{"TeThenIdentity",
                  posted("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n"), "400"},
        Smuggling{"TeGzip", posted("Transfer-Encoding: gzip\r\n"), "501"},
        Smuggling{"TeGzipChunked", posted("Transfer-Encoding: gzip, chunked\r\n"), "501"},
        Smuggling{"TeChunkedTwice", posted("Transfer-Encoding: chunked, chunked\r\n"), "501"},
        Smuggling{"TeQuoted", posted("Transfer-Encoding: \"chunked\"\r\n"), "501"},
        Smuggling{"TeIn10", "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                  "400"},
        Smuggling{"TwoLengths", posted("Content-Length: 5\r\nContent-Length: 6\r\n"), "400"},
        Smuggling{"SameLengthTwice", posted("Content-Length: 5\r\nContent-Length: 5\r\n"), "400"},
        Smuggling{"LengthList", posted("Content-Length: 5, 5\r\n"), "400"},
        Smuggling{"LengthSigned", posted("Content-Length: +5\r\n"), "400"},
        Smuggling{"LengthNegative", posted("Content-Length: -5\r\n"), "400"},
        Smuggling{"LengthHex", posted("Content-Length: 0x5\r\n"), "400"},
        Smuggling{"LengthEmpty", posted("Content-Length: \r\n"), "400"},
        Smuggling{"LengthHuge", posted("Content-Length: 99999999999999999999999\r\n"), "400"},
        Smuggling{"SpaceBeforeColon", posted("Content-Length : 5\r\n"), "400"},
        Smuggling{"BareLf", "POST / HTTP/1.1\nHost: h\nContent-Length: 5\n\n0\r\n\r\n", "400"},
        Smuggling{"BadChunkSize", posted("Transfer-Encoding: chunked\r\n", "zz\r\nab\r\n0\r\n\r\n"),
                  "400"},
        Smuggling{"ChunkWithoutEnd",
                  posted("Transfer-Encoding: chunked\r\n", "2\r\nabcd\r\n0\r\n\r\n"), "400"},
        Smuggling{"ChunkSizeSpace",
                  posted("Transfer-Encoding: chunked\r\n", " 2\r\nab\r\n0\r\n\r\n"), "400"},
        Smuggling{"NoHost", "GET / HTTP/1.1\r\n\r\n", "400"},
        Smuggling{"TwoHosts", "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", "400"},
        Smuggling{"AbsoluteTarget", "GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n", "400"},
        Smuggling{"Connect", "CONNECT h:443 HTTP/1.1\r\nHost: h\r\n\r\n", "400"},
        Smuggling{"Http2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "400"},
        Smuggling{"Garbage", "\x16\x03\x01\x02 what\r\n\r\n", "400"},
        Smuggling{"NulInHeader", posted(std::string("A: b\0c\r\n", 8)), "400"},
        Smuggling{"UnknownExpectation", posted("Content-Length: 5\r\nExpect: 200-maybe\r\n"),
                  "417"}),
    [](auto const& entry) { return entry.param.name; });

}  // namespace
}  // namespace crmsync::connectors::http
