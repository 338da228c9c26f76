// The suite's base: one fixture per test, its connector and endpoint, and the loops that a caller
// of a connector runs.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/conformance/fixture.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>

#include <gtest/gtest.h>

#include <deque>
#include <exception>
#include <set>
#include <stdexcept>
#include <utility>

namespace crmsync::tests::conformance {

using connectors::Operation;
using connectors::OperationKind;
using connectors::Receipt;
using connectors::Task;
using engine::Errc;
using engine::Observation;
using engine::Presence;
using engine::RecordKey;
using engine::Result;

// Nothing a connector does may take longer; past it a test fails instead of hanging.
inline constexpr std::chrono::seconds kCallMax{60};

struct Drained {
  std::vector<engine::ChangeEvent> events;
  engine::Cursor cursor;
  std::size_t pages = 0;

  bool has(RecordKey const& key) const;
  std::set<RecordKey> keys() const;
};

template <class T>
Task<void> keep(Task<T> task, std::optional<T>& out) {
  T value = co_await std::move(task);
  out.emplace(std::move(value));
}

class ConnectorConformance : public testing::TestWithParam<FixtureRow> {
 protected:
  void SetUp() override;
  void TearDown() override;

  // Runs one call to its end on the control thread.
  template <class T>
  T await(Task<T> task) {
    std::optional<T> out;
    run(keep(std::move(task), out), nullptr, 0);
    if (!out) throw std::runtime_error("the call did not end");
    return std::move(*out);
  }
  // Starts a call, lets `turns` events pass, cancels it, and waits for its end. Empty: it ended by
  // an exception, which only a cancellation may cause.
  template <class T>
  std::optional<T> await_cancelled(Task<T> task, std::size_t turns, bool& was_cancelled) {
    std::optional<T> out;
    was_cancelled = run(keep(std::move(task), out), &signals_.emplace_back(), turns);
    return out;
  }

  // A new connector on the same system, described and prepared, as after a restart of the daemon.
  void restart();
  Fixture& system() { return *fixture_; }
  connectors::Connector& connector() { return *connector_; }
  connectors::Endpoint& endpoint() { return *endpoint_; }
  connectors::Description const& description() const { return description_; }
  connectors::Capabilities const& can() const { return description_.capabilities; }
  Names const& names() const { return names_; }

  engine::Cursor start_cursor();
  // One page; a failure fails the test.
  connectors::ChangePage page(engine::Cursor const& cursor);
  // Pages until nothing more is there; fails when `pages_max` do not suffice.
  Drained drain(engine::Cursor cursor, std::size_t pages_max);
  std::vector<Observation> snapshot();
  Observation fetch(RecordKey const& key);
  std::vector<Receipt> apply(std::vector<Operation> operations);

  RecordKey create_one(UserRow const& row = {});
  static UserRow row(std::string text, Text note = {}, Text exact = {}, Text number = {});
  Operation creation(std::uint64_t op_id, std::string text) const;
  Operation update(std::uint64_t op_id, RecordKey const& key, std::string_view field,
                   engine::Value value, engine::Value seen) const;
  static std::size_t pages_for(std::size_t records, std::size_t page);

 private:
  bool run(Task<void> task, connectors::asio::cancellation_signal* signal, std::size_t turns);

  // Asio delivers a cancellation by an event of its own, which may come after the call's end.
  std::deque<connectors::asio::cancellation_signal> signals_;
  std::unique_ptr<Fixture> fixture_;
  Names names_;
  std::unique_ptr<connectors::Connector> connector_;
  std::unique_ptr<connectors::Endpoint> endpoint_;
  connectors::Description description_;
};

engine::Value text(std::string_view value);
engine::Value decimal(std::string_view value);

}  // namespace crmsync::tests::conformance
