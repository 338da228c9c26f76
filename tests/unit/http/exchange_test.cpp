// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/exchange.hpp"
#include "tests/unit/http/scripted_stream.hpp"

#include <boost/asio/co_spawn.hpp>

#include <gtest/gtest.h>

#include <optional>

namespace crmsync::connectors::http {
namespace {

using End = Exchange::End;

Exchange run(ScriptedStream& stream, std::string_view body = "body") {
  asio::io_context io(1);
  std::optional<Exchange> out;
  asio::co_spawn(io, run_exchange(stream, "HEAD ", body, false, 1'000),
                 [&](std::exception_ptr error, Exchange result) {
                   if (error) std::rethrow_exception(error);
                   out = std::move(result);
                 });
  io.run();
  return std::move(out.value());
}

constexpr char const* answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nA: b\r\n\r\nok";

TEST(Exchange, AWriteThatFailsAtOnceSentNothing) {
  ScriptedStream stream;
  stream.fails_after = 0;
  Exchange const result = run(stream);
  EXPECT_EQ(result.end, End::broken);
  EXPECT_EQ(result.bytes_sent, 0u);
  EXPECT_FALSE(result.answer_began);
}

TEST(Exchange, AWriteThatFailsHalfwaySaysHowFarItCame) {
  ScriptedStream stream;
  stream.takes = 1;
  stream.fails_after = 7;
  Exchange const result = run(stream);
  EXPECT_EQ(result.end, End::broken);
  EXPECT_EQ(result.bytes_sent, 7u);
  EXPECT_EQ(stream.written, "HEAD bo");
}

TEST(Exchange, AnAnswerToAHalfWrittenRequestIsReadButTheConnectionIsSpent) {
  ScriptedStream stream;
  stream.fails_after = 7;
  stream.pieces = {answer};
  Exchange const result = run(stream);
  EXPECT_EQ(result.end, End::answered);
  EXPECT_EQ(result.response.body, "ok");
  EXPECT_FALSE(result.reusable);
}

TEST(Exchange, AStatusBelow100IsNoAnswer) {
  for (auto const* status : {"000", "007", "099"}) {
    ScriptedStream stream;
    stream.pieces = {std::string("HTTP/1.1 ") + status + " ?\r\nContent-Length: 0\r\n\r\n"};
    EXPECT_EQ(run(stream).end, End::malformed) << status;
  }
}

TEST(Exchange, TheEndOfAChunkedBodyMayComeInAnyPieces) {
  std::string const head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  for (std::string const body : {"0\r\n\r\n", "2\r\nok\r\n0\r\n\r\n", "0\r\nA: b\r\n\r\n"}) {
    for (std::size_t first = 1; first < body.size(); ++first) {
      for (std::size_t second = 1; first + second < body.size(); ++second) {
        ScriptedStream stream;
        stream.pieces = {head, body.substr(0, first), body.substr(first, second),
                         body.substr(first + second)};
        Exchange const result = run(stream);
        EXPECT_EQ(result.end, End::answered) << first << " " << second;
        EXPECT_EQ(result.response.body, body.front() == '2' ? "ok" : "");
      }
    }
  }
}

TEST(Exchange, HeadAndBodyLeaveInOneWrite) {
  for (std::size_t const size : {0u, 1u, 16'384u, 500'000u}) {
    ScriptedStream stream;
    stream.pieces = {answer};
    std::string const body(size, 'x');
    EXPECT_EQ(run(stream, body).end, End::answered);
    EXPECT_EQ(stream.writes, 1) << size;
    EXPECT_EQ(stream.written, "HEAD " + body);
  }
}

TEST(Exchange, WritesAllInWhateverStepsTheStreamTakes) {
  std::string const large(50'000, 'x');
  for (std::size_t const step : {1'000u, 4'096u, 49'999u}) {
    ScriptedStream stream;
    stream.takes = step;
    stream.pieces = {answer};
    Exchange const result = run(stream, large);
    EXPECT_EQ(result.end, End::answered);
    EXPECT_EQ(stream.written, "HEAD " + large);
  }
}

TEST(Exchange, ReadsTheSameAnswerHoweverItIsCut) {
  for (std::string const& whole :
       {std::string(answer),
        std::string("HTTP/1.1 200 OK\r\nA: b\r\nTransfer-Encoding: chunked\r\n\r\n"
                    "1\r\no\r\n1;x=y\r\nk\r\n0\r\nA: late\r\n\r\n")}) {
    for (std::size_t cut = 1; cut < whole.size(); ++cut) {
      ScriptedStream stream;
      stream.pieces = {whole.substr(0, cut), whole.substr(cut)};
      Exchange const result = run(stream);
      ASSERT_EQ(result.end, End::answered) << cut << result.why;
      EXPECT_EQ(result.response.body, "ok");
      EXPECT_EQ(*find_header(result.response.headers, "A"), "b");
      EXPECT_TRUE(result.reusable);
    }
  }
}

TEST(Exchange, EveryPrefixOfAnAnswerIsBroken) {
  std::string const whole = answer;
  for (std::size_t cut = 0; cut < whole.size(); ++cut) {
    ScriptedStream stream;
    if (cut > 0) stream.pieces = {whole.substr(0, cut)};
    Exchange const result = run(stream);
    EXPECT_EQ(result.end, End::broken) << cut;
    EXPECT_EQ(result.answer_began, cut > 0);
    EXPECT_FALSE(result.reusable);
  }
}

TEST(Exchange, ABodyUntilTheEndNeedsAProperEnd) {
  ScriptedStream proper;
  proper.pieces = {"HTTP/1.1 200 OK\r\n\r\nbody"};
  EXPECT_EQ(run(proper).end, End::answered);
  ScriptedStream reset;
  reset.pieces = {"HTTP/1.1 200 OK\r\n\r\nbody"};
  reset.end = asio::error::connection_reset;
  EXPECT_EQ(run(reset).end, End::broken);
}

TEST(Exchange, LimitHoldsForEveryKindOfBody) {
  std::string const large(1'001, 'x');
  for (std::string const& bytes :
       {"HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n" + large,
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n" + large + "\r\n0\r\n\r\n",
        "HTTP/1.1 200 OK\r\n\r\n" + large}) {
    ScriptedStream stream;
    stream.pieces = {bytes};
    EXPECT_EQ(run(stream).end, End::too_large);
  }
}

TEST(Exchange, BytesAfterTheAnswerSpendTheConnection) {
  ScriptedStream stream;
  stream.pieces = {std::string(answer) + "more"};
  Exchange const result = run(stream);
  EXPECT_EQ(result.end, End::answered);
  EXPECT_FALSE(result.reusable);
}

}  // namespace
}  // namespace crmsync::connectors::http
