// SPDX-License-Identifier: Apache-2.0
#include "engine/record.hpp"

#include <algorithm>

namespace crmsync::engine {

namespace {

template <class Entries>
auto position_of(Entries& entries, std::string_view name) {
  return std::ranges::lower_bound(
      entries, name, std::ranges::less{},
      [](auto const& entry) -> std::string_view { return entry.first; });
}

}  // namespace

Record::Record(std::initializer_list<Entry> entries) {
  entries_.reserve(entries.size());
  for (auto const& [name, value] : entries) set(name, value);
}

Value const* Record::find(std::string_view name) const noexcept {
  auto const it = position_of(entries_, name);
  return it != entries_.end() && it->first == name ? &it->second : nullptr;
}

FieldValue Record::get(std::string_view name) const {
  auto const* value = find(name);
  return value == nullptr ? FieldValue() : FieldValue(*value);
}

void Record::set(std::string_view name, Value value) {
  auto const it = position_of(entries_, name);
  if (it != entries_.end() && it->first == name)
    it->second = std::move(value);
  else
    entries_.emplace(it, std::string(name), std::move(value));
}

void Record::erase(std::string_view name) {
  auto const it = position_of(entries_, name);
  if (it != entries_.end() && it->first == name) entries_.erase(it);
}

void Record::overlay(Record const& other) {
  for (auto const& [name, value] : other) set(name, value);
}

}  // namespace crmsync::engine
