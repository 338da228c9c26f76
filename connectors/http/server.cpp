// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/server.hpp"

#include "connectors/http/deadline.hpp"
#include "connectors/http/event.hpp"
#include "connectors/http/head.hpp"
#include "connectors/http/http_time.hpp"
#include "connectors/http/listener.hpp"
#include "connectors/http/request_reader.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/generic/stream_protocol.hpp>

#include <sys/socket.h>

#include <algorithm>
#include <map>
#include <unordered_set>

namespace crmsync::connectors::http {
namespace {

using namespace std::chrono_literals;
using Socket = asio::basic_stream_socket<asio::generic::stream_protocol, Executor>;
using Acceptor = asio::basic_socket_acceptor<asio::generic::stream_protocol, Executor>;

constexpr std::size_t drain_bytes_max = 256u << 10;
constexpr auto drain_timeout = 1'000ms;
constexpr auto accept_pause = 100ms;       // after an accept failed, e.g. out of descriptors
constexpr auto cancel_patience = 1'000ms;  // for cancelled handlers to unwind
constexpr std::size_t copy_bytes_max = 16u << 10;

struct Connection {
  Connection(Socket socket, Runtime& runtime, Peer who)
      : stream(std::move(socket)), watch(runtime), peer(std::move(who)) {}

