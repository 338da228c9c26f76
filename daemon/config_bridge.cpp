// SPDX-License-Identifier: Apache-2.0
#include "daemon/config_bridge.hpp"

#include <algorithm>

namespace crmsync::daemon {

namespace {
constexpr std::string_view kPublicUrl = "webhook.public_url";
}  // namespace

std::vector<mappings::ConnectionTypeView> connection_types() {
  std::vector<mappings::ConnectionTypeView> out;
  for (auto const& row : connectors::connector_table()) {
    mappings::ConnectionTypeView view;
    view.type = row.type;
    view.is_crm = row.role == connectors::ConnectorRole::crm;
    for (auto const& key : row.keys)
      view.keys.push_back({std::string(key.name), std::string(key.kind), key.required,
                           std::string(key.default_value)});
    out.push_back(std::move(view));
  }
  return out;
}

connectors::ConnectionConfig connection_config(mappings::ConnectionFile const& file,
                                               mappings::DaemonSettings const& settings) {
  connectors::ConnectionConfig config;
  config.name = file.name;
  config.type = file.type;
  config.values.insert(file.values.begin(), file.values.end());
  config.secrets.insert(file.secrets.begin(), file.secrets.end());
  // One listener, one address: a connection names its own only where the CRM calls another one.
  auto const* type = connectors::find_connector(file.type);
  bool const hooks = type != nullptr && std::ranges::any_of(type->keys, [](auto const& key) {
                       return key.name == kPublicUrl;
                     });
  auto const own = config.values.find(std::string(kPublicUrl));
  if (hooks && !settings.webhooks_public_url.empty() &&
      (own == config.values.end() || own->second.empty()))
    config.values.insert_or_assign(std::string(kPublicUrl), settings.webhooks_public_url);
  return config;
}

mappings::SchemaView schema_view(connectors::ObjectSchema const& schema) {
  mappings::SchemaView view;
  for (auto const& field : schema.fields) {
    mappings::SchemaFieldView one;
    one.name = field.name;
    one.type = field.type;
    one.read_only = field.read_only;
    one.nullable = field.nullable;
    one.has_default = field.has_default;
    one.length_max = field.length_max;
    for (auto const& option : field.options) one.options.push_back(option.value);
    one.options_closed = field.options_closed;
    view.push_back(std::move(one));
  }
  return view;
}

connectors::EndpointSpec endpoint_spec(mappings::Mapping const& mapping, engine::Side side) {
  using Capture = connectors::EndpointSpec::Capture;
  connectors::EndpointSpec spec;
  spec.mapping = mapping.name;
  spec.fields = mapping.native_fields(side);
  spec.writable = mapping.writable_fields(side);
  spec.history = mapping.stamped_fields(side);
  if (side == engine::Side::app) {
    spec.object = mapping.app.object;
    spec.key = mapping.app.key;
    spec.changed_at = mapping.app.changed_at;
    spec.deleted_field = mapping.app.deleted_field;
    switch (mapping.app.capture) {
      case mappings::Capture::poll:
        spec.capture = Capture::poll;
        break;
      case mappings::Capture::triggers:
        spec.capture = Capture::triggers;
        break;
      case mappings::Capture::logical:
        spec.capture = Capture::logical;
        break;
      case mappings::Capture::binlog:
        spec.capture = Capture::binlog;
        break;
    }
    return spec;
  }
  spec.object = mapping.crm.object;
  spec.external_id = mapping.crm.external_id;
  if (!spec.external_id.empty() &&
      std::ranges::find(spec.fields, spec.external_id) == spec.fields.end())
    spec.fields.push_back(spec.external_id);
  return spec;
}

}  // namespace crmsync::daemon
