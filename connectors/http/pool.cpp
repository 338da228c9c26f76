// SPDX-License-Identifier: Apache-2.0
#include "connectors/http/pool.hpp"

#include "connectors/http/dial.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <utility>

namespace crmsync::connectors::http {
namespace {

// An idle connection has nothing to say. One with bytes waiting was closed by the peer, or speaks
// out of turn; neither carries another request.
bool is_quiet(Stream& stream) noexcept {
  int const fd = stream.native_handle();
  if (fd < 0) return false;
  char byte = 0;
  ssize_t const got = ::recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

}  // namespace

Pool::Lease::Lease(std::shared_ptr<Pool> pool, std::unique_ptr<Stream> stream, bool reused)
    : pool_(std::move(pool)), stream_(std::move(stream)), reused_(reused) {}

Pool::Lease::Lease(Lease&& other) noexcept
    : pool_(std::move(other.pool_)), stream_(std::move(other.stream_)), reused_(other.reused_) {}

Pool::Lease& Pool::Lease::operator=(Lease&& other) noexcept {
  if (this == &other) return *this;
  drop();
  pool_ = std::move(other.pool_);
  stream_ = std::move(other.stream_);
  reused_ = other.reused_;
  return *this;
}

Pool::Lease::~Lease() {
  drop();
}

void Pool::Lease::drop() {
  stream_.reset();
  auto const pool = std::exchange(pool_, nullptr);
  if (pool) pool->free_one();
}

void Pool::Lease::keep() {
  if (!pool_ || !stream_ || pool_->stopped_) return drop();
  auto const pool = std::exchange(pool_, nullptr);
  pool->idle_.push_back({std::move(stream_), pool->runtime_.steady_now()});
  pool->close_expired();
  pool->wake_next();
}

Pool::Registration::Registration(Pool& pool, Interrupt& interrupt)
    : pool_(pool), at_(pool.sends_.insert(pool.sends_.end(), &interrupt)) {}

Pool::Registration::~Registration() {
  pool_.sends_.erase(at_);
}

Pool::Pool(ClientOptions options, Origin origin, Runtime& runtime)
    : options_(std::move(options)), origin_(std::move(origin)), runtime_(runtime) {}

void Pool::free_one() noexcept {
  --open_;
  wake_next();
}

void Pool::wake_next() {
  if (!turns_.empty()) turns_.front()->set();
}

void Pool::close_expired() {
  auto const oldest = runtime_.steady_now() - options_.idle_keep;
  open_ -= std::erase_if(idle_, [&](Idle const& entry) { return entry.since <= oldest; });
}

std::unique_ptr<Stream> Pool::take_idle() {
  close_expired();
  while (!idle_.empty()) {
    auto stream = std::move(idle_.back().stream);  // the one least likely to be closed by now
    idle_.pop_back();
    if (is_quiet(*stream)) return stream;
    --open_;
  }
  return nullptr;
}

Task<bool> Pool::wait_turn(bool first_time, Interrupt& interrupt) {
  Event turn(runtime_.executor());
  auto const at = turns_.insert(first_time ? turns_.end() : turns_.begin(), &turn);
  // Leaves the queue also when the coroutine is destroyed while it waits.
  struct Leave {
    std::list<Event*>& turns;
    std::list<Event*>::iterator at;
    ~Leave() { turns.erase(at); }
  } const leave{turns_, at};
  Interrupt::Scope const scope(interrupt, [&turn] { turn.set(); });
  bool const woken = co_await turn.wait();
  co_return woken && !interrupt.fired();
}

Task<engine::Result<Pool::Lease>> Pool::acquire(bool fresh, Interrupt& interrupt) {
  auto const self = shared_from_this();
  for (bool first_time = true;; first_time = false) {
    if (stopped_ || interrupt.fired()) break;
    if (fresh && open_ >= options_.connections_max && !idle_.empty()) {
      idle_.erase(idle_.begin());
      --open_;
    }
    if (!fresh) {
      auto kept = take_idle();
      if (kept) co_return Lease(self, std::move(kept), true);
    }
    if (open_ < options_.connections_max) {
      ++open_;
      Lease lease(self, nullptr, false);
      engine::Status const dialled = co_await dial(
          origin_, options_.ca_file, options_.connect_timeout, runtime_, interrupt, lease.stream_);
      if (!dialled) co_return dialled.error();
      co_return lease;
    }
    bool const my_turn = co_await wait_turn(first_time, interrupt);
    if (!my_turn) break;
  }
  // A wake-up that came together with the end belongs to the next in line.
  wake_next();
  co_return engine::make_error(engine::Errc::transient, "connect to " + origin_.text,
                               "no free connection in time");
}

void Pool::stop() {
  stopped_ = true;
  open_ -= idle_.size();
  idle_.clear();
  auto const sends = sends_;  // firing may end a send at once
  for (Interrupt* send : sends) send->fire();
}

}  // namespace crmsync::connectors::http
