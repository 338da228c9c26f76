// SPDX-License-Identifier: Apache-2.0
#include "connectors/simulator/model/record.hpp"

#include <algorithm>

namespace crmsync::connectors::simulator::model {
namespace {

auto position(auto& entries, PropertyId property) {
  return std::lower_bound(entries.begin(), entries.end(), property,
                          [](auto const& entry, PropertyId id) { return entry.first < id; });
}

}  // namespace

std::string const* Values::find(PropertyId property) const noexcept {
  auto const at = position(entries_, property);
  return at != entries_.end() && at->first == property ? &at->second : nullptr;
}

void Values::set(PropertyId property, std::string value) {
  auto const at = position(entries_, property);
  if (at != entries_.end() && at->first == property)
    at->second = std::move(value);
  else
    entries_.emplace(at, property, std::move(value));
}

void Values::erase(PropertyId property) {
  auto const at = position(entries_, property);
  if (at != entries_.end() && at->first == property) entries_.erase(at);
}

void Record::remember(Version version) {
  auto const same = [&](Version const& other) { return other.property == version.property; };
  auto const kept = static_cast<std::size_t>(std::ranges::count_if(history, same));
  if (kept >= kVersionsPerPropertyMax) history.erase(std::ranges::find_if(history, same));
  history.push_back(std::move(version));
}

}  // namespace crmsync::connectors::simulator::model
