// What the conformance suite needs of a system beside its connector: a person who works in it
// without us, its clock, and its failures. One implementation per connector, one row of
// fixture_table() per way of using it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/connector.hpp"
#include "tests/conformance/test_runtime.hpp"

#include <boost/asio/io_context.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <ostream>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace crmsync::tests::conformance {

using Text = std::optional<std::string>;  // empty: the field is left or made empty

// A record as a person types it.
struct UserRow {
  std::string text = "Ann";
  Text note;
  Text exact;
  Text number;
};

// Native names of the fields that the suite works with.
struct Names {
  std::string text;       // writable text
  std::string note;       // writable text that may be empty
  std::string exact;      // writable, keeps a decimal of 19 digits
  std::string number;     // writable, the system's usual type for numbers
  std::string read_only;  // the system computes it
};

struct Sizes {
  std::size_t page = 0;   // most records in one page of changes()
  std::size_t flood = 0;  // records of one stamp: more than one query of the system can see
};

enum class Fault : std::uint8_t {
  lost_before,   // the connection breaks before the system did anything
  lost_after,    // the system did it, the answer never arrives
  unavailable,   // 503
  unauthorized,  // 401
  too_many,      // 429 with Retry-After: 1
  locked,        // somebody else holds the write lock
};
std::string_view to_string(Fault fault) noexcept;

class Fixture {
 public:
  explicit Fixture(Sleep sleep) : runtime_(io_, sleep) {}
  Fixture(Fixture const&) = delete;
  Fixture& operator=(Fixture const&) = delete;
  virtual ~Fixture() = default;

  virtual connectors::EndpointSpec spec() const = 0;
  virtual Names names() const = 0;
  virtual Sizes sizes() const = 0;
  // A new connector on the same system, as after a restart.
  virtual std::unique_ptr<connectors::Connector> connect() = 0;

  // The person. Records of one call share one stamp.
  virtual std::vector<engine::RecordKey> create(std::vector<UserRow> const& rows) = 0;
  virtual void edit(std::vector<engine::RecordKey> const& keys, std::string_view field,
                    Text const& value) = 0;
  virtual void erase(engine::RecordKey const& key) = 0;
  // Gives the record another key (a merge into `into`, or a new primary key); empty when the
  // system knows no such thing or the connector cannot see it.
  virtual std::optional<engine::RecordKey> move(engine::RecordKey const& key,
                                                engine::RecordKey const& into) = 0;
  // Begins to create a record; what is returned finishes it. In between, younger records are
  // visible to changes() and this one is not: a transaction that commits late, an index that lags.
  virtual std::function<engine::RecordKey()> create_late() = 0;
  virtual Text stored(engine::RecordKey const& key, std::string_view field) = 0;
  virtual std::size_t live_records() = 0;

  // Moves the clocks until everything done so far is visible to changes().
  virtual void settle() = 0;
  // Until everything but a late record is.
  static constexpr milliseconds kMostlyVisible{2'100};

  // A value that this field does not take although its type is right.
  virtual engine::Value refused_value(std::string& field) const = 0;

  virtual std::vector<Fault> faults() const = 0;
  // The request after the next `skip` ones ends by `fault`, then everything works again. `locked`
  // holds until heal().
  virtual void fail(std::size_t skip, Fault fault) = 0;
  virtual void heal() = 0;
  virtual std::size_t requests() const = 0;  // answered since the start; 0: no requests to count
  // Runs while the request after the next `skip` ones is being answered.
  virtual void during_request(std::size_t skip, std::function<void()> act) = 0;

  connectors::asio::io_context& io() noexcept { return io_; }
  TestRuntime& runtime() noexcept { return runtime_; }

 private:
  connectors::asio::io_context io_{1};
  TestRuntime runtime_;
};

struct FixtureRow {
  std::string_view name;  // "sqlite_triggers"
  std::string_view type;  // the connector's, as in connector_table()
  std::unique_ptr<Fixture> (*make)();
};

std::span<FixtureRow const> fixture_table() noexcept;
void PrintTo(FixtureRow const& row, std::ostream* out);

}  // namespace crmsync::tests::conformance
