// The log: one line per event, key=value facts behind it. Never a field's value, a match value or a
// credential. Goes to stderr; under systemd each line carries its priority for the journal.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/error.hpp"
#include "mappings/diagnostic.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crmsync::daemon::log {

using Facts = std::vector<std::pair<std::string_view, std::string>>;

void start();
void set_level(std::string_view level);  // "error", "warn", "info", "debug"
void info(std::string_view event, Facts const& facts);
void warn(std::string_view event, Facts const& facts);
void error(engine::Error const& error, Facts const& facts = {});
// As the admin's terminal shows it: several lines.
void diagnostic(mappings::Diagnostic const& one);
// The machine-read first line on stdout.
void ready();
// A line of a report on stdout.
void say(std::string_view line);

}  // namespace crmsync::daemon::log
