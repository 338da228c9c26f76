// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/sim_runtime.hpp"

#include <boost/asio/associated_cancellation_slot.hpp>
#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace crmsync::simulation {

namespace asio = boost::asio;
using connectors::Executor;
using connectors::Task;

SimRuntime::SimRuntime(engine::Timestamp wall_start, Tape schedule, Tape jitter)
    : wall_start_(wall_start), schedule_(schedule), jitter_(jitter) {
  boot();
}

SimRuntime::~SimRuntime() {
  crash();
}

void SimRuntime::boot() {
  work_.reset();
  context_ = std::make_unique<Context>();
  work_.emplace(context_->get_executor());
}

void SimRuntime::crash() {
  std::vector<std::unique_ptr<Waiter>> orphans;
  for (auto& slot : slots_) {
    if (!slot.waiter) continue;
    orphans.push_back(std::move(slot.waiter));
    slot.order = 0;
  }
  orphans.clear();  // their coroutines are unwound by the context, which ends with kill()
  work_.reset();
  context_->kill();
}

std::chrono::steady_clock::time_point SimRuntime::steady_now() noexcept {
  return std::chrono::steady_clock::time_point(std::chrono::hours(1) +
                                               std::chrono::microseconds(time_));
}

milliseconds SimRuntime::latency(milliseconds low, milliseconds high) {
  return milliseconds(schedule_.between(low.count(), high.count()));
}

SimRuntime::Slot& SimRuntime::occupy(SimTime when) {
  std::size_t index = slots_.size();
  if (free_.empty()) {
    slots_.emplace_back();
  } else {
    index = free_.back();
    free_.pop_back();
  }
  auto& slot = slots_[index];
  slot.order = next_order_++;
  heap_.push_back(
      {std::max(when, time_), static_cast<std::uint32_t>(schedule_.below(64)), slot.order, index});
  std::ranges::push_heap(heap_, std::greater<>{});
  return slot;
}

void SimRuntime::at(SimTime when, std::function<void()> happens) {
  occupy(when).happens = std::move(happens);
}

void SimRuntime::cancel(std::size_t index, std::uint64_t order) {
  auto& slot = slots_[index];
  if (slot.order != order || !slot.waiter) return;
  slot.order = 0;
  asio::post(context_->get_executor(),
             [waiter = std::move(slot.waiter)]() mutable { waiter->wake(false); });
}

Task<bool> SimRuntime::sleep(milliseconds delay) {
  auto const when = time_ + std::max<SimTime>(delay.count(), 0) * kMilli;
  auto initiate = [this, when]<class Handler>(Handler handler) {
    auto slot = asio::get_associated_cancellation_slot(handler);
    auto& place = occupy(when);
    auto const index = static_cast<std::size_t>(&place - slots_.data());
    auto const order = place.order;
    place.waiter = std::make_unique<HandlerWaiter<Handler>>(std::move(handler));
    if (slot.is_connected())
      slot.assign([this, index, order](asio::cancellation_type_t) { cancel(index, order); });
  };
  return asio::async_initiate<asio::use_awaitable_t<Executor> const, void(bool)>(
      std::move(initiate), connectors::use_task);
}

// Everything that is ready now, one by one: a power cut in the middle leaves the rest undone.
void SimRuntime::settle() {
  while (!stop_requested_ && context_->poll_one() > 0) ++events_;
}

bool SimRuntime::step(SimTime until) {
  settle();
  while (!stop_requested_ && !heap_.empty() && heap_.front().time <= until) {
    std::ranges::pop_heap(heap_, std::greater<>{});
    auto const entry = heap_.back();
    heap_.pop_back();
    auto& slot = slots_[entry.slot];
    bool const current = slot.order == entry.order;
    auto happens = std::exchange(slot.happens, nullptr);
    auto waiter = std::move(slot.waiter);
    slot.order = 0;
    free_.push_back(entry.slot);
    if (!current) continue;
    time_ = entry.time;
    ++events_;
    if (waiter)
      waiter->wake(true);
    else
      happens();
    settle();
    return true;
  }
  return false;
}

void SimRuntime::run_until(SimTime until) {
  while (step(until)) {
  }
  if (!stop_requested_) time_ = std::max(time_, until);
}

}  // namespace crmsync::simulation