  SocketStream<Socket> stream;
  Watch watch;
  Peer peer;
  bool handling = false;  // a handler runs or its answer is being written
  asio::cancellation_signal cancel;
};

// Shared by the server and its coroutines: destroying the Server ends them at their next step.
struct State {
  State(Listener opened, ServerLimits given, Handler handle, Runtime& owner)
      : listener(std::move(opened)),
        limits(given),
        handler(std::move(handle)),
        runtime(owner),
        acceptor(owner.executor(), asio::generic::stream_protocol(listener.family, 0), listener.fd),
        empty(owner.executor()) {
    auto const tightest =
        std::min({limits.header_timeout, limits.body_timeout, limits.idle_timeout});
    sweep_every = std::clamp<std::chrono::milliseconds>(tightest / 5, 5ms, 1'000ms);
  }

  Listener listener;
  ServerLimits limits;
  Handler handler;
  Runtime& runtime;
  Acceptor acceptor;
  Event empty;  // set when the last connection ended during stop()
  std::unordered_set<std::shared_ptr<Connection>> connections;
  std::map<std::string, std::size_t> per_address;
  std::chrono::milliseconds sweep_every{};
  bool sweeping = false;
  bool stopping = false;
  asio::cancellation_signal background;  // accept pause and sweep
  std::string date;                      // of the second `date_second`
  std::int64_t date_second = -1;
};

// A server that no longer accepts must not look alive: what ends its loops (memory, nothing else)
// leaves io_context::run().
struct Ended {
  std::shared_ptr<State> state;
  void operator()(std::exception_ptr error) const {
    if (error && !state->stopping) std::rethrow_exception(error);
  }
};

std::string_view date_of(State& state) {
  std::int64_t const second = state.runtime.now().micros / 1'000'000;
  if (second != state.date_second) {
    state.date = format_http_date({second * 1'000'000});
    state.date_second = second;
  }
  return state.date;
}

void close_listener(State& state) noexcept {
  if (state.stopping) return;
  state.stopping = true;
  boost::system::error_code ignored;
  state.acceptor.close(ignored);
  remove_socket_file(state.listener);
}

void close_all(State& state, bool also_handling) {
  for (auto const& connection : state.connections) {
    if (connection->handling && !also_handling) continue;
    connection->stream.close();
    if (connection->handling) connection->cancel.emit(asio::cancellation_type::terminal);
  }
}

// Closes with a reset: a peer that does not read would keep our unsent bytes in the kernel.
void abandon(Connection& connection) noexcept {
  linger const hard{1, 0};
  ::setsockopt(connection.stream.native_handle(), SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  connection.stream.close();
}

// Closes every connection whose watch ran out; lives only while there are connections.
Task<void> sweep(std::shared_ptr<State> state) {
  while (!state->stopping && !state->connections.empty()) {
    bool const slept = co_await state->runtime.sleep(state->sweep_every);
    if (!slept) break;
    auto const now = state->runtime.steady_now();
    for (auto const& connection : state->connections)
      if (connection->watch.expired(now)) abandon(*connection);
  }
  state->sweeping = false;
}

Task<bool> answer(State& state, Connection& connection, Response const& response, bool head_only,
                  std::string_view connection_header) {
  std::string head = response_head(response, connection_header, date_of(state));
  if (head.empty()) {
    Response failed;
    failed.status = 500;
    head = response_head(failed, "close", date_of(state));
    head_only = true;
  }
  bool const with_body = !head_only && status_has_body(response.status);
  std::string_view body = with_body ? std::string_view(response.body) : std::string_view{};
  auto const rate = std::max<std::size_t>(state.limits.answer_bytes_per_s_min, 1);
  connection.watch.arm(state.limits.body_timeout +
                       std::chrono::milliseconds(body.size() * 1'000 / rate));
  if (body.size() <= copy_bytes_max) {
    head.append(body);
    body = {};
  }
  IoResult const sent = co_await write_all(
      connection.stream, {asio::buffer(head), asio::buffer(body.data(), body.size())});
  connection.watch.disarm();
  co_return !sent.error;
}

Task<void> refuse(State& state, Connection& connection, RequestReader& reader, int status) {
  Response response;
  response.status = status;
  bool const sent = co_await answer(state, connection, response, false, "close");
  if (!sent) co_return;
  connection.stream.finish_writing();
  connection.watch.arm(drain_timeout);
  co_await reader.drain(drain_bytes_max);
}

// Whatever the handler throws is 500 without detail: the text may hold what it worked on.
Task<Response> handle(State& state, Request request, Peer const& peer) {
  Response response;
  try {
    Task<Response> running = state.handler(std::move(request), peer);
    response = co_await std::move(running);
  } catch (std::exception const&) {
    response = Response{};
    response.status = 500;
  }
  co_return response;
}

Task<void> converse(State& state, Connection& connection) {
  RequestReader reader(connection.stream, state.limits, connection.watch);
  while (!state.stopping) {
    ReadOutcome read = co_await reader.next();
    if (read.kind == ReadOutcome::Kind::closed) co_return;
    connection.handling = true;
    if (read.kind == ReadOutcome::Kind::refused) {
      co_await refuse(state, connection, reader, read.status);
      co_return;
    }
    bool const head_only = read.request.method == "HEAD";
    Response response = co_await handle(state, std::move(read.request), connection.peer);
    std::string const* wish = find_header(response.headers, "Connection");
    bool const keep =
        read.keep_alive && !state.stopping && !(wish != nullptr && same_name(*wish, "close"));
    std::string_view header = keep ? "" : "close";
    if (keep && read.http10) header = "keep-alive";
    bool const sent = co_await answer(state, connection, response, head_only, header);
    connection.handling = false;
    if (!sent || !keep) co_return;
  }
}

Task<void> serve_connection(std::shared_ptr<State> state, std::shared_ptr<Connection> connection) {
  try {
    co_await converse(*state, *connection);
  } catch (std::exception const&) {
    // Only cancellation during stop() comes here; the connection just ends.
  }
  connection->stream.close();
  auto const entry = state->per_address.find(connection->peer.address);
  if (entry != state->per_address.end() && --entry->second == 0) state->per_address.erase(entry);
  state->connections.erase(connection);
  if (state->connections.empty()) state->empty.set();
}

void begin(std::shared_ptr<State> const& state, Socket socket) {
  Peer peer = peer_of(socket.native_handle());
  std::size_t& from_there = state->per_address[peer.address];
  bool const full = state->connections.size() >= state->limits.connections_max ||
                    (!peer.address.empty() && from_there >= state->limits.connections_per_ip_max);
  if (full) {
    if (from_there == 0) state->per_address.erase(peer.address);
    return;  // the socket closes here
  }
  ++from_there;
  auto connection =
      std::make_shared<Connection>(std::move(socket), state->runtime, std::move(peer));
  state->connections.insert(connection);
  auto const slot = connection->cancel.slot();
  // The completion keeps the connection, and with it the signal, until the slot is unused.
  asio::co_spawn(state->runtime.executor(), serve_connection(state, connection),
                 asio::bind_cancellation_slot(slot, [connection](std::exception_ptr) {}));
  if (state->sweeping) return;
  state->sweeping = true;
  asio::co_spawn(state->runtime.executor(), sweep(state),
                 asio::bind_cancellation_slot(state->background.slot(), Ended{state}));
}

Task<void> accept_loop(std::shared_ptr<State> state) {
  while (!state->stopping) {
    auto [error, socket] = co_await state->acceptor.async_accept(asio::as_tuple(use_task));
    if (state->stopping) co_return;
    if (!error) {
      begin(state, std::move(socket));
      continue;
    }
    co_await state->runtime.sleep(accept_pause);
  }
}

Task<void> stop_state(std::shared_ptr<State> state, std::chrono::milliseconds grace) {
  close_listener(*state);
  close_all(*state, false);
  state->background.emit(asio::cancellation_type::terminal);
  for (auto const patience : {grace, std::chrono::milliseconds(cancel_patience)}) {
    if (state->connections.empty()) co_return;
    Deadline deadline(state->runtime, patience, [state] { state->empty.set(); });
    while (!state->connections.empty() && !deadline.expired()) co_await state->empty.wait();
    close_all(*state, true);
  }
}

class SocketServer final : public Server {
 public:
  explicit SocketServer(std::shared_ptr<State> state) : state_(std::move(state)) {
    asio::co_spawn(state_->runtime.executor(), accept_loop(state_), Ended{state_});
  }
  ~SocketServer() override {
    close_listener(*state_);
    close_all(*state_, true);
    state_->background.emit(asio::cancellation_type::terminal);
  }
  std::string address() const override { return state_->listener.address; }
  Task<void> stop(std::chrono::milliseconds grace) override { return stop_state(state_, grace); }

 private:
  std::shared_ptr<State> state_;
};

}  // namespace

engine::Result<std::unique_ptr<Server>> serve(std::string address, ServerLimits limits,
                                              Handler handler, Runtime& runtime) {
  auto listener = open_listener(address);
  if (!listener) return listener.error();
  auto state = std::make_shared<State>(std::move(*listener), limits, std::move(handler), runtime);
  return std::unique_ptr<Server>(std::make_unique<SocketServer>(std::move(state)));
}

}  // namespace crmsync::connectors::http
