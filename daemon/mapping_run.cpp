// SPDX-License-Identifier: Apache-2.0
#include "daemon/mapping_run.hpp"

#include <utility>

namespace crmsync::daemon {

void PayloadCache::put(engine::Side side, engine::Observation observation) {
  DirtyKey id{side, observation.key};
  auto const [it, fresh] = items_.insert_or_assign(id, std::move(observation));
  static_cast<void>(it);
  if (!fresh) return;
  order_.push_back(std::move(id));
  while (order_.size() > max_) {
    items_.erase(order_.front());
    order_.pop_front();
  }
}

std::optional<engine::Observation> PayloadCache::take(DirtyKey const& id) {
  auto const it = items_.find(id);
  if (it == items_.end()) return std::nullopt;
  auto out = std::move(it->second);
  items_.erase(it);  // its place in order_ is passed over when its turn comes
  return out;
}

std::string link_lock(state::LinkId link) {
  return "l:" + std::to_string(link);
}

engine::MappingRules MappingRun::rules() const {
  auto out = mapping.rules;
  if (!reconcile) return out;
  out.initial = engine::InitialPrefer::ask;
  out.presence.create = engine::CreateMode::none;
  out.presence.app_deleted = engine::DeleteRule::ignore;
  out.presence.crm_deleted = engine::DeleteRule::ignore;
  return out;
}

std::vector<std::string> MappingRun::match_values(engine::Side side,
                                                  engine::Observation const& seen,
                                                  std::string const& external_id) const {
  std::vector<std::string> values;
  values.reserve(mapping.match.size() + 1);
  if (side == engine::Side::app) {
    values.push_back(external_id);
  } else {
    auto const* external = seen.fields.find(mapping.crm.external_id);
    auto const* text = external == nullptr ? nullptr : std::get_if<std::string>(external);
    values.push_back(text == nullptr ? std::string() : *text);
  }
  for (std::size_t i = 0; i < mapping.match.size(); ++i)
    values.push_back(mapping.match_value(side, i, seen.current_key, seen.fields));
  return values;
}

}  // namespace crmsync::daemon
