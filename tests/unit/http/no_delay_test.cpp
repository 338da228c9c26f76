// What would cost 40 ms per message if it were lost: a small message waits for no acknowledgement.
// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/dial.hpp"
#include "connectors/http/listener.hpp"
#include "tests/unit/http/loopback.hpp"

#include <boost/asio/co_spawn.hpp>

#include <gtest/gtest.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace crmsync::connectors::http {
namespace {

bool no_delay(int fd) {
  int value = 0;
  socklen_t size = sizeof value;
  EXPECT_EQ(::getsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &value, &size), 0);
  return value != 0;
}

TEST(NoDelay, SocketsThatWeConnectSendAtOnce) {
  ScriptedPeer const peer({[](RawConnection& connection) { connection.read_to_end(); }});
  auto const origin = parse_origin(peer.url());
  ASSERT_TRUE(origin);
  asio::io_context io(1);
  SystemRuntime runtime(io, 1);
  Interrupt interrupt;
  std::unique_ptr<Stream> opened;
  auto dialling = dial(*origin, "", std::chrono::seconds(5), runtime, interrupt, opened);
  asio::co_spawn(io, std::move(dialling), [](std::exception_ptr error, engine::Status status) {
    EXPECT_FALSE(error);
    EXPECT_TRUE(status);
  });
  io.run();
  ASSERT_NE(opened, nullptr);
  EXPECT_TRUE(no_delay(opened->native_handle()));
}

TEST(NoDelay, SocketsThatWeAcceptSendAtOnce) {
  auto const listener = open_listener("127.0.0.1:0");
  ASSERT_TRUE(listener);
  auto const client = RawConnection::to(listener->address);
  int accepted = -1;
  while (accepted < 0) {
    accepted = ::accept(listener->fd, nullptr, nullptr);
    ASSERT_TRUE(accepted >= 0 || errno == EAGAIN);
  }
  EXPECT_TRUE(no_delay(accepted));
  ::close(accepted);
  ::close(listener->fd);
}

}  // namespace
}  // namespace crmsync::connectors::http
