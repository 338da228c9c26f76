// Real loopback sockets for tests: a server of ours on a thread of its own, a raw client that
// sends any bytes, and a peer that plays a script instead of a server.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/http/client.hpp"
#include "connectors/http/server.hpp"
#include "connectors/http/system_runtime.hpp"

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace crmsync::connectors::http {

// A directory that is removed with all it holds.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  std::string path(std::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  std::string path_;
};

// Blocking socket with a patience of a few seconds: a peer that keeps silent past it is an
// exception, so that a test fails instead of hanging, and never takes silence for an end.
class RawConnection {
 public:
  explicit RawConnection(int fd);
  static RawConnection to(std::string const& address);  // "IP:PORT" or a socket path
  RawConnection(RawConnection&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  ~RawConnection();

  // False once the peer does not take it any more.
  bool send(std::string_view bytes);
  // Everything up to the end of the connection.
  std::string read_to_end();
  // At least up to and including `mark`; less when the connection ends first.
  std::string read_until(std::string_view mark);
  std::string read_some();  // empty: the end
  // Ends the connection with a reset instead of in order.
  void reset();
  int fd() const { return fd_; }

 private:
  int fd_;
};

// One of our servers, running until it goes away.
class ServerThread {
 public:
  ServerThread(Handler handler, ServerLimits limits = {}, std::string address = "127.0.0.1:0");
  ~ServerThread();
  std::string const& address() const { return address_; }
  std::string url() const { return "http://" + address_; }
  // Runs stop(grace) on the server's thread and waits for it.
  void stop(std::chrono::milliseconds grace);

 private:
  asio::io_context io_{1};
  SystemRuntime runtime_{io_, 1};
  asio::executor_work_guard<Executor> work_{io_.get_executor()};
  std::unique_ptr<Server> server_;
  std::string address_;
  std::thread thread_;
};

// Accepts connections and hands the n-th one to the n-th script (the last script serves all
// further ones).
class ScriptedPeer {
 public:
  using Play = std::function<void(RawConnection&)>;
  explicit ScriptedPeer(std::vector<Play> plays);
  ~ScriptedPeer();
  std::uint16_t port() const { return port_; }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  int connections() const { return connections_; }

 private:
  void run();
  std::vector<Play> plays_;
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_{0};
  std::thread thread_;
};

// Runs one task on an io_context of its own and returns what it returned.
class ClientFixture {
 public:
  std::unique_ptr<Client> make(ClientOptions options);
  engine::Result<Response> send(Client& client, Request request,
                                std::chrono::milliseconds deadline = std::chrono::seconds(5));
  asio::io_context& io() { return io_; }
  SystemRuntime& runtime() { return runtime_; }

 private:
  asio::io_context io_{1};
  SystemRuntime runtime_{io_, 1};
};

Request get(std::string target = "/");
Request post(std::string body, std::string target = "/");

}  // namespace crmsync::connectors::http
