// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/http/talk.hpp"

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

namespace crmsync::connectors::http {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

TEST(UnixServer, OnlyOwnerAndGroupMayConnect) {
  TemporaryFolder folder;
  std::string const path = folder.path("s.sock");
  mode_t const old = ::umask(0);
  ServerThread server(describe, {}, "unix:" + path);
  ::umask(old);
  struct stat info {};
  ASSERT_EQ(::stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0660u);
  EXPECT_EQ(server.address(), path);
}

TEST(UnixServer, TellsWhoConnected) {
  TemporaryFolder folder;
  ServerThread server(describe, {}, "unix:" + folder.path("s.sock"));
  EXPECT_EQ(body_of(talk(server, "GET /who HTTP/1.1\r\nHost: h\r\n\r\n")),
            std::to_string(::getuid()) + ":" + std::to_string(::getgid()));
}

TEST(UnixServer, ASocketThatSomebodyListensOnIsLeftAlone) {
  TemporaryFolder folder;
  std::string const address = "unix:" + folder.path("s.sock");
  ServerThread first(describe, {}, address);
  asio::io_context io;
  SystemRuntime runtime(io, 1);
  auto const second = serve(address, {}, describe, runtime);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, engine::Errc::already_exists);
  EXPECT_THAT(talk(first, "GET / HTTP/1.1\r\nHost: h\r\n\r\n"), HasSubstr("200 OK"));
}

TEST(UnixServer, ASocketLeftBehindIsReplaced) {
  TemporaryFolder folder;
  std::string const path = folder.path("s.sock");
  int const fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un where{};
  where.sun_family = AF_UNIX;
  path.copy(where.sun_path, sizeof where.sun_path - 1);
  ASSERT_EQ(::bind(fd, reinterpret_cast<sockaddr const*>(&where), sizeof where), 0);
  ::close(fd);  // as a killed process leaves it
  ServerThread server(describe, {}, "unix:" + path);
  EXPECT_THAT(talk(server, "GET / HTTP/1.1\r\nHost: h\r\n\r\n"), HasSubstr("200 OK"));
}

TEST(UnixServer, AFileThatIsNoSocketIsNeverRemoved) {
  TemporaryFolder folder;
  std::string const path = folder.path("precious");
  std::ofstream(path) << "data";
  asio::io_context io;
  SystemRuntime runtime(io, 1);
  EXPECT_FALSE(serve("unix:" + path, {}, describe, runtime));
  std::ifstream kept(path);
  std::string text;
  kept >> text;
  EXPECT_EQ(text, "data");
}

TEST(UnixServer, RemovesItsOwnSocketOnly) {
  TemporaryFolder folder;
  std::string const path = folder.path("s.sock");
  { ServerThread server(describe, {}, "unix:" + path); }
  struct stat info {};
  EXPECT_NE(::stat(path.c_str(), &info), 0);
  {
    ServerThread server(describe, {}, "unix:" + path);
    ::unlink(path.c_str());
    std::ofstream(path) << "somebody else's";
  }
  EXPECT_EQ(::stat(path.c_str(), &info), 0);
}

}  // namespace
}  // namespace crmsync::connectors::http
