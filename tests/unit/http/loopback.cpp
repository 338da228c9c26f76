// SPDX-License-Identifier: Apache-2.0
#include "tests/unit/http/loopback.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/use_future.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <future>
#include <optional>
#include <stdexcept>

namespace crmsync::connectors::http {
namespace {

constexpr int patience_seconds = 10;

int connected(int family, sockaddr const* address, socklen_t size) {
  int const fd = ::socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0 || ::connect(fd, address, size) != 0)
    throw std::runtime_error(std::string("connect: ") + std::strerror(errno));
  return fd;
}

}  // namespace

TemporaryFolder::TemporaryFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "crmsync-http-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  path_ = name;
}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

RawConnection::RawConnection(int fd) : fd_(fd) {
  timeval const patience{patience_seconds, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
}

RawConnection RawConnection::to(std::string const& address) {
  if (address.front() == '/') {
    sockaddr_un where{};
    where.sun_family = AF_UNIX;
    std::strncpy(where.sun_path, address.c_str(), sizeof where.sun_path - 1);
    return RawConnection(
        connected(AF_UNIX, reinterpret_cast<sockaddr const*>(&where), sizeof where));
  }
  auto const colon = address.rfind(':');
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port = htons(static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1))));
  ::inet_pton(AF_INET, address.substr(0, colon).c_str(), &where.sin_addr);
  return RawConnection(connected(AF_INET, reinterpret_cast<sockaddr const*>(&where), sizeof where));
}

RawConnection::~RawConnection() {
  if (fd_ >= 0) ::close(fd_);
}

bool RawConnection::send(std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t const sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

std::string RawConnection::read_some() {
  char buffer[65'536];
  ssize_t const got = ::recv(fd_, buffer, sizeof buffer, 0);
  if (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
    throw std::runtime_error("the connection stayed open and silent");
  return got > 0 ? std::string(buffer, static_cast<std::size_t>(got)) : std::string();
}

std::string RawConnection::read_to_end() {
  std::string all;
  for (std::string part = read_some(); !part.empty(); part = read_some()) all += part;
  return all;
}

std::string RawConnection::read_until(std::string_view mark) {
  std::string all;
  while (all.find(mark) == std::string::npos) {
    std::string const part = read_some();
    if (part.empty()) break;
    all += part;
  }
  return all;
}

void RawConnection::reset() {
  linger const hard{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  ::close(std::exchange(fd_, -1));
}

ServerThread::ServerThread(Handler handler, ServerLimits limits, std::string address) {
  auto server = serve(std::move(address), limits, std::move(handler), runtime_);
  if (!server) throw std::runtime_error(server.error().message());
  server_ = std::move(*server);
  address_ = server_->address();
  thread_ = std::thread([this] { io_.run(); });
}

ServerThread::~ServerThread() {
  asio::post(io_, [this] { server_.reset(); });
  work_.reset();
  thread_.join();
}

void ServerThread::stop(std::chrono::milliseconds grace) {
  asio::co_spawn(io_, server_->stop(grace), asio::use_future).get();
}

ScriptedPeer::ScriptedPeer(std::vector<Play> plays) : plays_(std::move(plays)) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof where;
  if (::bind(listener_, reinterpret_cast<sockaddr const*>(&where), size) != 0 ||
      ::listen(listener_, 16) != 0 ||
      ::getsockname(listener_, reinterpret_cast<sockaddr*>(&where), &size) != 0)
    throw std::runtime_error("scripted peer cannot listen");
  port_ = ntohs(where.sin_port);
  thread_ = std::thread([this] { run(); });
}

ScriptedPeer::~ScriptedPeer() {
  ::shutdown(listener_, SHUT_RDWR);
  thread_.join();
  ::close(listener_);
}

void ScriptedPeer::run() {
  for (;;) {
    int const fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd < 0) return;
    RawConnection connection(fd);
    auto const number = static_cast<std::size_t>(connections_++);
    try {
      plays_[std::min(number, plays_.size() - 1)](connection);
    } catch (std::runtime_error const&) {
      // The other end went silent: the script ends with its connection.
    }
  }
}

std::unique_ptr<Client> ClientFixture::make(ClientOptions options) {
  auto client = make_client(std::move(options), runtime_);
  if (!client) throw std::runtime_error(client.error().message());
  return std::move(*client);
}

engine::Result<Response> ClientFixture::send(Client& client, Request request,
                                             std::chrono::milliseconds deadline) {
  std::optional<engine::Result<Response>> out;
  asio::co_spawn(io_, client.send(std::move(request), deadline),
                 [&out](std::exception_ptr error, engine::Result<Response> result) {
                   if (error) std::rethrow_exception(error);
                   out = std::move(result);
                 });
  io_.restart();
  while (!out) io_.run_one();
  return std::move(*out);
}

Request get(std::string target) {
  Request request;
  request.target = std::move(target);
  return request;
}

Request post(std::string body, std::string target) {
  Request request;
  request.method = "POST";
  request.target = std::move(target);
  request.body = std::move(body);
  return request;
}

}  // namespace crmsync::connectors::http
