// SPDX-License-Identifier: Apache-2.0
#include "connectors/simulator/faces/hubspot_deliveries.hpp"

#include <algorithm>

namespace crmsync::connectors::simulator::faces {
namespace {

constexpr std::int64_t kMicrosPerMilli = 1'000;
constexpr std::int64_t kDelayDefaultMs = 10'000;
constexpr std::int64_t kReorderMaxMs = 2'000;
constexpr std::string_view kRoute = "webhook";

}  // namespace

void Deliveries::add(std::deque<model::Event>& events, model::Faults& faults,
                     engine::Timestamp now) {
  while (!events.empty()) {
    Delivery delivery;
    while (!events.empty() && delivery.events.size() < options_.events_max) {
      delivery.events.push_back({next_event_id_++, std::move(events.front())});
      events.pop_front();
    }
    if (faults.draw(model::FaultKind::webhook_lost, kRoute)) continue;
    auto due_at = now;
    if (auto const fault = faults.draw(model::FaultKind::webhook_delay, kRoute))
      due_at.micros += (fault->delay_ms > 0 ? fault->delay_ms : kDelayDefaultMs) * kMicrosPerMilli;
    if (faults.draw(model::FaultKind::webhook_reorder, kRoute)) {
      for (std::size_t i = delivery.events.size(); i > 1; --i)
        std::swap(delivery.events[i - 1], delivery.events[random_.below(i)]);
      due_at.micros += static_cast<std::int64_t>(random_.below(kReorderMaxMs)) * kMicrosPerMilli;
    }
    if (faults.draw(model::FaultKind::webhook_dup, kRoute)) waiting_.emplace(due_at, delivery);
    waiting_.emplace(due_at, std::move(delivery));
  }
}

std::vector<Delivery> Deliveries::due(engine::Timestamp now) {
  std::vector<Delivery> ready;
  while (!waiting_.empty() && waiting_.begin()->first <= now &&
         under_way_ < options_.parallel_max) {
    ready.push_back(std::move(waiting_.begin()->second));
    waiting_.erase(waiting_.begin());
    ++under_way_;
  }
  return ready;
}

void Deliveries::finished(Delivery delivery, bool accepted, engine::Timestamp now) {
  --under_way_;
  if (accepted) {
    ++accepted_;
    return;
  }
  ++refused_;
  if (delivery.attempt >= options_.retries_max) {
    ++given_up_;
    return;
  }
  auto const unit = options_.retry_unit_ms << delivery.attempt;
  auto const jitter = static_cast<std::int64_t>(
      random_.below(static_cast<std::uint64_t>(std::max<std::int64_t>(unit / 2, 1))));
  ++delivery.attempt;
  waiting_.emplace(engine::Timestamp{now.micros + (unit + jitter) * kMicrosPerMilli},
                   std::move(delivery));
}

std::optional<engine::Timestamp> Deliveries::next_due() const {
  if (waiting_.empty() || under_way_ >= options_.parallel_max) return std::nullopt;
  return waiting_.begin()->first;
}

}  // namespace crmsync::connectors::simulator::faces
