// SPDX-License-Identifier: Apache-2.0
#include "connectors/sqlite/sqlite.hpp"

#include "connectors/sqlite/connection.hpp"

#include <charconv>
#include <optional>

namespace crmsync::connectors::sqlite {

namespace {

constexpr std::string_view kBusyTimeoutDefault = "5s";

constexpr ConnectionKey kKeys[] = {
    {"path", "path", true, "", "The database file. It must exist: crmsync never creates it."},
    {"busy_timeout", "duration", false, kBusyTimeoutDefault,
     "How long one statement waits for another process's lock before it is tried again later."},
};

struct UnitRow {
  std::string_view name;
  std::int64_t milliseconds;
};
constexpr UnitRow kUnits[] = {{"ms", 1}, {"s", 1000}, {"m", 60'000}};
constexpr std::int64_t kBusyTimeoutMaxMs = 60'000;

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  std::int64_t number = 0;
  auto const* end = text.data() + text.size();
  auto const read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc{} || number < 0 || number > kBusyTimeoutMaxMs) return std::nullopt;
  std::string_view const unit(read.ptr, static_cast<std::size_t>(end - read.ptr));
  for (auto const& row : kUnits)
    if (row.name == unit && number * row.milliseconds <= kBusyTimeoutMaxMs)
      return std::chrono::milliseconds(number * row.milliseconds);
  return std::nullopt;
}

Result<std::unique_ptr<Connector>> make(ConnectionConfig const& config, Runtime& runtime) {
  auto const op = "connection " + config.name;
  auto const path = config.values.find("path");
  if (path == config.values.end() || path->second.empty())
    return engine::make_error(engine::Errc::config_invalid, op, "`path` is missing",
                              "name the database file");
  if (path->second.find('\0') != std::string::npos)
    return engine::make_error(engine::Errc::config_invalid, op, "`path` holds a NUL", "correct it");
  auto const timeout = config.values.find("busy_timeout");
  auto const waited = parse_duration(
      timeout == config.values.end() ? kBusyTimeoutDefault : std::string_view(timeout->second));
  if (!waited)
    return engine::make_error(engine::Errc::config_invalid, op,
                              "`busy_timeout` is not a duration from 0ms to 60s",
                              "write it like `5s` or `500ms`");
  std::unique_ptr<Connector> connector =
      std::make_unique<SqliteConnector>(runtime, config.name, path->second, *waited);
  return connector;
}

}  // namespace

ConnectorRow connector_row() {
  return {"sqlite", ConnectorRole::app, kKeys, &make};
}

}  // namespace crmsync::connectors::sqlite
