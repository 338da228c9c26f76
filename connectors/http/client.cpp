// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/client.hpp"

#include "connectors/http/deadline.hpp"
#include "connectors/http/exchange.hpp"
#include "connectors/http/head.hpp"
#include "connectors/http/pool.hpp"
#include "connectors/http/tls.hpp"

#include <utility>

namespace crmsync::connectors::http {
namespace {

using engine::Errc;
using engine::Error;
using engine::Result;

// A method that changes nothing, so that sending it twice cannot either (RFC 9110 9.2.1).
bool is_safe(std::string_view method) noexcept {
  return method == "GET" || method == "HEAD" || method == "OPTIONS";
}

// Method and origin only: a target may hold an e-mail address or a key.
std::string op_of(Request const& request, Origin const& origin) {
  return request.method + " " + origin.text;
}

// One send: what it may do twice, and how it names its end.
class Send {
 public:
  Send(std::shared_ptr<Pool> pool, Request request, std::chrono::milliseconds deadline)
      : pool_(std::move(pool)),
        request_(std::move(request)),
        deadline_ms_(deadline),
        registration_(*pool_, interrupt_),
        deadline_(pool_->runtime(), deadline, [this] { interrupt_.fire(); }) {}

  Task<Result<Response>> run() {
    std::string const head = request_head(request_, pool_->origin().host_header);
    if (head.empty())
      co_return engine::make_error(
          Errc::internal, op_of(request_, pool_->origin()),
          "the request has a method, target or header that cannot be sent");
    Exchange exchange;
    bool fresh = false;
    for (int attempt = 0; attempt < 2; ++attempt) {
      Result<Pool::Lease> lease = co_await pool_->acquire(fresh, interrupt_);
      if (!lease) co_return end_of(lease.error());
      exchange = co_await over(*lease, head);
      if (exchange.end == Exchange::End::answered) {
        if (exchange.reusable) lease->keep();
        co_return std::move(exchange.response);
      }
      fresh = lease->reused() && may_repeat(exchange);
      if (!fresh) break;
    }
    auto const state = co_await asio::this_coro::cancellation_state;
    bool const cancelled = state.cancelled() != asio::cancellation_type::none;
    co_return failure(exchange, cancelled);
  }

 private:
  Task<Exchange> over(Pool::Lease& lease, std::string const& head) {
    Interrupt::Scope const scope(interrupt_, [stream = lease.stream()] { stream->close(); });
    co_return co_await run_exchange(*lease.stream(), head, request_.body, request_.method == "HEAD",
                                    pool_->options().response_bytes_max);
  }

  // A kept connection that the peer closed meanwhile looks like a failure of the request and is
  // none, as long as nothing of it can have been acted upon.
  bool may_repeat(Exchange const& exchange) const {
    if (interrupt_.fired() || exchange.end != Exchange::End::broken || exchange.answer_began)
      return false;
    return exchange.bytes_sent == 0 || is_safe(request_.method);
  }

  Error end_of(Error error) const {
    if (pool_->stopped()) {
      error.code = Errc::cancelled;
      error.detail = "the client was stopped";
    } else if (deadline_.expired()) {
      error.detail =
          "no answer within " + std::to_string(deadline_ms_.count()) + " ms (" + error.detail + ")";
    }
    error.op = op_of(request_, pool_->origin());
    return error;
  }

  Error failure(Exchange const& exchange, bool cancelled) const {
    Errc code = Errc::transient;
    if (exchange.end == Exchange::End::too_large) code = Errc::limit_exceeded;
    if (cancelled) code = Errc::cancelled;
    Error error = end_of(engine::make_error(code, {}, exchange.why));
    error.maybe_applied = exchange.bytes_sent > 0 && !is_safe(request_.method);
    return error;
  }

  std::shared_ptr<Pool> pool_;
  Request request_;
  std::chrono::milliseconds deadline_ms_;
  Interrupt interrupt_;
  Pool::Registration registration_;
  Deadline deadline_;
};

Task<Result<Response>> send_over(std::shared_ptr<Pool> pool, Request request,
                                 std::chrono::milliseconds deadline) {
  if (pool->stopped())
    co_return engine::make_error(Errc::cancelled, op_of(request, pool->origin()),
                                 "the client was stopped");
  Error stopped = engine::make_error(Errc::cancelled, op_of(request, pool->origin()),
                                     "cancelled by its caller");
  try {
    Send send(std::move(pool), std::move(request), deadline);
    co_return co_await send.run();
  } catch (boost::system::system_error const& error) {
    if (error.code() != asio::error::operation_aborted) throw;
  }
  // The caller was cancelled; whether the request had left is not known any more.
  stopped.maybe_applied = true;
  co_return stopped;
}

class PooledClient final : public Client {
 public:
  explicit PooledClient(std::shared_ptr<Pool> pool) : pool_(std::move(pool)) {}
  ~PooledClient() override { pool_->stop(); }
  // No coroutine itself: what runs holds the pool, not this object.
  Task<Result<Response>> send(Request request, std::chrono::milliseconds deadline) override {
    return send_over(pool_, std::move(request), deadline);
  }

 private:
  std::shared_ptr<Pool> pool_;
};

}  // namespace

Result<std::unique_ptr<Client>> make_client(ClientOptions options, Runtime& runtime) {
  Result<Origin> origin = parse_origin(options.base_url);
  if (!origin) return origin.error();
  if (options.connections_max == 0)
    return engine::make_error(Errc::config_invalid, "client for " + origin->text,
                              "connections_max must be at least 1");
  if (!options.ca_file.empty()) {
    // An unusable file is an error of the configuration, not of the first request.
    auto const context = tls_client_context(options.ca_file);
    if (!context) return context.error();
  }
  auto pool = std::make_shared<Pool>(std::move(options), std::move(*origin), runtime);
  return std::unique_ptr<Client>(std::make_unique<PooledClient>(std::move(pool)));
}

}  // namespace crmsync::connectors::http
