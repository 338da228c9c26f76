// SPDX-License-Identifier: Apache-2.0
#include "daemon/cli/socket_client.hpp"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <array>
#include <cerrno>
#include <cstring>

namespace crmsync::daemon::cli {

namespace {

namespace http = boost::beast::http;

constexpr std::size_t kAnswerBytesMax = 64u << 20;
constexpr int kTimeoutSeconds = 120;  // a plan over many records takes its time

class Socket {
 public:
  Socket() : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {}
  ~Socket() {
    if (fd_ >= 0) ::close(fd_);
  }
  Socket(Socket const&) = delete;
  Socket& operator=(Socket const&) = delete;
  int fd() const { return fd_; }

 private:
  int fd_;
};

engine::Error unreachable(std::string const& path, int error) {
  std::string hint =
      "is crmsyncd running? `systemctl status crmsyncd`, or name its socket with --socket";
  if (error == EACCES) hint = "your user is not in the socket's group; run it as root";
  return engine::make_error(engine::Errc::transient, "control socket " + path, std::strerror(error),
                            hint);
}

bool send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    auto const sent = ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

engine::Result<Answer> read_answer(int fd, std::string const& path) {
  http::response_parser<http::string_body> parser;
  parser.eager(true);
  parser.body_limit(kAnswerBytesMax);
  std::string pending;
  std::array<char, 65536> chunk{};
  while (!parser.is_done()) {
    auto const got = ::recv(fd, chunk.data(), chunk.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return unreachable(path, errno);
    boost::system::error_code error;
    if (got == 0) {
      parser.put_eof(error);
      if (error || !parser.is_done()) return unreachable(path, ECONNRESET);
      break;
    }
    pending.append(chunk.data(), static_cast<std::size_t>(got));
    auto const used = parser.put(boost::asio::buffer(pending), error);
    pending.erase(0, used);
    if (error == http::error::need_more) continue;
    if (error)
      return engine::make_error(engine::Errc::transient, "control socket " + path,
                                "the answer is not HTTP: " + error.message());
  }
  Answer answer;
  answer.status = static_cast<int>(parser.get().result_int());
  answer.body = std::move(parser.get().body());
  return answer;
}

}  // namespace

engine::Result<Answer> exchange(std::string const& socket_path, std::string_view method,
                                std::string const& target, std::string const& body) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_path.size() >= sizeof address.sun_path)
    return engine::make_error(engine::Errc::invalid_value, "control socket", "the path is too long",
                              "use a path of at most 107 bytes");
  std::memcpy(address.sun_path, socket_path.c_str(), socket_path.size());
  Socket socket;
  if (socket.fd() < 0) return unreachable(socket_path, errno);
  timeval const timeout{kTimeoutSeconds, 0};
  ::setsockopt(socket.fd(), SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof timeout);
  ::setsockopt(socket.fd(), SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
  if (::connect(socket.fd(), reinterpret_cast<sockaddr const*>(&address), sizeof address) != 0)
    return unreachable(socket_path, errno);
  std::string request(method);
  request += " " + target + " HTTP/1.1\r\nHost: crmsync\r\nConnection: close\r\n";
  if (method != "GET")
    request +=
        "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  request += "\r\n";
  if (method != "GET") request += body;
  if (!send_all(socket.fd(), request)) return unreachable(socket_path, errno);
  return read_answer(socket.fd(), socket_path);
}

}  // namespace crmsync::daemon::cli
