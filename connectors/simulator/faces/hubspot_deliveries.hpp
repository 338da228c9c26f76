// Which webhook deliveries are due, what becomes of failed ones, and what the faults do to them.
// Pure: whoever sends asks what is due and tells how it went.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/simulator/faces/hubspot_events.hpp"
#include "connectors/simulator/model/fault.hpp"
#include "connectors/simulator/model/random.hpp"

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <vector>

namespace crmsync::connectors::simulator::faces {

struct DeliveryOptions {
  std::size_t events_max = 100;  // per delivery
  std::size_t parallel_max = 10;
  int retries_max = 10;
  // The vendor spreads its retries over 24 hours; here the first waits this long, each further one
  // twice as long, with jitter.
  std::int64_t retry_unit_ms = 250;
  std::uint64_t seed = 1;
};

struct Delivery {
  std::vector<NumberedEvent> events;
  int attempt = 0;
};

class Deliveries {
 public:
  explicit Deliveries(DeliveryOptions options) : options_(options), random_(options.seed) {}

  // Takes the events away and groups them.
  void add(std::deque<model::Event>& events, model::Faults& faults, engine::Timestamp now);
  // What may leave now; each is under way until finished() is called for it.
  std::vector<Delivery> due(engine::Timestamp now);
  void finished(Delivery delivery, bool accepted, engine::Timestamp now);
  // When there is something to send next; empty when nothing waits or all places are taken.
  std::optional<engine::Timestamp> next_due() const;

  std::size_t waiting() const noexcept { return waiting_.size(); }
  std::size_t under_way() const noexcept { return under_way_; }
  std::uint64_t accepted() const noexcept { return accepted_; }
  std::uint64_t refused() const noexcept { return refused_; }
  std::uint64_t given_up() const noexcept { return given_up_; }

 private:
  DeliveryOptions options_;
  model::Random random_;
  std::multimap<engine::Timestamp, Delivery> waiting_;
  std::size_t under_way_ = 0;
  std::uint64_t next_event_id_ = 1;
  std::uint64_t accepted_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t given_up_ = 0;
};

}  // namespace crmsync::connectors::simulator::faces
