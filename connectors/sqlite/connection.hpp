// One configured SQLite database: its connector and the endpoints on it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/connector.hpp"
#include "connectors/runtime.hpp"
#include "connectors/sqlite/file_watch.hpp"
#include "connectors/sqlite/worker.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>

namespace crmsync::connectors::sqlite {

// How far each endpoint of this connection has acknowledged its capture stream. The change table
// is shared: rows go when the slowest is done with them. Control thread.
class Acknowledgements {
 public:
  using Time = std::chrono::steady_clock::time_point;

  void join(std::string const& stream, void const* endpoint) {
    streams_[stream].positions[endpoint] = 0;
  }
  void leave(std::string const& stream, void const* endpoint) noexcept;
  void advance(std::string const& stream, void const* endpoint, std::int64_t sequence);
  // Up to where rows are to be deleted now, if it is time; counts as done.
  std::optional<std::int64_t> take_purge(std::string const& stream, Time now);

 private:
  struct Stream {
    std::map<void const*, std::int64_t> positions;
    std::int64_t purged = 0;
    std::optional<Time> purged_at;
  };
  std::map<std::string, Stream> streams_;
};

// Shared by the connector and its endpoints, so that either may go first.
struct Connection {
  Connection(Runtime& the_runtime, std::string connection, std::string path,
             std::chrono::milliseconds busy_timeout)
      : runtime(the_runtime),
        watch(the_runtime),
        worker(the_runtime, std::move(connection), std::move(path), busy_timeout) {}

  Runtime& runtime;
  Acknowledgements acknowledgements;
  FileWatch watch;
  Worker worker;
};

class SqliteConnector final : public Connector {
 public:
  SqliteConnector(Runtime& runtime, std::string connection, std::string path,
                  std::chrono::milliseconds busy_timeout);

  std::string_view type() const noexcept override { return "sqlite"; }
  Task<Result<Identity>> identity() override;
  std::unique_ptr<Endpoint> open(EndpointSpec spec) override;
  // forbidden while crmsync_meta does not exist (prepare() makes it).
  Task<Result<void>> record_high_water(std::string state_id, std::uint64_t high_water) override;
  Result<std::vector<WebhookEvent>> parse_webhook(WebhookRequest const& request,
                                                  engine::Timestamp now) const override;
  // One waiter per connection: the look that notices a commit consumes the notice.
  Task<bool> wait_for_commit(std::chrono::milliseconds wait) override;
  QuotaUsage quota() const override { return {}; }

 private:
  // Whether another connection committed. `answered` is false when the file could not be asked.
  Task<bool> look(bool& answered);

  std::shared_ptr<Connection> connection_;
};

}  // namespace crmsync::connectors::sqlite
