// SPDX-License-Identifier: Apache-2.0
#include "connectors/simulator/service.hpp"

#include "connectors/simulator/control.hpp"

namespace crmsync::connectors::simulator {

Service::Service(ServiceOptions options)
    : crm_(options.crm), face_(crm_, options.face), deliveries_(options.deliveries) {}

http::Response Service::handle(http::Request const& request, engine::Timestamp now) {
  auto response = request.target.starts_with(kControlPrefix)
                      ? control(*this, request, now)
                      : face_.handle(request, simulated(now));
  advance(now);
  return response;
}

void Service::advance(engine::Timestamp now) {
  crm_.advance(simulated(now));
  if (!crm_.events().empty()) deliveries_.add(crm_.events(), face_.faults(), simulated(now));
}

}  // namespace crmsync::connectors::simulator
