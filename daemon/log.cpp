// SPDX-License-Identifier: Apache-2.0
#include "daemon/log.hpp"

#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <cstdio>
#include <cstdlib>

namespace crmsync::daemon::log {

namespace {

// One line stays one line, whatever a name or a vendor's message contains.
std::string one_line(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (char const c : text) {
    bool const control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    out += control ? ' ' : c;
  }
  return out;
}

std::string line_of(std::string_view event, Facts const& facts) {
  auto line = one_line(event);
  for (auto const& [key, value] : facts) {
    line += ' ';
    line += key;
    line += '=';
    auto const text = one_line(value);
    bool const quote = text.find(' ') != std::string::npos;
    line += quote ? "\"" + text + "\"" : text;
  }
  return line;
}

}  // namespace

void start() {
  auto logger = spdlog::stderr_logger_st("crmsyncd");
  // systemd sets JOURNAL_STREAM; then it stamps the time and reads the priority prefix.
  if (std::getenv("JOURNAL_STREAM") != nullptr)
    logger->set_pattern("%v");
  else
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e%z %l %v");
  spdlog::set_default_logger(std::move(logger));
  spdlog::flush_on(spdlog::level::info);
}

void set_level(std::string_view level) {
  spdlog::set_level(spdlog::level::from_str(std::string(level == "warn" ? "warning" : level)));
}

void info(std::string_view event, Facts const& facts) {
  spdlog::info("{}", line_of(event, facts));
}
void warn(std::string_view event, Facts const& facts) {
  spdlog::warn("{}", line_of(event, facts));
}

void error(engine::Error const& error, Facts const& facts) {
  spdlog::error("{}", line_of(error.message(), facts));
}

void diagnostic(mappings::Diagnostic const& one) {
  auto const text = mappings::render(one);
  std::fprintf(stderr, "%s\n", text.c_str());
}

void ready() {
  std::puts("ready");
  std::fflush(stdout);
}

void say(std::string_view line) {
  std::printf("%.*s\n", static_cast<int>(line.size()), line.data());
  std::fflush(stdout);
}

}  // namespace crmsync::daemon::log
