// Every path the connector uses, for both URL families, in one table.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace crmsync::connectors::hubspot::wire {

enum class RouteId : std::uint8_t {
  list,
  read,
  search,
  batch_read,
  batch_create,
  batch_update,
  batch_upsert,
  batch_archive,
  gdpr_delete,
  properties,
  object_schema,
  account,
};

struct Target {
  std::string method;
  std::string path;  // encoded, without query
};

// Letters, digits, '_' and '-', at most 100, with a letter or digit first: standard names, custom
// names, fully qualified names and type ids such as "2-3465404".
bool is_object_name(std::string_view name) noexcept;
// Record ids are decimal digits.
bool is_record_id(std::string_view id) noexcept;

class Routes {
 public:
  // "v3" (legacy) or a dated release such as "2026-09"; config_invalid otherwise.
  static engine::Result<Routes> make(std::string_view api_version);

  // `object` must satisfy is_object_name, `id` is_record_id where the route has one.
  Target target(RouteId route, std::string_view object = {}, std::string_view id = {}) const;
  std::string const& version() const noexcept { return version_; }
  bool legacy() const noexcept { return legacy_; }

 private:
  Routes(std::string version, bool legacy) : version_(std::move(version)), legacy_(legacy) {}
  std::string version_;
  bool legacy_;
};

}  // namespace crmsync::connectors::hubspot::wire
