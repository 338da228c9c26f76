// SPDX-License-Identifier: Apache-2.0
#include "connectors/hubspot/own_writes.hpp"

#include <functional>

namespace crmsync::connectors::hubspot {

namespace {

constexpr std::size_t kRememberedMax = 512;

}  // namespace

void OwnWrites::remember(std::string const& record, std::string const& field,
                         std::string_view text) {
  if (writes_.size() >= kRememberedMax) writes_.pop_front();
  writes_.push_back({record, field, std::hash<std::string_view>{}(text)});
}

void OwnWrites::learn(wire::WireRecord const& record) {
  for (auto const& write : writes_) {
    if (write.record != record.id) continue;
    auto const history = record.history.find(write.field);
    if (history == record.history.end() || history->second.empty()) continue;
    auto const& newest = history->second.front();
    bool const by_program = newest.source_type == "INTEGRATION" || newest.source_type == "API";
    if (!by_program || newest.source_id.empty()) continue;
    if (std::hash<std::string_view>{}(newest.value.value_or("")) == write.digest)
      source_.id = newest.source_id;
  }
}

}  // namespace crmsync::connectors::hubspot
