// Webhooks: authenticated, stored, then answered. A webhook is a hint; nothing it says is believed.
// POST /hooks/CONNECTION
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/http/server.hpp"

namespace crmsync::daemon {

class Service;

connectors::http::Handler webhook_handler(Service& service);

}  // namespace crmsync::daemon
