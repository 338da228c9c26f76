// What an authenticated webhook says. Pure. Values in it are ignored: they may be stale or out of
// order, so every event only names a record to read again.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/error.hpp"
#include "engine/observation.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace crmsync::connectors::hubspot::wire {

inline constexpr std::size_t kWebhookBytesMax = 1u << 20;
inline constexpr std::size_t kWebhookEventsMax = 100;

struct HookEvent {
  std::string object;  // "contacts"; a custom object's type id
  engine::ChangeEvent change;
  engine::Timestamp occurred_at;
  std::string dedupe_key;
  std::string source_id;  // of API and integration writes: tells our own from others'
};

// invalid_value: no array of at most 100 objects, or a known kind without its record. Kinds that
// are not known are skipped: the vendor may add some at any time.
engine::Result<std::vector<HookEvent>> parse_events(std::string_view body);

// "contact", "0-1", "contacts" -> "contacts"; a name that is not standard stays as it is.
std::string canonical_object(std::string_view name);
std::vector<std::string_view> standard_objects();

}  // namespace crmsync::connectors::hubspot::wire
