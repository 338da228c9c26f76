// SPDX-License-Identifier: Apache-2.0
#include "connectors/hubspot/wire/webhook.hpp"

#include "connectors/hubspot/wire/json.hpp"
#include "connectors/hubspot/wire/routes.hpp"

#include <algorithm>
#include <array>

namespace crmsync::connectors::hubspot::wire {

namespace {

using engine::ChangeKind;
using engine::Errc;

struct ObjectRow {
  std::string_view plural;
  std::string_view singular;
  std::string_view type_id;
};

constexpr std::array kObjects{
    ObjectRow{"contacts", "contact", "0-1"}, ObjectRow{"companies", "company", "0-2"},
    ObjectRow{"deals", "deal", "0-3"},       ObjectRow{"tickets", "ticket", "0-5"},
    ObjectRow{"products", "product", "0-7"}, ObjectRow{"line_items", "line_item", "0-8"},
    ObjectRow{"leads", "lead", "0-136"},     ObjectRow{"tasks", "task", "0-27"},
    ObjectRow{"notes", "note", "0-46"},      ObjectRow{"meetings", "meeting", "0-47"},
    ObjectRow{"calls", "call", "0-48"},      ObjectRow{"emails", "email", "0-49"},
};

enum class HookKind : std::uint8_t { change, removal, restore, merge, association };

struct KindRow {
  std::string_view word;
  HookKind kind;
};

constexpr std::array kKinds{
    KindRow{"creation", HookKind::change},
    KindRow{"propertyChange", HookKind::change},
    KindRow{"deletion", HookKind::removal},
    KindRow{"privacyDeletion", HookKind::removal},
    KindRow{"restore", HookKind::restore},
    KindRow{"merge", HookKind::merge},
    KindRow{"associationChange", HookKind::association},
};

engine::Error malformed(std::string detail) {
  return engine::make_error(Errc::invalid_value, "hubspot: read webhook", std::move(detail));
}

std::string upper(std::string_view text) {
  std::string result(text);
  for (auto& c : result)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return result;
}

// One event of the array while it is taken apart.
struct Hook {
  JsonView view;
  std::string object;
  std::string kind_word;
  HookEvent base;  // what all events made of it share
};

std::string id_at(JsonView view) {
  auto const text = view.text_or_empty();
  return is_record_id(text) ? text : std::string();
}

// Equal for every delivery of one event; `eventId` alone is not unique, and the attempt number
// differs between deliveries.
std::string dedupe_key(Hook const& hook, std::string_view object_id, std::string_view part) {
  auto const field = [&](char const* name) { return hook.view[name].text_or_empty(); };
  return engine::join_key({field("portalId"), field("appId"), field("subscriptionId"), hook.object,
                           std::string(object_id), hook.kind_word, field("occurredAt"),
                           field("propertyName"), field("eventId"), std::string(part)});
}

HookEvent event_of(Hook const& hook, ChangeKind kind, std::string const& key,
                   std::string_view part = {}) {
  HookEvent event = hook.base;
  event.object = hook.object;
  event.change.kind = kind;
  event.change.key = key;
  event.dedupe_key = dedupe_key(hook, key, part);
  return event;
}

bool add_merge(Hook const& hook, std::vector<HookEvent>& events) {
  std::string const primary = id_at(hook.view["primaryObjectId"]);
  std::string survivor = id_at(hook.view["newObjectId"]);
  if (survivor.empty()) survivor = primary;
  if (survivor.empty()) survivor = id_at(hook.view["objectId"]);
  if (survivor.empty()) return false;
  std::vector<std::string> absorbed;
  // The surviving record may have an id of its own; then the primary one is absorbed as well.
  if (!primary.empty()) absorbed.push_back(primary);
  for (auto const& item : hook.view["mergedObjectIds"].items()) {
    auto id = id_at(JsonView(&item));
    if (id.empty()) return false;
    absorbed.push_back(std::move(id));
  }
  for (auto const& id : absorbed) {
    if (id == survivor) continue;
    auto event = event_of(hook, ChangeKind::merged, id, "merge");
    event.change.new_key = survivor;
    events.push_back(std::move(event));
  }
  events.push_back(event_of(hook, ChangeKind::changed, survivor, "survivor"));
  return true;
}

// "CONTACT_TO_COMPANY" says what stands at the far end.
std::string far_object(std::string_view association, std::string_view near_object) {
  for (auto const& from : kObjects)
    for (auto const& to : kObjects)
      if (from.plural == near_object &&
          association == upper(from.singular) + "_TO_" + upper(to.singular))
        return std::string(to.plural);
  return {};
}

bool add_association(Hook const& hook, std::vector<HookEvent>& events) {
  auto const from = id_at(hook.view["fromObjectId"]);
  auto const to = id_at(hook.view["toObjectId"]);
  if (from.empty()) return false;
  events.push_back(event_of(hook, ChangeKind::changed, from, to));
  auto const far = far_object(hook.view["associationType"].text_or_empty(), hook.object);
  if (far.empty() || to.empty()) return true;
  auto event = event_of(hook, ChangeKind::changed, to, from);
  event.object = far;
  events.push_back(std::move(event));
  return true;
}

bool add_plain(Hook const& hook, ChangeKind kind, std::vector<HookEvent>& events) {
  auto const id = id_at(hook.view["objectId"]);
  if (id.empty()) return false;
  events.push_back(event_of(hook, kind, id));
  return true;
}

// False: a known kind that does not name its record.
bool add_events(Hook const& hook, HookKind kind, std::vector<HookEvent>& events) {
  switch (kind) {
    case HookKind::change:
      return add_plain(hook, ChangeKind::changed, events);
    case HookKind::removal:
      return add_plain(hook, ChangeKind::deleted, events);
    case HookKind::restore:
      return add_plain(hook, ChangeKind::restored, events);
    case HookKind::merge:
      return add_merge(hook, events);
    case HookKind::association:
      return add_association(hook, events);
  }
  return false;
}

engine::Status read_event(JsonView view, std::vector<HookEvent>& events) {
  if (!view.is_object()) return malformed("an event is no object");
  auto const type = view["subscriptionType"].text_or_empty();
  auto const dot = type.find('.');
  if (dot == std::string::npos) return {};
  Hook hook{view, type.substr(0, dot), type.substr(dot + 1), {}};
  auto const row = std::find_if(kKinds.begin(), kKinds.end(),
                                [&](KindRow const& r) { return r.word == hook.kind_word; });
  if (row == kKinds.end() || hook.object == "conversation") return {};
  if (hook.object == "object") hook.object = view["objectTypeId"].text_or_empty();
  hook.object = canonical_object(hook.object);
  if (!is_object_name(hook.object)) return malformed("an event does not name its object type");
  auto const occurred = view["occurredAt"].integer();
  constexpr std::int64_t kLimit = std::int64_t{1} << 53;
  if (!occurred || *occurred < 0 || *occurred > kLimit)
    return malformed("an event does not say when it happened");
  hook.base.occurred_at = {*occurred * 1000};
  auto const source = view["changeSource"].text_or_empty();
  if (source == "INTEGRATION" || source == "API")
    hook.base.source_id = view["sourceId"].text_or_empty();
  if (!add_events(hook, row->kind, events)) return malformed("an event does not name its record");
  return {};
}

}  // namespace

std::string canonical_object(std::string_view name) {
  for (auto const& row : kObjects)
    if (name == row.plural || name == row.singular || name == row.type_id)
      return std::string(row.plural);
  return std::string(name);
}

std::vector<std::string_view> standard_objects() {
  std::vector<std::string_view> names;
  names.reserve(std::size(kObjects));
  for (auto const& row : kObjects) names.push_back(row.plural);
  return names;
}

engine::Result<std::vector<HookEvent>> parse_events(std::string_view body) {
  auto document = JsonDocument::parse(body, {.bytes_max = kWebhookBytesMax, .depth_max = 64});
  if (!document) return malformed(document.error().detail);
  auto const root = document->root();
  if (!root.is_array()) return malformed("the body is no array of events");
  if (root.items().size() > kWebhookEventsMax)
    return malformed("more than " + std::to_string(kWebhookEventsMax) + " events in one request");
  std::vector<HookEvent> events;
  for (auto const& item : root.items()) {
    auto status = read_event(JsonView(&item), events);
    if (!status) return status.error();
  }
  return events;
}

}  // namespace crmsync::connectors::hubspot::wire
