// SPDX-License-Identifier: Apache-2.0
#include "tests/conformance/cutting_proxy.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/write.hpp>

#include <array>

namespace crmsync::tests::conformance {
namespace {

namespace asio = connectors::asio;
using asio::ip::tcp;
using boost::system::error_code;
using connectors::Task;
using connectors::use_task;
using Socket = asio::basic_stream_socket<tcp, connectors::Executor>;
using Acceptor = asio::basic_socket_acceptor<tcp, connectors::Executor>;

struct Pair {
  Socket client;
  Socket server;
  void close() {
    error_code ignored;
    client.close(ignored);
    server.close(ignored);
  }
};

// Moves bytes one way until either end closes. `cut` is looked at before bytes travel on.
Task<void> pump(std::shared_ptr<Pair> pair, bool back, std::shared_ptr<bool> cut) {
  auto& from = back ? pair->server : pair->client;
  auto& to = back ? pair->client : pair->server;
  std::array<char, 16384> buffer;
  for (;;) {
    error_code error;
    auto const size =
        co_await from.async_read_some(asio::buffer(buffer), asio::redirect_error(use_task, error));
    if (error) break;
    if (back && *cut) {
      *cut = false;
      break;
    }
    co_await asio::async_write(to, asio::buffer(buffer.data(), size),
                               asio::redirect_error(use_task, error));
    if (error) break;
  }
  pair->close();
}

Task<void> serve(std::shared_ptr<Acceptor> acceptor, std::uint16_t upstream,
                 std::shared_ptr<bool> cut) {
  auto const executor = acceptor->get_executor();
  for (;;) {
    error_code error;
    auto pair = std::make_shared<Pair>(Pair{Socket(executor), Socket(executor)});
    co_await acceptor->async_accept(pair->client, asio::redirect_error(use_task, error));
    if (error) co_return;
    tcp::endpoint const target(asio::ip::address_v4::loopback(), upstream);
    co_await pair->server.async_connect(target, asio::redirect_error(use_task, error));
    if (error) continue;
    asio::co_spawn(executor, pump(pair, false, cut), asio::detached);
    asio::co_spawn(executor, pump(pair, true, cut), asio::detached);
  }
}

}  // namespace

CuttingProxy::CuttingProxy(asio::io_context& io, std::uint16_t upstream_port) {
  auto acceptor = std::make_shared<Acceptor>(io.get_executor(),
                                             tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  port_ = acceptor->local_endpoint().port();
  asio::co_spawn(io.get_executor(), serve(acceptor, upstream_port, cut_), asio::detached);
}

}  // namespace crmsync::tests::conformance
