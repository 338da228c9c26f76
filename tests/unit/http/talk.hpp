// A handler that says what arrived, and the shortest way to ask it.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/unit/http/loopback.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace crmsync::connectors::http {

// "METHOD TARGET [BODY]" and every X- header; /who answers with uid:gid, /from with the address.
Task<Response> describe(Request request, Peer peer);
// Sends these bytes, nothing more, and reads to the end of the connection.
std::string talk(ServerThread const& server, std::string_view bytes);
// What follows the first empty line.
std::string body_of(std::string const& answer);
std::size_t count(std::string const& text, std::string_view part);
std::chrono::milliseconds passed_since(std::chrono::steady_clock::time_point start);

}  // namespace crmsync::connectors::http
