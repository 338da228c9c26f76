// A record as one side holds it: native field names and native typed values. A name that is not in
// it is unknown; a name with Null is known to be empty.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/value.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace crmsync::engine {

class Record {
 public:
  using Entry = std::pair<std::string, Value>;

  Record() = default;
  Record(std::initializer_list<Entry> entries);

  // Null pointer when the field is unknown.
  Value const* find(std::string_view name) const noexcept;
  FieldValue get(std::string_view name) const;
  bool contains(std::string_view name) const noexcept { return find(name) != nullptr; }
  void set(std::string_view name, Value value);
  void erase(std::string_view name);
  // Every field of `other` replaces ours.
  void overlay(Record const& other);

  bool empty() const noexcept { return entries_.empty(); }
  std::size_t size() const noexcept { return entries_.size(); }
  auto begin() const noexcept { return entries_.begin(); }
  auto end() const noexcept { return entries_.end(); }

  friend bool operator==(Record const&, Record const&) = default;

 private:
  std::vector<Entry> entries_;  // sorted by name
};

}  // namespace crmsync::engine
