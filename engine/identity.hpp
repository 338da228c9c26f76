// Who a record is, and how far a reader has come.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace crmsync::engine {

enum class Side : std::uint8_t { app, crm };

constexpr Side other(Side side) noexcept {
  return side == Side::app ? Side::crm : Side::app;
}
constexpr std::string_view to_string(Side side) noexcept {
  return side == Side::app ? "app" : "crm";
}

// A record's key on its own side as text. App: the key column's text, composite keys joined by
// join_key(). CRM: the vendor's id. Never empty for a record that exists.
using RecordKey = std::string;

// Parts (at least one) joined with '|'; a '|' or '\' inside a part is escaped with '\'.
// split_key() undoes it exactly, and takes any text: a '\' at the end stands for itself.
std::string join_key(std::vector<std::string> const& parts);
std::vector<std::string> split_key(std::string_view key);

// Orders versions of one record on one side. 0: the side gave none. Only compared within a record.
// What stands behind it is the connector's business (a modification stamp in microseconds, xmin,
// a sequence).
struct VersionToken {
  std::int64_t order = 0;
  bool known() const noexcept { return order != 0; }
  friend auto operator<=>(VersionToken, VersionToken) = default;
};

// Opaque resume position of one connector; only that connector reads it.
using Cursor = std::string;

enum class LinkState : std::uint8_t {
  none,       // no pair is stored for this record
  linked,     // app key and CRM id belong together
  dormant,    // linked, but outside the scope: kept with its base, nothing flows
  detached,   // unlinked on purpose: neither matched nor created again without a person
  tombstone,  // both records are gone; remembered so that late news cannot bring them back
};
std::string_view to_string(LinkState state) noexcept;

}  // namespace crmsync::engine
