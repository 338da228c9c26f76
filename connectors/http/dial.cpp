// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/dial.hpp"

#include "connectors/http/deadline.hpp"
#include "connectors/http/event.hpp"
#include "connectors/http/tls.hpp"

#include <boost/asio/ip/basic_resolver.hpp>
#include <boost/asio/local/stream_protocol.hpp>

#include <algorithm>
#include <vector>

namespace crmsync::connectors::http {
namespace {

using engine::Errc;
using Addresses = std::vector<asio::ip::address>;
using Resolver = asio::ip::basic_resolver<asio::ip::tcp, Executor>;
using UnixSocket = asio::basic_stream_socket<asio::local::stream_protocol, Executor>;

constexpr std::size_t addresses_tried_max = 4;

engine::Error failed(Origin const& origin, std::string why) {
  return engine::make_error(Errc::transient, "connect to " + origin.text, std::move(why),
                            "check the address and the network; it is tried again by itself");
}

// A lookup runs on Asio's resolver thread and cannot be stopped there; whoever gave up waiting
// leaves it behind, so it owns what it writes to.
struct Lookup {
  explicit Lookup(Executor executor) : resolver(executor), done(executor) {}
  Resolver resolver;
  Event done;
  bool finished = false;
  boost::system::error_code error;
  Addresses addresses;
};

Task<engine::Result<Addresses>> look_up(Origin const& origin, Runtime& runtime,
                                        Interrupt& interrupt) {
  auto const lookup = std::make_shared<Lookup>(runtime.executor());
  lookup->resolver.async_resolve(
      origin.host, std::to_string(origin.port), Resolver::numeric_service,
      [lookup](boost::system::error_code error, Resolver::results_type const& results) {
        lookup->error = error;
        for (auto const& entry : results) lookup->addresses.push_back(entry.endpoint().address());
        lookup->finished = true;
        lookup->done.set();
      });
  Interrupt::Scope const scope(interrupt, [lookup] {
    lookup->resolver.cancel();
    lookup->done.set();
  });
  co_await lookup->done.wait();
  if (!lookup->finished) co_return failed(origin, "no answer from the name service in time");
  if (lookup->error)
    co_return failed(origin, "the name cannot be resolved: " + lookup->error.message());
  co_return lookup->addresses;
}

Task<engine::Result<Addresses>> find_addresses(Origin const& origin, bool loopback_allowed,
                                               Runtime& runtime, Interrupt& interrupt) {
  Addresses all;
  if (origin.literal) {
    all = {*origin.literal};
  } else if (origin.host == "localhost") {
    // RFC 6761 6.3: never asked of a name service.
    all = {asio::ip::address_v4::loopback(), asio::ip::address_v6::loopback()};
  } else {
    engine::Result<Addresses> looked = co_await look_up(origin, runtime, interrupt);
    if (!looked) co_return looked.error();
    all = std::move(*looked);
  }
  std::erase_if(all, [&](auto const& address) { return !may_connect(address, loopback_allowed); });
  if (all.empty())
    co_return engine::make_error(
        Errc::forbidden, "connect to " + origin.text,
        "the name leads only to loopback, link-local or metadata addresses",
        "check the name service; for a server on this machine write its loopback address");
  if (all.size() > addresses_tried_max) all.resize(addresses_tried_max);
  co_return all;
}

// One socket connected, or why not. `share`: a silent address leaves time for the next one.
template <class Socket, class Endpoint>
Task<boost::system::error_code> connect_one(Socket& socket, Endpoint endpoint,
                                            std::chrono::milliseconds share, Runtime& runtime,
                                            Interrupt& interrupt) {
  auto const close = [&socket] {
    boost::system::error_code ignored;
    socket.close(ignored);
  };
  Interrupt::Scope const scope(interrupt, close);
  Deadline const deadline(runtime, share, close);
  auto const [error] = co_await socket.async_connect(endpoint, asio::as_tuple(use_task));
  if (deadline.expired()) co_return asio::error::timed_out;
  co_return error;
}

Task<engine::Status> dial_unix(Origin const& origin, std::chrono::milliseconds timeout,
                               Runtime& runtime, Interrupt& interrupt,
                               std::unique_ptr<Stream>& opened) {
  if (origin.socket_path.size() > 107)
    co_return engine::make_error(Errc::config_invalid, "connect to " + origin.text,
                                 "a socket path is shorter than 108 bytes");
  UnixSocket socket(runtime.executor());
  asio::local::stream_protocol::endpoint const where(origin.socket_path);
  auto const error = co_await connect_one(socket, where, timeout, runtime, interrupt);
  if (error) co_return failed(origin, error.message());
  opened = std::make_unique<SocketStream<UnixSocket>>(std::move(socket));
  co_return engine::Status{};
}

Task<engine::Status> dial_tcp(Origin const& origin, bool loopback_allowed,
                              std::chrono::milliseconds timeout, Runtime& runtime,
                              Interrupt& interrupt, Deadline const& deadline,
                              TcpSocket& connected) {
  engine::Result<Addresses> addresses =
      co_await find_addresses(origin, loopback_allowed, runtime, interrupt);
  if (!addresses) co_return addresses.error();
  auto const share = timeout / static_cast<int>(addresses->size());
  std::string why;
  for (auto const& address : *addresses) {
    if (interrupt.fired() || deadline.expired()) break;
    TcpSocket socket(runtime.executor());
    asio::ip::tcp::endpoint const where(address, origin.port);
    auto const error = co_await connect_one(socket, where, share, runtime, interrupt);
    if (error) {
      why = error.message();
      continue;
    }
    boost::system::error_code ignored;
    socket.set_option(asio::ip::tcp::no_delay(true), ignored);
    connected = std::move(socket);
    co_return engine::Status{};
  }
  co_return failed(origin, why.empty() ? "interrupted" : std::move(why));
}

Task<engine::Status> secure(Origin const& origin, std::string const& ca_file, Interrupt& interrupt,
                            TcpSocket socket, std::unique_ptr<Stream>& opened) {
  engine::Result<TlsContext> context = tls_client_context(ca_file);
  if (!context) co_return context.error();
  co_return co_await tls_handshake(std::move(socket), *context, origin.host, interrupt, opened);
}

}  // namespace

Task<engine::Status> dial(Origin const& origin, std::string const& ca_file,
                          std::chrono::milliseconds timeout, Runtime& runtime, Interrupt& interrupt,
                          std::unique_ptr<Stream>& opened) {
  Deadline const deadline(runtime, timeout, [&interrupt] { interrupt.end_wait(); });
  if (!origin.socket_path.empty())
    co_return co_await dial_unix(origin, timeout, runtime, interrupt, opened);
  bool const local = origin.literal ? is_loopback(*origin.literal) : origin.host == "localhost";
  TcpSocket socket(runtime.executor());
  engine::Status status = co_await dial_tcp(origin, local || !ca_file.empty(), timeout, runtime,
                                            interrupt, deadline, socket);
  if (status && origin.secure) {
    status = co_await secure(origin, ca_file, interrupt, std::move(socket), opened);
  } else if (status) {
    opened = std::make_unique<SocketStream<TcpSocket>>(std::move(socket));
  }
  if (!status && deadline.expired())
    co_return failed(origin, "no connection within " + std::to_string(timeout.count()) + " ms");
  co_return status;
}

}  // namespace crmsync::connectors::http
