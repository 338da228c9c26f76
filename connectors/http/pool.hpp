// The connections of one client: few, kept alive, never more than the limit. Shared by the client
// and its sends in progress, so that either may end first.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/http/client.hpp"
#include "connectors/http/event.hpp"
#include "connectors/http/interrupt.hpp"
#include "connectors/http/origin.hpp"
#include "connectors/http/stream.hpp"

#include <chrono>
#include <list>
#include <memory>
#include <vector>

namespace crmsync::connectors::http {

class Pool : public std::enable_shared_from_this<Pool> {
 public:
  Pool(ClientOptions options, Origin origin, Runtime& runtime);

  // A connection in use. Going away closes it, unless keep() gave it back.
  class Lease {
   public:
    Lease() = default;
    Lease(std::shared_ptr<Pool> pool, std::unique_ptr<Stream> stream, bool reused);
    Lease(Lease&& other) noexcept;
    Lease& operator=(Lease&& other) noexcept;
    ~Lease();

    Stream* stream() const noexcept { return stream_.get(); }
    bool reused() const noexcept { return reused_; }
    void keep();

   private:
    friend class Pool;
    void drop();
    std::shared_ptr<Pool> pool_;  // set: this lease counts against the limit
    std::unique_ptr<Stream> stream_;
    bool reused_ = false;
  };

  // Keeps an Interrupt known for as long as its send runs.
  class Registration {
   public:
    Registration(Pool& pool, Interrupt& interrupt);
    ~Registration();
    Registration(Registration const&) = delete;
    Registration& operator=(Registration const&) = delete;

   private:
    Pool& pool_;
    std::list<Interrupt*>::iterator at_;
  };

  // A kept connection unless `fresh`, else a new one; waits while all are in use. Ends without one
  // when the interrupt fires.
  Task<engine::Result<Lease>> acquire(bool fresh, Interrupt& interrupt);

  // The client goes away: every wait ends, every connection closes.
  void stop();
  bool stopped() const noexcept { return stopped_; }

  ClientOptions const& options() const noexcept { return options_; }
  Origin const& origin() const noexcept { return origin_; }
  Runtime& runtime() noexcept { return runtime_; }

 private:
  struct Idle {
    std::unique_ptr<Stream> stream;
    std::chrono::steady_clock::time_point since;
  };

  std::unique_ptr<Stream> take_idle();
  void close_expired();
  void free_one() noexcept;  // a connection ended or became idle
  Task<bool> wait_turn(bool first_time, Interrupt& interrupt);
  void wake_next();

  ClientOptions options_;
  Origin origin_;
  Runtime& runtime_;
  std::vector<Idle> idle_;   // longest idle first
  std::size_t open_ = 0;     // in use, being opened, or idle
  std::list<Event*> turns_;  // who waits for a connection, longest first
  std::list<Interrupt*> sends_;
  bool stopped_ = false;
};

}  // namespace crmsync::connectors::http
