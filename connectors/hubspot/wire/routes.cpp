// SPDX-License-Identifier: Apache-2.0
#include "connectors/hubspot/wire/routes.hpp"

#include "engine/invariant.hpp"

#include <algorithm>
#include <array>

namespace crmsync::connectors::hubspot::wire {

namespace {

// {v} is the dated release, {T} the object type, {id} the record.
struct Row {
  RouteId id;
  std::string_view method;
  std::string_view dated;
  std::string_view legacy;
};

constexpr std::array kRows{
    Row{RouteId::list, "GET", "/crm/objects/{v}/{T}", "/crm/v3/objects/{T}"},
    Row{RouteId::read, "GET", "/crm/objects/{v}/{T}/{id}", "/crm/v3/objects/{T}/{id}"},
    Row{RouteId::search, "POST", "/crm/objects/{v}/{T}/search", "/crm/v3/objects/{T}/search"},
    Row{RouteId::batch_read, "POST", "/crm/objects/{v}/{T}/batch/read",
        "/crm/v3/objects/{T}/batch/read"},
    Row{RouteId::batch_create, "POST", "/crm/objects/{v}/{T}/batch/create",
        "/crm/v3/objects/{T}/batch/create"},
    Row{RouteId::batch_update, "POST", "/crm/objects/{v}/{T}/batch/update",
        "/crm/v3/objects/{T}/batch/update"},
    Row{RouteId::batch_upsert, "POST", "/crm/objects/{v}/{T}/batch/upsert",
        "/crm/v3/objects/{T}/batch/upsert"},
    Row{RouteId::batch_archive, "POST", "/crm/objects/{v}/{T}/batch/archive",
        "/crm/v3/objects/{T}/batch/archive"},
    Row{RouteId::gdpr_delete, "POST", "/crm/objects/{v}/{T}/gdpr-delete",
        "/crm/v3/objects/{T}/gdpr-delete"},
    Row{RouteId::properties, "GET", "/crm/properties/{v}/{T}", "/crm/v3/properties/{T}"},
    Row{RouteId::object_schema, "GET", "/crm-object-schemas/{v}/schemas/{T}",
        "/crm-object-schemas/v3/schemas/{T}"},
    // Account information has no dated form yet.
    Row{RouteId::account, "GET", "/account-info/v3/details", "/account-info/v3/details"},
};

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

bool is_name_char(char c) noexcept {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
}

// A release is a year and one of the two release months.
bool is_dated(std::string_view version) noexcept {
  return version.size() == 7 && version.starts_with("20") && is_digit(version[2]) &&
         is_digit(version[3]) && (version.ends_with("-03") || version.ends_with("-09"));
}

}  // namespace

bool is_object_name(std::string_view name) noexcept {
  if (name.empty() || name.size() > 100 || name.front() == '_' || name.front() == '-') return false;
  return std::all_of(name.begin(), name.end(), is_name_char);
}

bool is_record_id(std::string_view id) noexcept {
  return !id.empty() && id.size() <= 20 && std::all_of(id.begin(), id.end(), is_digit);
}

engine::Result<Routes> Routes::make(std::string_view api_version) {
  bool const legacy = api_version == "v3";
  if (!legacy && !is_dated(api_version))
    return engine::make_error(engine::Errc::config_invalid, "hubspot: api_version",
                              "it is neither `v3` nor a dated release",
                              "write a release such as `2026-09`, or `v3`");
  return Routes(std::string(api_version), legacy);
}

Target Routes::target(RouteId route, std::string_view object, std::string_view id) const {
  auto const row = std::find_if(kRows.begin(), kRows.end(),
                                [route](Row const& candidate) { return candidate.id == route; });
  CRMSYNC_INVARIANT(row != kRows.end());
  std::string_view rest = legacy_ ? row->legacy : row->dated;
  Target result;
  result.method = row->method;
  while (!rest.empty()) {
    auto const open = rest.find('{');
    result.path += rest.substr(0, open);
    if (open == std::string_view::npos) break;
    auto const close = rest.find('}', open);
    auto const name = rest.substr(open + 1, close - open - 1);
    if (name == "v") result.path += version_;
    if (name == "T") {
      CRMSYNC_INVARIANT(is_object_name(object));
      result.path += object;
    }
    if (name == "id") {
      CRMSYNC_INVARIANT(is_record_id(id));
      result.path += id;
    }
    rest.remove_prefix(close + 1);
  }
  return result;
}

}  // namespace crmsync::connectors::hubspot::wire
