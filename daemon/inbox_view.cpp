// What was refused, and what the guard holds. Names records, never their values.
// SPDX-License-Identifier: Apache-2.0
#include "daemon/json.hpp"
#include "daemon/service.hpp"
#include "daemon/views.hpp"

#include <xxhash.h>

#include <cstdio>

namespace crmsync::daemon {

engine::Result<std::string> errors_view(Service& service, std::string_view mapping) {
  if (!mapping.empty() && service.find_run(mapping) == nullptr) return no_mapping(service, mapping);
  auto rows = service.store().errors_after(0, kViewRowsMax);
  if (!rows) return rows.error();
  Json json;
  json.begin_object();
  json.member("schema_version", 1u);
  json.key("errors");
  json.begin_array();
  for (auto const& row : *rows) {
    std::string name;
    for (auto const& run : service.generation().runs)
      if (run->id == row.mapping) name = run->mapping.name;
    if (!mapping.empty() && name != mapping) continue;
    json.begin_object();
    json.member("id", row.id);
    json.member("mapping", name);
    json.member("key", row.key);
    json.member("key_side", to_string(row.record_side));
    json.member("refused_by", to_string(row.side));
    json.member("code", engine::to_string(row.code));
    json.member("what", row.op);
    json.member("why", row.detail);
    if (!row.hint.empty()) json.member("cure", row.hint);
    json.member("attempts", static_cast<std::uint64_t>(row.attempts));
    json.member("first_at", row.first_at);
    json.member("at", row.at);
    json.end_object();
  }
  json.end_array();
  json.member("more", rows->size() == kViewRowsMax);
  json.end_object();
  return json.str();
}

std::string held_digest(Service& service, std::string_view mapping) {
  auto* run = service.find_run(mapping);
  auto rows = service.store().held_after(0, kViewRowsMax);
  std::string text;
  if (run != nullptr && rows)
    for (auto const& row : *rows)
      if (row.mapping == run->id && !row.approved)
        text += std::to_string(row.id) + ":" + std::to_string(row.link) + ":" + row.what + ";";
  auto const digest = XXH3_64bits(text.data(), text.size());
  char out[17];
  std::snprintf(out, sizeof out, "%016llx", static_cast<unsigned long long>(digest));
  return out;
}

engine::Result<std::string> held_view(Service& service, std::string_view mapping) {
  if (!mapping.empty() && service.find_run(mapping) == nullptr) return no_mapping(service, mapping);
  auto rows = service.store().held_after(0, kViewRowsMax);
  if (!rows) return rows.error();
  Json json;
  json.begin_object();
  json.member("schema_version", 1u);
  json.key("held");
  json.begin_array();
  for (auto const& row : *rows) {
    std::string name;
    for (auto const& run : service.generation().runs)
      if (run->id == row.mapping) name = run->mapping.name;
    if (row.approved || (!mapping.empty() && name != mapping)) continue;
    auto link = service.store().link(row.link);
    json.begin_object();
    json.member("mapping", name);
    if (link && *link) {
      json.member("app_key", (*link)->app_key);
      json.member("crm_id", (*link)->crm_id);
    }
    json.member("what", row.what);
    json.member("side", to_string(row.side));
    json.member("at", row.at);
    json.end_object();
  }
  json.end_array();
  if (!mapping.empty()) json.member("digest", held_digest(service, mapping));
  json.end_object();
  return json.str();
}

}  // namespace crmsync::daemon
