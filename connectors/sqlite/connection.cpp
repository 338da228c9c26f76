// SPDX-License-Identifier: Apache-2.0
#include "connectors/sqlite/connection.hpp"

#include "connectors/sqlite/bookkeeping.hpp"
#include "connectors/sqlite/endpoint.hpp"
#include "connectors/sqlite/tuning.hpp"

#include <algorithm>
#include <charconv>
#include <limits>

namespace crmsync::connectors::sqlite {

using engine::Errc;

void Acknowledgements::leave(std::string const& stream, void const* endpoint) noexcept {
  auto const found = streams_.find(stream);
  if (found == streams_.end()) return;
  found->second.positions.erase(endpoint);
  if (found->second.positions.empty()) streams_.erase(found);
}

void Acknowledgements::advance(std::string const& stream, void const* endpoint,
                               std::int64_t sequence) {
  streams_[stream].positions[endpoint] = sequence;
}

std::optional<std::int64_t> Acknowledgements::take_purge(std::string const& stream, Time now) {
  auto const found = streams_.find(stream);
  if (found == streams_.end()) return std::nullopt;
  auto& one = found->second;
  std::int64_t slowest = std::numeric_limits<std::int64_t>::max();
  for (auto const& [endpoint, reached] : one.positions) slowest = std::min(slowest, reached);
  // Numbers that go back belong to an older file that was put in place, or to a new endpoint.
  if (slowest < one.purged) one.purged = 0;
  if (one.positions.empty() || slowest <= one.purged) return std::nullopt;
  bool const rested = !one.purged_at || now - *one.purged_at >= kPurgeInterval;
  if (!rested && slowest - one.purged < kPurgeSliceRows) return std::nullopt;
  one.purged = slowest;
  one.purged_at = now;
  return slowest;
}

SqliteConnector::SqliteConnector(Runtime& runtime, std::string connection, std::string path,
                                 std::chrono::milliseconds busy_timeout)
    : connection_(std::make_shared<Connection>(runtime, std::move(connection), std::move(path),
                                               busy_timeout)) {}

namespace {

Result<Identity> read_identity(Database& database) {
  auto transaction = ReadTransaction::begin(database);
  if (!transaction) return transaction.error();
  Identity identity;
  auto id = read_meta(database, "database_id");
  if (!id) return id.error();
  auto state = read_meta(database, "state_id");
  if (!state) return state.error();
  auto high_water = read_meta(database, "high_water");
  if (!high_water) return high_water.error();
  identity.id = std::move(*id);
  identity.state_id = std::move(*state);
  auto const* end = high_water->data() + high_water->size();
  auto const read = std::from_chars(high_water->data(), end, identity.high_water);
  if (!high_water->empty() && (read.ec != std::errc{} || read.ptr != end))
    return database.fail(Errc::corrupt, "`high_water` in crmsync_meta is not a number",
                         "restore the row from a backup of the database");
  return identity;
}

Result<void> write_high_water(Database& database, std::string const& state_id,
                              std::uint64_t high_water) {
  auto exists = table_exists(database, "crmsync_meta");
  if (!exists) return exists.error();
  if (!*exists)
    return missing_rights(database, "the table crmsync_meta is missing", table_statements(false));
  auto transaction = WriteTransaction::begin(database);
  if (!transaction) return transaction.error();
  if (auto written = write_meta(database, "state_id", state_id); !written) return written;
  if (auto written = write_meta(database, "high_water", std::to_string(high_water)); !written)
    return written;
  return transaction->commit();
}

}  // namespace

Task<Result<Identity>> SqliteConnector::identity() {
  auto const connection = connection_;
  std::function<Result<Identity>(Database&)> work = read_identity;
  std::string doing = "read identity";
  auto identity =
      co_await connection->worker.call<Identity>(std::move(doing), kReadDeadline, std::move(work));
  co_return identity;
}

Task<Result<void>> SqliteConnector::record_high_water(std::string state_id,
                                                      std::uint64_t high_water) {
  auto const connection = connection_;
  std::function<Result<void>(Database&)> work = [state_id, high_water](Database& database) {
    return write_high_water(database, state_id, high_water);
  };
  std::string doing = "record high water";
  auto recorded =
      co_await connection->worker.call<void>(std::move(doing), kWriteDeadline, std::move(work));
  co_return recorded;
}

Result<std::vector<WebhookEvent>> SqliteConnector::parse_webhook(WebhookRequest const&,
                                                                 engine::Timestamp) const {
  return engine::make_error(Errc::unsupported, "sqlite: parse webhook",
                            "a database file sends no webhooks");
}

std::unique_ptr<Endpoint> SqliteConnector::open(EndpointSpec spec) {
  return std::make_unique<SqliteEndpoint>(connection_, std::move(spec));
}

Task<bool> SqliteConnector::look(bool& answered) {
  auto const connection = connection_;
  // The worker ends before the watch does.
  std::function<Result<bool>(Database&)> work = [&watch = connection->watch](Database& database) {
    watch.follow(database.path());
    return database.committed_elsewhere();
  };
  std::string doing = "look for commits";
  auto moved =
      co_await connection->worker.call<bool>(std::move(doing), kReadDeadline, std::move(work));
  answered = moved.has_value();
  co_return moved&&* moved;
}

Task<bool> SqliteConnector::wait_for_commit(std::chrono::milliseconds wait) {
  auto const connection = connection_;
  auto& runtime = connection->runtime;
  auto& watch = connection->watch;
  auto const end = runtime.steady_now() + wait;
  auto pause = kLookIntervalMax;
  for (;;) {  // ends at a commit or at `end`
    bool reported = watch.take();
    bool answered = false;
    bool const moved = co_await look(answered);
    // The report is in the queue before the commit can be seen, so this order misses none.
    reported = watch.take() || reported;
    if (moved && !reported) watch.note_miss();
    if (moved) co_return true;
    auto const left =
        std::chrono::duration_cast<std::chrono::milliseconds>(end - runtime.steady_now());
    if (left.count() <= 0) co_return false;
    if (reported && pause >= kLookUnhurried) pause = kLookAfterReport;
    bool going_on = true;
    if (!answered) {
      // Without an answer there is nothing to look at more often than the caller asked.
      going_on = co_await runtime.sleep(left);
    } else if (!watch.reliable()) {
      going_on = co_await runtime.sleep(std::min(left, kLookUnhurried));
    } else if (pause < kLookUnhurried) {
      going_on = co_await runtime.sleep(std::min(left, pause));
    } else {
      going_on = co_await watch.wait(std::min(left, pause));
    }
    if (!going_on) co_return false;
    pause = std::min(pause * 2, kLookIntervalMax);
  }
}

}  // namespace crmsync::connectors::sqlite
