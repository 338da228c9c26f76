// Sends the deliveries that are due to the subscriber's URL, some at a time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/http/client.hpp"
#include "connectors/http/event.hpp"
#include "connectors/runtime.hpp"
#include "connectors/simulator/service.hpp"
#include "engine/error.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace crmsync::connectors::simulator {

struct SenderOptions {
  std::string url;     // http://127.0.0.1:8080/hooks/hubspot
  std::string secret;  // signs; never shown
  std::chrono::milliseconds answer_timeout{5'000};
};

// Belongs to the runtime's thread. `service` and `runtime` must outlive it and run() must have
// ended before it goes.
class EventSender {
 public:
  // config_invalid when the URL cannot be used.
  static engine::Result<std::unique_ptr<EventSender>> make(SenderOptions options, Service& service,
                                                           Runtime& runtime);

  // Ends soon after stop(). At most one at a time.
  Task<void> run();
  // There may be something new to deliver.
  void wake() { timer_.cancel(); }
  void stop() {
    stopping_ = true;
    timer_.cancel();
  }

 private:
  EventSender(SenderOptions options, std::string target, std::unique_ptr<http::Client> client,
              Service& service, Runtime& runtime);
  static Task<void> deliver(EventSender& self, faces::Delivery delivery);

  SenderOptions options_;
  std::string target_;  // path and query of the URL
  std::unique_ptr<http::Client> client_;
  Service& service_;
  Runtime& runtime_;
  http::Timer timer_;
  bool stopping_ = false;
};

}  // namespace crmsync::connectors::simulator
