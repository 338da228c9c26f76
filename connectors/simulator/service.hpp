// One simulated account: the model, its vendor face, its webhooks and the control API beside them.
// Still no I/O and no clock: the program, and a test, hand in requests and the time.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/http/message.hpp"
#include "connectors/simulator/faces/hubspot_deliveries.hpp"
#include "connectors/simulator/faces/hubspot_face.hpp"
#include "connectors/simulator/model/crm.hpp"

#include <string>
#include <string_view>

namespace crmsync::connectors::simulator {

struct ServiceOptions {
  model::CrmOptions crm;
  faces::FaceOptions face;
  faces::DeliveryOptions deliveries;
};

class Service {
 public:
  explicit Service(ServiceOptions options);
  Service(Service const&) = delete;
  Service& operator=(Service const&) = delete;

  // `/_sim/...` is the control API, everything else the vendor's. `now` is the real time; the
  // simulated one may be ahead of it. See faces/hubspot_face.hpp for what a status of 0 and the
  // x-crmsync headers mean.
  http::Response handle(http::Request const& request, engine::Timestamp now);

  // Runs what is due without a request: workflows, the index, events to deliver.
  void advance(engine::Timestamp now);

  engine::Timestamp simulated(engine::Timestamp now) const noexcept {
    return engine::Timestamp{now.micros + ahead_micros_};
  }
  void skip(std::int64_t millis) noexcept { ahead_micros_ += millis * 1'000; }

  model::Crm& crm() noexcept { return crm_; }
  faces::HubspotFace& face() noexcept { return face_; }
  faces::Deliveries& deliveries() noexcept { return deliveries_; }

 private:
  model::Crm crm_;
  faces::HubspotFace face_;
  faces::Deliveries deliveries_;
  std::int64_t ahead_micros_ = 0;
};

}  // namespace crmsync::connectors::simulator
