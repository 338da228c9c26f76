// SPDX-License-Identifier: Apache-2.0
#include "connectors/simulator/event_sender.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>

#include <algorithm>

namespace crmsync::connectors::simulator {
namespace {

constexpr std::chrono::milliseconds kLookEvery{1'000};

}  // namespace

engine::Result<std::unique_ptr<EventSender>> EventSender::make(SenderOptions options,
                                                               Service& service, Runtime& runtime) {
  auto const scheme = options.url.find("://");
  auto const slash =
      scheme == std::string::npos ? std::string::npos : options.url.find('/', scheme + 3);
  if (scheme == std::string::npos)
    return engine::make_error(engine::Errc::config_invalid, "simulator: webhook URL",
                              "it has no scheme", "write http://HOST:PORT/PATH");
  http::ClientOptions client_options;
  client_options.base_url = options.url.substr(0, slash);
  auto client = http::make_client(std::move(client_options), runtime);
  if (!client) return client.error();
  std::string target = slash == std::string::npos ? "/" : options.url.substr(slash);
  return std::unique_ptr<EventSender>(
      new EventSender(std::move(options), std::move(target), std::move(*client), service, runtime));
}

EventSender::EventSender(SenderOptions options, std::string target,
                         std::unique_ptr<http::Client> client, Service& service, Runtime& runtime)
    : options_(std::move(options)),
      target_(std::move(target)),
      client_(std::move(client)),
      service_(service),
      runtime_(runtime),
      timer_(runtime.executor()) {}

Task<void> EventSender::run() {
  while (!stopping_) {
    auto const now = runtime_.now();
    service_.advance(now);
    auto ready = service_.deliveries().due(service_.simulated(now));
    for (auto& delivery : ready)
      asio::co_spawn(runtime_.executor(), deliver(*this, std::move(delivery)), asio::detached);
    std::chrono::microseconds wait = kLookEvery;
    if (auto const next = service_.deliveries().next_due())
      wait = std::clamp(std::chrono::microseconds(next->micros - service_.simulated(now).micros),
                        std::chrono::microseconds(0), std::chrono::microseconds(kLookEvery));
    timer_.expires_after(wait);
    co_await timer_.async_wait(asio::as_tuple(use_task));
  }
}

Task<void> EventSender::deliver(EventSender& self, faces::Delivery delivery) {
  auto const& account = self.service_.face().state().account;
  http::Request request;
  request.method = "POST";
  request.target = self.target_;
  request.body =
      faces::webhook_body(self.service_.crm(), account, delivery.events, delivery.attempt);
  // Signed with the real time: the receiver compares it with its own clock.
  request.headers = faces::webhook_headers(self.options_.secret, self.options_.url, request.body,
                                           self.runtime_.now());
  auto sending = self.client_->send(std::move(request), self.options_.answer_timeout);
  auto const answer = co_await std::move(sending);
  bool const accepted = answer && answer->status >= 200 && answer->status < 300;
  auto const now = self.service_.simulated(self.runtime_.now());
  self.service_.deliveries().finished(std::move(delivery), accepted, now);
  self.wake();
}

}  // namespace crmsync::connectors::simulator
