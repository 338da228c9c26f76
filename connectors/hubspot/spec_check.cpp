// SPDX-License-Identifier: Apache-2.0
#include "connectors/hubspot/spec_check.hpp"

#include <algorithm>
#include <set>

namespace crmsync::connectors::hubspot {

namespace {

using engine::Errc;
using engine::Error;
using engine::Status;

std::string join(std::vector<std::string> const& names) {
  std::string text;
  for (auto const& name : names) {
    if (!text.empty()) text += ", ";
    text += name;
  }
  return text;
}

Error missing_error(EndpointSpec const& spec, wire::PropertyTable const& table,
                    std::vector<std::string> names) {
  std::string hint;
  for (auto const& name : names) {
    auto const near = table.nearest(name);
    if (near.empty()) continue;
    hint += hint.empty() ? "did you mean `" : ", `";
    hint += near + "` for `" + name + "`";
  }
  hint += hint.empty() ? "use the property's internal name, or create it in HubSpot" : "?";
  auto error = engine::make_error(Errc::invalid_schema, "hubspot: check " + spec.object,
                                  "no such property: " + join(names), std::move(hint));
  error.fields = std::move(names);
  return error;
}

Error read_only_error(EndpointSpec const& spec, std::vector<std::string> names) {
  auto error = engine::make_error(Errc::read_only, "hubspot: check " + spec.object,
                                  "HubSpot does not let these be written: " + join(names),
                                  "map them with `direction: to_app`");
  error.fields = std::move(names);
  return error;
}

}  // namespace

Status check_spec(EndpointSpec const& spec, wire::PropertyTable const& table) {
  std::set<std::string> wanted(spec.fields.begin(), spec.fields.end());
  wanted.insert(spec.history.begin(), spec.history.end());
  wanted.insert(spec.writable.begin(), spec.writable.end());
  wanted.erase(spec.external_id);
  wanted.erase(std::string(wire::kIdField));
  std::vector<std::string> missing;
  for (auto const& name : wanted)
    if (table.find(name) == nullptr) missing.push_back(name);
  if (!missing.empty()) return missing_error(spec, table, std::move(missing));
  std::vector<std::string> fixed;
  for (auto const& name : spec.writable) {
    auto const* property = table.find(name);
    bool const id = property == nullptr && name == wire::kIdField;
    if (id || (property != nullptr && property->read_only)) fixed.push_back(name);
  }
  if (!fixed.empty()) return read_only_error(spec, std::move(fixed));
  auto const* key = table.find(spec.external_id);
  return key != nullptr ? check_external_id(spec, *key) : Status();
}

Status check_external_id(EndpointSpec const& spec, wire::Property const& property) {
  std::string const op = "hubspot: check " + spec.object + " external_id";
  std::string reason;
  if (!property.unique)
    reason = "property " + property.name +
             " exists but is not unique, and HubSpot sets that only "
             "when a property is created";
  else if (!property.plain_text)
    reason =
        "property " + property.name + " is not single-line text, so it would not keep every key";
  else if (property.read_only)
    reason = "property " + property.name + " cannot be written";
  if (reason.empty()) return {};
  auto error = engine::make_error(
      Errc::invalid_schema, op, std::move(reason),
      "name another property in `external_id:`; it is created when it does not exist");
  error.fields.push_back(property.name);
  return error;
}

}  // namespace crmsync::connectors::hubspot
