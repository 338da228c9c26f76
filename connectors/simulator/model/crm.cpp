// SPDX-License-Identifier: Apache-2.0
#include "connectors/simulator/model/crm.hpp"

#include <algorithm>

namespace crmsync::connectors::simulator::model {
namespace {

constexpr std::int64_t kMicrosPerMilli = 1'000;
constexpr RecordId kFirstId = 1'000;

// Each purpose draws from a stream of its own, so that one more draw here moves nothing there.
enum Stream : std::uint64_t { ids = 1, lags = 2, delays = 3 };

Random stream(std::uint64_t seed, Stream which) {
  return Random(Random::mix(seed) ^ Random::mix(which));
}

}  // namespace

std::optional<Moment> parse_moment(std::string_view text) noexcept {
  if (text == "after_read") return Moment::after_read;
  if (text == "before_write") return Moment::before_write;
  if (text == "after_write") return Moment::after_write;
  return std::nullopt;
}

Crm::Crm(CrmOptions options)
    : options_(options),
      catalog_(options.portal_id, options.started_at),
      ids_(stream(options.seed, Stream::ids)),
      lags_(stream(options.seed, Stream::lags)),
      delays_(stream(options.seed, Stream::delays)),
      last_id_(kFirstId) {}

void Crm::advance(engine::Timestamp now) {
  while (!due_edits_.empty() && due_edits_.begin()->first <= now) {
    auto const at = due_edits_.begin()->first;
    auto const edit = std::move(due_edits_.begin()->second);
    due_edits_.erase(due_edits_.begin());
    Actor workflow{"AUTOMATION_PLATFORM", "workflow", "Workflow", 0, true, false};
    // Whatever became of the record meanwhile: a workflow that fails is silent.
    (void)update(edit.type, edit.id, {{edit.property, edit.value}}, std::move(workflow), at);
  }
  index_.advance(now);
}

Record const* Crm::find(TypeIndex type, RecordId id) const {
  auto const shelf = shelves_.find(type);
  if (shelf == shelves_.end()) return nullptr;
  auto const& merged = shelf->second.merged;
  for (auto alias = merged.find(id); alias != merged.end(); alias = merged.find(id))
    id = alias->second;
  auto const at = shelf->second.records.find(id);
  return at == shelf->second.records.end() ? nullptr : &at->second;
}

Record* Crm::live(TypeIndex type, RecordId id) {
  auto const* record = find(type, id);
  if (!record || record->archived) return nullptr;
  return &shelves_[type].records.find(record->now.id)->second;
}

bool Crm::is_identity(TypeIndex type, PropertyId property) const {
  auto const& schema = catalog_.type(type);
  return !schema.identity_property.empty() &&
         schema.properties[property].name == schema.identity_property;
}

Record const* Crm::find_by(TypeIndex type, PropertyId property, std::string_view value) const {
  auto const shelf = shelves_.find(type);
  if (shelf == shelves_.end()) return nullptr;
  auto const values = shelf->second.unique.find(property);
  if (values == shelf->second.unique.end()) return nullptr;
  auto const key = is_identity(type, property) ? identity_key(value) : std::string(value);
  auto const at = values->second.find(key);
  return at == values->second.end() ? nullptr : find(type, at->second);
}

Crm::Listing Crm::list(TypeIndex type, RecordId after, std::size_t limit, bool archived) const {
  Listing listing;
  auto const shelf = shelves_.find(type);
  if (shelf == shelves_.end()) return listing;
  auto const& records = shelf->second.records;
  for (auto at = records.upper_bound(after); at != records.end(); ++at) {
    if (at->second.archived != archived) continue;
    if (listing.records.size() == limit) {
      listing.more = true;
      break;
    }
    listing.records.push_back(&at->second);
  }
  return listing;
}

std::size_t Crm::count(TypeIndex type) const {
  auto const shelf = shelves_.find(type);
  if (shelf == shelves_.end()) return 0;
  return static_cast<std::size_t>(std::ranges::count_if(
      shelf->second.records, [](auto const& entry) { return !entry.second.archived; }));
}

Hits Crm::search(TypeIndex type, Query query) const {
  query.tie_seed = options_.seed;
  return model::search(index_.type(type), catalog_.type(type), catalog_, query);
}

std::map<RecordId, RecordId> const& Crm::merged(TypeIndex type) const {
  static std::map<RecordId, RecordId> const none;
  auto const shelf = shelves_.find(type);
  return shelf == shelves_.end() ? none : shelf->second.merged;
}

std::uint32_t Crm::actor_index(Actor const& actor) {
  auto const at = std::ranges::find(actors_, actor);
  if (at != actors_.end()) return static_cast<std::uint32_t>(at - actors_.begin());
  actors_.push_back(actor);
  return static_cast<std::uint32_t>(actors_.size() - 1);
}

void Crm::reach(Moment moment, TypeIndex type, RecordId id, engine::Timestamp now) {
  if (hooks_.empty()) return;
  auto const* record = find(type, id);
  if (!record) return;
  auto const fits = [&](Hook const& hook) {
    return hook.moment == moment && hook.type == type &&
           (hook.record == 0 || find(type, hook.record) == record);
  };
  auto const at = std::ranges::find_if(hooks_, fits);
  if (at == hooks_.end()) return;
  auto const hook = std::move(*at);
  hooks_.erase(at);
  Actor user{"CRM_UI", "userId:9", "", 9, false, true};
  if (hook.action == Hook::Action::archive)
    archive(type, record->now.id, user, now);
  else
    (void)update(type, record->now.id, hook.properties, std::move(user), now);
}

void Crm::delay_index(std::size_t count, std::int64_t delay_ms) noexcept {
  delayed_writes_ = count;
  delayed_ms_ = delay_ms;
}

std::int64_t Crm::draw_lag_ms() {
  if (delayed_writes_ > 0) {
    --delayed_writes_;
    return delayed_ms_;
  }
  if (options_.search_lag_ms <= 0) return 0;
  // A quarter of the lag at least: an index that is never late proves nothing.
  auto const share = 0.25 + 0.75 * lags_.unit();
  return static_cast<std::int64_t>(share * static_cast<double>(options_.search_lag_ms));
}

void Crm::index(Record const& record, engine::Timestamp now) {
  engine::Timestamp const visible_at{now.micros + draw_lag_ms() * kMicrosPerMilli};
  if (record.archived)
    index_.remove(record.now.type, record.now.id, record.now.version, visible_at);
  else
    index_.put(record.now, visible_at);
  index_.advance(now);
}

void Crm::emit(Event event) {
  if (!options_.record_events) return;
  if (events_.size() >= options_.events_max) events_.pop_front();
  events_.push_back(std::move(event));
}

}  // namespace crmsync::connectors::simulator::model
