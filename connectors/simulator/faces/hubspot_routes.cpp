// SPDX-License-Identifier: Apache-2.0
#include "connectors/simulator/faces/hubspot_routes.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace crmsync::connectors::simulator::faces {
namespace {

using enum Effect;
constexpr auto kBare = Body::none;
constexpr auto kBody = Body::required;

// {V}: a dated release.
struct Prefix {
  std::string_view tag, legacy, dated;
};
constexpr std::array<Prefix, 8> kPrefixes{{
    {"@objects", "crm/v3/objects", "crm/objects/{V}"},
    {"@links", "crm/v4/objects", "crm/objects/{V}"},
    {"@associations", "crm/v4/associations", "crm/associations/{V}"},
    {"@properties", "crm/v3/properties", "crm/properties/{V}"},
    {"@pipelines", "crm/v3/pipelines", "crm/pipelines/{V}"},
    {"@owners", "crm/v3/owners", "crm/owners/{V}"},
    {"@schemas", "crm-object-schemas/v3/schemas", "crm-object-schemas/{V}/schemas"},
    {"@account", "account-info/v3/details", "account-info/{V}/details"},
}};
constexpr std::array<std::string_view, 3> kReleases{"2025-09", "2026-03", "2026-09"};

// Literal segments stand before parameters in the same place: the first row that fits is taken.
constexpr std::array kRoutes{
    Route{"POST", "@objects/{T}/search", "search", searches, kBody, search_objects},
    Route{"POST", "@objects/{T}/merge", "merge", writes, kBody, merge_objects},
    Route{"POST", "@objects/{T}/gdpr-delete", "gdpr_delete", writes, kBody, gdpr_delete},
    Route{"POST", "@objects/{T}/batch/read", "batch_read", reads, kBody, batch_read},
    Route{"POST", "@objects/{T}/batch/create", "batch_create", writes, kBody, batch_create},
    Route{"POST", "@objects/{T}/batch/update", "batch_update", writes, kBody, batch_update},
    Route{"POST", "@objects/{T}/batch/upsert", "batch_upsert", writes, kBody, batch_upsert},
    Route{"POST", "@objects/{T}/batch/archive", "batch_archive", writes, kBody, batch_archive},
    Route{"GET", "@objects/{T}", "list", reads, kBare, list_objects},
    Route{"POST", "@objects/{T}", "create", writes, kBody, create_object},
    Route{"GET", "@objects/{T}/{id}", "read", reads, kBare, read_object},
    Route{"PATCH", "@objects/{T}/{id}", "update", writes, kBody, update_object},
    Route{"DELETE", "@objects/{T}/{id}", "archive", writes, kBare, archive_object},

    Route{"PUT", "@links/{T}/{id}/associations/default/{To}/{toId}", "associate_default", writes,
          kBare, put_default_association},
    Route{"GET", "@links/{T}/{id}/associations/{To}", "association_read", reads, kBare,
          read_association_edges},
    Route{"PUT", "@links/{T}/{id}/associations/{To}/{toId}", "associate", writes, kBody,
          put_association},
    Route{"DELETE", "@links/{T}/{id}/associations/{To}/{toId}", "dissociate", writes, kBare,
          delete_association},
    Route{"POST", "@associations/{T}/{To}/batch/create", "associations_create", writes, kBody,
          batch_create_associations},
    Route{"POST", "@associations/{T}/{To}/batch/associate/default", "associations_default", writes,
          kBody, batch_default_associations},
    Route{"POST", "@associations/{T}/{To}/batch/read", "associations_read", reads, kBody,
          batch_read_associations},
    Route{"POST", "@associations/{T}/{To}/batch/archive", "associations_archive", writes, kBody,
          batch_archive_associations},
    Route{"POST", "@associations/{T}/{To}/batch/labels/archive", "labels_archive", writes, kBody,
          batch_archive_labels},
    Route{"GET", "@associations/{T}/{To}/labels", "labels", reads, kBare, list_association_labels},
    Route{"POST", "@associations/{T}/{To}/labels", "label_create", writes, kBody,
          create_association_label},

    Route{"POST", "@properties/{T}/batch/create", "properties_create", writes, kBody,
          batch_create_properties},
    Route{"POST", "@properties/{T}/batch/read", "properties_read", reads, kBody,
          batch_read_properties},
    Route{"GET", "@properties/{T}/groups", "property_groups", reads, kBare, list_property_groups},
    Route{"POST", "@properties/{T}/groups", "property_group_create", writes, kBody,
          create_property_group},
    Route{"GET", "@properties/{T}", "properties", reads, kBare, list_properties},
    Route{"POST", "@properties/{T}", "property_create", writes, kBody, create_property},
    Route{"GET", "@properties/{T}/{name}", "property", reads, kBare, read_property},
    Route{"PATCH", "@properties/{T}/{name}", "property_change", writes, kBody, change_property},
    Route{"DELETE", "@properties/{T}/{name}", "property_archive", writes, kBare, archive_property},

    Route{"GET", "@pipelines/{T}", "pipelines", reads, kBare, list_pipelines},
    Route{"GET", "@pipelines/{T}/{pipelineId}", "pipeline", reads, kBare, read_pipeline},
    Route{"GET", "@pipelines/{T}/{pipelineId}/stages", "stages", reads, kBare, list_stages},
    Route{"GET", "@owners", "owners", reads, kBare, list_owners},
    Route{"GET", "@owners/{ownerId}", "owner", reads, kBare, read_owner},
    Route{"GET", "@account", "account", reads, kBare, account_details},
    Route{"GET", "@schemas", "schemas", reads, kBare, list_schemas},
    Route{"POST", "@schemas", "schema_create", writes, kBody, create_schema},
    Route{"GET", "@schemas/{T}", "schema", reads, kBare, read_schema},
    Route{"POST", "oauth/v2/private-apps/get/access-token-info", "token_info", reads, kBody,
          private_app_token_info},
    Route{"GET", "oauth/v1/access-tokens/{token}", "access_token", reads, kBare, access_token_info},
};

std::vector<std::string_view> segments_of(std::string_view path) {
  std::vector<std::string_view> segments;
  while (!path.empty()) {
    auto const end = std::min(path.find('/'), path.size());
    if (end > 0) segments.push_back(path.substr(0, end));
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return segments;
}

// The pattern of one family with its prefix written out; empty when it has none there.
std::string expand(std::string_view pattern, bool legacy) {
  if (!pattern.starts_with('@')) return legacy ? std::string(pattern) : std::string();
  auto const end = std::min(pattern.find('/'), pattern.size());
  for (auto const& prefix : kPrefixes)
    if (prefix.tag == pattern.substr(0, end))
      return std::string(legacy ? prefix.legacy : prefix.dated) + std::string(pattern.substr(end));
  return {};
}

struct Compiled {
  Route const* route;
  bool legacy;
  std::string text;  // what `segments` points into
  std::vector<std::string_view> segments;
};

std::vector<Compiled> compile() {
  std::vector<Compiled> compiled;
  compiled.reserve(kRoutes.size() * 2);
  for (auto const& route : kRoutes)
    for (bool const legacy : {true, false}) {
      auto text = expand(route.pattern, legacy);
      if (text.empty()) continue;
      compiled.push_back({&route, legacy, std::move(text), {}});
      compiled.back().segments = segments_of(compiled.back().text);
    }
  return compiled;
}

using Params = std::map<std::string, std::string, std::less<>>;

std::optional<Params> fit(std::vector<std::string_view> const& pattern,
                          std::vector<std::string_view> const& path) {
  if (pattern.size() != path.size()) return std::nullopt;
  Params params;
  for (std::size_t i = 0; i < path.size(); ++i) {
    if (!pattern[i].starts_with('{')) {
      if (pattern[i] != path[i]) return std::nullopt;
      continue;
    }
    std::string value;
    if (!http::decode_component(path[i], value)) return std::nullopt;
    auto const name = pattern[i].substr(1, pattern[i].size() - 2);
    if (name == "V" && std::ranges::find(kReleases, value) == kReleases.end()) return std::nullopt;
    params.emplace(name, std::move(value));
  }
  return params;
}

}  // namespace

std::span<Route const> routes() {
  return kRoutes;
}

Match match_route(std::string_view method, std::string_view path) {
  static std::vector<Compiled> const compiled = compile();
  auto const segments = segments_of(path);
  Match match;
  for (auto const& candidate : compiled) {
    auto params = fit(candidate.segments, segments);
    if (!params) continue;
    match.path_exists = true;
    if (candidate.route->method != method) continue;
    match.route = candidate.route;
    match.legacy = candidate.legacy;
    match.params = std::move(*params);
    return match;
  }
  return match;
}

}  // namespace crmsync::connectors::simulator::faces
