// Every path of the HubSpot face, in both URL families, in one table.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/simulator/faces/hubspot_call.hpp"

#include <cstdint>
#include <span>
#include <string_view>

namespace crmsync::connectors::simulator::faces {

enum class Effect : std::uint8_t { reads, searches, writes };
enum class Body : std::uint8_t { none, required };

struct Route {
  std::string_view method;
  // Starts with the tag of a prefix (see hubspot_routes.cpp) and names parameters in braces.
  std::string_view pattern;
  std::string_view name;  // for statistics, faults and logs
  Effect effect;
  Body body;
  Handler handler;
};

std::span<Route const> routes();

struct Match {
  Route const* route = nullptr;
  bool legacy = true;
  bool path_exists = false;  // some other method is served here
  std::map<std::string, std::string, std::less<>> params;
};
// `path` without query, as sent. A trailing slash does not matter.
Match match_route(std::string_view method, std::string_view path);

// The handlers, one file per concern.
http::Response list_objects(Call& call);
http::Response read_object(Call& call);
http::Response create_object(Call& call);
http::Response update_object(Call& call);
http::Response archive_object(Call& call);
http::Response merge_objects(Call& call);
http::Response gdpr_delete(Call& call);
http::Response batch_read(Call& call);
http::Response batch_create(Call& call);
http::Response batch_update(Call& call);
http::Response batch_upsert(Call& call);
http::Response batch_archive(Call& call);
http::Response search_objects(Call& call);
http::Response list_properties(Call& call);
http::Response read_property(Call& call);
http::Response create_property(Call& call);
http::Response change_property(Call& call);
http::Response archive_property(Call& call);
http::Response batch_create_properties(Call& call);
http::Response batch_read_properties(Call& call);
http::Response list_property_groups(Call& call);
http::Response create_property_group(Call& call);
http::Response read_association_edges(Call& call);
http::Response put_association(Call& call);
http::Response put_default_association(Call& call);
http::Response delete_association(Call& call);
http::Response batch_create_associations(Call& call);
http::Response batch_default_associations(Call& call);
http::Response batch_read_associations(Call& call);
http::Response batch_archive_associations(Call& call);
http::Response batch_archive_labels(Call& call);
http::Response list_association_labels(Call& call);
http::Response create_association_label(Call& call);
http::Response list_pipelines(Call& call);
http::Response read_pipeline(Call& call);
http::Response list_stages(Call& call);
http::Response list_owners(Call& call);
http::Response read_owner(Call& call);
http::Response account_details(Call& call);
http::Response private_app_token_info(Call& call);
http::Response access_token_info(Call& call);
http::Response list_schemas(Call& call);
http::Response read_schema(Call& call);
http::Response create_schema(Call& call);

}  // namespace crmsync::connectors::simulator::faces
