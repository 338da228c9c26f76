// SPDX-License-Identifier: Apache-2.0
#include "connectors/simulator/faces/hubspot_call.hpp"

#include "connectors/simulator/faces/hubspot_errors.hpp"

#include <algorithm>
#include <charconv>

namespace crmsync::connectors::simulator::faces {

std::optional<std::string> Call::asked(std::string_view name) const {
  auto const at = query.find(name);
  if (at == query.end()) return std::nullopt;
  return at->second;
}

std::vector<std::string> Call::asked_list(std::string_view name) const {
  std::vector<std::string> items;
  auto const [first, last] = query.equal_range(name);
  for (auto at = first; at != last; ++at) {
    std::string_view rest = at->second;
    while (!rest.empty()) {
      auto const end = std::min(rest.find(','), rest.size());
      if (end > 0) items.emplace_back(rest.substr(0, end));
      rest.remove_prefix(std::min(end + 1, rest.size()));
    }
  }
  return items;
}

model::Actor Call::actor() const {
  return {"INTEGRATION", std::to_string(state.account.app_id),
          "Integration", state.account.user_id,
          false,         false};
}

http::Response json_response(int status, JsonOut const& json) {
  return {status, {{"Content-Type", "application/json;charset=utf-8"}}, json.str()};
}

std::optional<model::RecordId> parse_record_id(std::string_view text) noexcept {
  model::RecordId id = 0;
  auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), id);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return id;
}

TypeLookup find_type(Call& call, std::string_view param) {
  auto const& name = call.param(param);
  auto const type = call.crm().catalog().find(name);
  if (type) return {type, {}};
  return {std::nullopt, bad_request(call, "Unable to infer object type from: " + name)};
}

}  // namespace crmsync::connectors::simulator::faces
