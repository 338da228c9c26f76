// From an origin to an open byte stream: look the name up, refuse addresses that must not be
// reached, connect, and secure.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/http/interrupt.hpp"
#include "connectors/http/origin.hpp"
#include "connectors/http/stream.hpp"
#include "connectors/runtime.hpp"

#include <chrono>
#include <memory>
#include <string>

namespace crmsync::connectors::http {

// All of it within `timeout`. On failure: transient (nothing was sent), forbidden (the name leads
// only to addresses that are never connected to), config_invalid (ca_file).
Task<engine::Status> dial(Origin const& origin, std::string const& ca_file,
                          std::chrono::milliseconds timeout, Runtime& runtime, Interrupt& interrupt,
                          std::unique_ptr<Stream>& opened);

}  // namespace crmsync::connectors::http
