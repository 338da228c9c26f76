// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/message.hpp"
#include "connectors/http/head.hpp"

#include <gtest/gtest.h>

namespace crmsync::connectors::http {
namespace {

TEST(FindHeader, IgnoresCaseAndTakesTheFirst) {
  Headers const headers{{"Content-TYPE", "a"}, {"content-type", "b"}};
  ASSERT_NE(find_header(headers, "Content-Type"), nullptr);
  EXPECT_EQ(*find_header(headers, "Content-Type"), "a");
  EXPECT_EQ(find_header(headers, "Content-Typ"), nullptr);
}

TEST(EncodeComponent, KeepsOnlyUnreservedCharacters) {
  EXPECT_EQ(encode_component("aZ0-._~"), "aZ0-._~");
  EXPECT_EQ(encode_component("a b/c?d&e=f+g%"), "a%20b%2Fc%3Fd%26e%3Df%2Bg%25");
  EXPECT_EQ(encode_component("\xc3\xa9\x00"), "%C3%A9");
}

TEST(DecodeComponent, UndoesEncodingOfEveryByte) {
  std::string all;
  for (int c = 0; c < 256; ++c) all += static_cast<char>(c);
  std::string decoded;
  ASSERT_TRUE(decode_component(encode_component(all), decoded));
  EXPECT_EQ(decoded, all);
}

TEST(DecodeComponent, LeavesPlusAlone) {
  std::string out;
  ASSERT_TRUE(decode_component("a+b%2bc", out));
  EXPECT_EQ(out, "a+b+c");
}

TEST(DecodeComponent, RefusesMalformedEscapes) {
  std::string out;
  for (char const* text : {"%", "%4", "%G0", "%0G", "a%", "%%41", "% 1", "%-1"})
    EXPECT_FALSE(decode_component(text, out)) << text;
}

TEST(RequestHead, AddsHostAgentAndLength) {
  Request request;
  request.method = "POST";
  request.target = "/a?b=c";
  request.headers = {{"Authorization", "Bearer x"}};
  request.body = "12345";
  EXPECT_EQ(request_head(request, "example.com:8443"),
            "POST /a?b=c HTTP/1.1\r\nHost: example.com:8443\r\nUser-Agent: crmsync\r\n"
            "Authorization: Bearer x\r\nContent-Length: 5\r\n\r\n");
}

TEST(RequestHead, GetWithoutBodyHasNoLength) {
  EXPECT_EQ(request_head(Request{}, "h"),
            "GET / HTTP/1.1\r\nHost: h\r\nUser-Agent: crmsync\r\n\r\n");
}

TEST(RequestHead, PostWithoutBodySaysSo) {
  Request request;
  request.method = "POST";
  EXPECT_NE(request_head(request, "h").find("Content-Length: 0\r\n"), std::string::npos);
}

TEST(RequestHead, RefusesWhatWouldBreakOutOfItsLine) {
  auto const refused = [](auto change) {
    Request request;
    change(request);
    return request_head(request, "h").empty();
  };
  EXPECT_TRUE(refused([](Request& r) { r.method = "GET /x HTTP/1.1\r\nA:"; }));
  EXPECT_TRUE(refused([](Request& r) { r.method = ""; }));
  EXPECT_TRUE(refused([](Request& r) { r.target = "/a b"; }));
  EXPECT_TRUE(refused([](Request& r) { r.target = "/a\r\nX: y"; }));
  EXPECT_TRUE(refused([](Request& r) { r.target = "http://other/"; }));
  EXPECT_TRUE(refused([](Request& r) { r.target = ""; }));
  EXPECT_TRUE(refused([](Request& r) { r.target = "/\xc3\xa9"; }));
  EXPECT_TRUE(refused([](Request& r) { r.headers = {{"A", "b\r\nC: d"}}; }));
  EXPECT_TRUE(refused([](Request& r) { r.headers = {{"A", std::string("b\0", 2)}}; }));
  EXPECT_TRUE(refused([](Request& r) { r.headers = {{"A b", "c"}}; }));
  EXPECT_TRUE(refused([](Request& r) { r.headers = {{"", "c"}}; }));
}

TEST(RequestHead, FramingHeadersAreOursAlone) {
  for (char const* name : {"Content-Length", "transfer-encoding", "CONNECTION"}) {
    Request request;
    request.headers = {{name, "1"}};
    EXPECT_EQ(request_head(request, "h"), "") << name;
  }
}

TEST(ResponseHead, LeavesOutFramingHeadersOfTheHandler) {
  Response response;
  response.status = 200;
  response.headers = {{"Content-Length", "999"}, {"Transfer-Encoding", "chunked"}, {"A", "b"}};
  response.body = "xy";
  EXPECT_EQ(response_head(response, "close", "now"),
            "HTTP/1.1 200 OK\r\nA: b\r\nDate: now\r\nConnection: close\r\n"
            "Content-Length: 2\r\n\r\n");
}

TEST(ResponseHead, RefusesInjectionAndImpossibleStatus) {
  Response response;
  EXPECT_EQ(response_head(response, "", ""), "");  // status 0
  response.status = 200;
  response.headers = {{"A", "b\nC: d"}};
  EXPECT_EQ(response_head(response, "", ""), "");
}

TEST(ResponseHead, NoContentHasNoLength) {
  Response response;
  response.status = 204;
  response.body = "ignored";
  EXPECT_EQ(response_head(response, "", ""), "HTTP/1.1 204 No Content\r\n\r\n");
}

}  // namespace
}  // namespace crmsync::connectors::http
