// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/listener.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>
#include <system_error>

namespace crmsync::connectors::http {
namespace {

using engine::Errc;

constexpr int backlog = 512;

// Closes on every early return.
class Descriptor {
 public:
  explicit Descriptor(int fd) noexcept : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(Descriptor const&) = delete;
  Descriptor& operator=(Descriptor const&) = delete;
  int get() const noexcept { return fd_; }
  int release() noexcept {
    int const fd = fd_;
    fd_ = -1;
    return fd;
  }

 private:
  int fd_;
};

engine::Error failed(std::string_view address, int code, std::string hint = {}) {
  Errc errc = Errc::internal;
  if (code == EADDRINUSE) errc = Errc::already_exists;
  if (code == EACCES || code == EPERM) errc = Errc::forbidden;
  if (code == EADDRNOTAVAIL || code == ENOENT || code == ENOTDIR) errc = Errc::config_invalid;
  if (hint.empty() && errc == Errc::already_exists)
    hint = "another program listens there; stop it or choose another address";
  return engine::make_error(errc, "listen on " + std::string(address),
                            std::generic_category().message(code), std::move(hint));
}

engine::Error bad_address(std::string_view address) {
  return engine::make_error(Errc::config_invalid, "listen on " + std::string(address),
                            "not an address to listen on",
                            "use IP:PORT, [IPv6]:PORT, localhost:PORT or unix:/path");
}

bool parse_tcp(std::string_view address, sockaddr_storage& out, socklen_t& size) {
  auto const colon = address.rfind(':');
  if (colon == std::string_view::npos) return false;
  std::string host(address.substr(0, colon));
  auto const digits = address.substr(colon + 1);
  std::uint16_t port = 0;
  auto const [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc{} || end != digits.data() + digits.size()) return false;
  if (host == "localhost") host = "127.0.0.1";
  std::memset(&out, 0, sizeof out);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    if (::inet_pton(AF_INET6, host.substr(1, host.size() - 2).c_str(), &v6.sin6_addr) != 1)
      return false;
    std::memcpy(&out, &v6, sizeof v6);
    size = sizeof v6;
    return true;
  }
  sockaddr_in v4{};
  v4.sin_family = AF_INET;
  v4.sin_port = htons(port);
  if (::inet_pton(AF_INET, host.c_str(), &v4.sin_addr) != 1) return false;
  std::memcpy(&out, &v4, sizeof v4);
  size = sizeof v4;
  return true;
}

std::string ip_text(sockaddr_storage const& address, std::uint16_t* port) {
  char text[INET6_ADDRSTRLEN] = {};
  if (address.ss_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, &address, sizeof v4);
    ::inet_ntop(AF_INET, &v4.sin_addr, text, sizeof text);
    if (port != nullptr) *port = ntohs(v4.sin_port);
  } else if (address.ss_family == AF_INET6) {
    sockaddr_in6 v6{};
    std::memcpy(&v6, &address, sizeof v6);
    if (IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr))
      ::inet_ntop(AF_INET, &v6.sin6_addr.s6_addr[12], text, sizeof text);
    else
      ::inet_ntop(AF_INET6, &v6.sin6_addr, text, sizeof text);
    if (port != nullptr) *port = ntohs(v6.sin6_port);
  }
  return text;
}

engine::Result<Listener> open_tcp(std::string_view address) {
  sockaddr_storage where{};
  socklen_t size = 0;
  if (!parse_tcp(address, where, size)) return bad_address(address);
  Descriptor fd(::socket(where.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (fd.get() < 0) return failed(address, errno);
  int const on = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  // Inherited by every accepted socket: answers leave at once.
  ::setsockopt(fd.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::bind(fd.get(), reinterpret_cast<sockaddr const*>(&where), size) != 0)
    return failed(address, errno);
  if (::listen(fd.get(), backlog) != 0) return failed(address, errno);
  if (::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&where), &size) != 0)
    return failed(address, errno);
  std::uint16_t port = 0;
  std::string const ip = ip_text(where, &port);
  Listener out;
  out.family = where.ss_family;
  out.address = (out.family == AF_INET6 ? "[" + ip + "]" : ip) + ":" + std::to_string(port);
  out.fd = fd.release();
  return out;
}

// Whether a socket file that is in the way belongs to nobody any more.
bool nobody_listens(sockaddr_un const& where) noexcept {
  Descriptor probe(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (probe.get() < 0) return false;
  if (::connect(probe.get(), reinterpret_cast<sockaddr const*>(&where), sizeof where) == 0)
    return false;
  return errno == ECONNREFUSED;
}

engine::Result<Listener> open_unix(std::string_view address, std::string path) {
  sockaddr_un where{};
  where.sun_family = AF_UNIX;
  if (path.empty() || path.front() != '/' || path.size() >= sizeof where.sun_path)
    return engine::make_error(Errc::config_invalid, "listen on " + std::string(address),
                              "a socket path is absolute and shorter than " +
                                  std::to_string(sizeof where.sun_path) + " bytes");
  std::memcpy(where.sun_path, path.c_str(), path.size() + 1);
  Descriptor fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (fd.get() < 0) return failed(address, errno);
  auto const* name = reinterpret_cast<sockaddr const*>(&where);
  int bound = ::bind(fd.get(), name, sizeof where);
  if (bound != 0 && errno == EADDRINUSE) {
    struct stat old {};
    if (::lstat(path.c_str(), &old) != 0 || !S_ISSOCK(old.st_mode))
      return failed(address, EADDRINUSE, "a file that is no socket is in the way; move it away");
    if (!nobody_listens(where)) return failed(address, EADDRINUSE);
    if (::unlink(path.c_str()) != 0) return failed(address, errno);
    bound = ::bind(fd.get(), name, sizeof where);
  }
  if (bound != 0) return failed(address, errno);
  // Before listen(): until then nobody can connect, whatever the umask made of the file.
  struct stat made {};
  if (::chmod(path.c_str(), 0660) != 0 || ::lstat(path.c_str(), &made) != 0 ||
      ::listen(fd.get(), backlog) != 0) {
    int const code = errno;
    ::unlink(path.c_str());
    return failed(address, code);
  }
  Listener out;
  out.family = AF_UNIX;
  out.address = path;
  out.path = std::move(path);
  out.device = made.st_dev;
  out.inode = made.st_ino;
  out.fd = fd.release();
  return out;
}

}  // namespace

engine::Result<Listener> open_listener(std::string_view address) {
  static constexpr std::string_view prefix = "unix:";
  if (address.starts_with(prefix))
    return open_unix(address, std::string(address.substr(prefix.size())));
  return open_tcp(address);
}

void remove_socket_file(Listener const& listener) noexcept {
  if (listener.path.empty()) return;
  struct stat now {};
  if (::lstat(listener.path.c_str(), &now) != 0) return;
  if (now.st_dev == listener.device && now.st_ino == listener.inode)
    ::unlink(listener.path.c_str());
}

Peer peer_of(int fd) noexcept {
  Peer peer;
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getpeername(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) return peer;
  if (address.ss_family != AF_UNIX) {
    peer.address = ip_text(address, nullptr);
    return peer;
  }
  ucred credentials{};
  size = sizeof credentials;
  if (::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &credentials, &size) == 0) {
    peer.uid = credentials.uid;
    peer.gid = credentials.gid;
  }
  return peer;
}

}  // namespace crmsync::connectors::http
