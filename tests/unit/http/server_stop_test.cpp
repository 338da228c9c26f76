// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/event.hpp"
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

TEST(Server, StopLetsARunningHandlerFinish) {
  std::atomic<bool> entered{false};
  std::atomic<bool> release{false};
  auto wait = [&](Request, Peer) -> Task<Response> {
    auto const executor = co_await asio::this_coro::executor;
    entered = true;
    while (!release) {
      Timer timer(executor, 1ms);
      co_await timer.async_wait(use_task);
    }
    Response response;
    response.status = 200;
    response.body = "finished";
    co_return response;
  };
  ServerThread server(wait);
  auto connection = RawConnection::to(server.address());
  connection.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  while (!entered) std::this_thread::yield();
  std::thread stopper([&] { server.stop(10'000ms); });
  // Nobody is let in any more; only then may the handler finish.
  bool refused = false;
  while (!refused) try {
      refused = RawConnection::to(server.address()).read_to_end().empty();
    } catch (std::runtime_error const&) {
      refused = true;
    }
  release = true;
  stopper.join();
  std::string const answer = connection.read_to_end();
  EXPECT_THAT(answer, HasSubstr("finished"));
  EXPECT_THAT(answer, HasSubstr("Connection: close"));
}

TEST(Server, StopCancelsAHandlerThatOutlivesTheGrace) {
  std::atomic<bool> entered{false};
  std::atomic<bool> unwound{false};
  auto forever = [&](Request, Peer) -> Task<Response> {
    struct Unwind {
      std::atomic<bool>& flag;
      ~Unwind() { flag = true; }
    } const unwind{unwound};
    auto const executor = co_await asio::this_coro::executor;
    Timer timer(executor, std::chrono::hours(1));
    entered = true;
    co_await timer.async_wait(use_task);
    co_return Response{};
  };
  ServerThread server(forever);
  auto connection = RawConnection::to(server.address());
  connection.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  while (!entered) std::this_thread::yield();
  server.stop(20ms);
  EXPECT_TRUE(unwound);
  EXPECT_EQ(connection.read_to_end(), "");
}

TEST(Server, StopClosesIdleConnectionsAtOnce) {
  ServerThread server(describe);
  auto connection = RawConnection::to(server.address());
  connection.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
  connection.read_until("]");
  auto const start = std::chrono::steady_clock::now();
  server.stop(10'000ms);
  EXPECT_LT(passed_since(start), 5'000ms);
  EXPECT_EQ(connection.read_to_end(), "");
}

}  // namespace
}  // namespace crmsync::connectors::http
