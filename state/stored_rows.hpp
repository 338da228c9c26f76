// Rows that only the store itself knows: lookups, indexes and facts about the store.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "state/rows.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace crmsync::state {

// A fact about the store: a number (format, high water, next ids) or a text (state id).
struct FactRow {
  std::uint64_t number = 0;
  std::string text;
  friend bool operator==(FactRow const&, FactRow const&) = default;
};

// Lookups by app key and by CRM id.
struct LinkRefRow {
  LinkId link = 0;
  bool alias = false;  // the CRM id was absorbed by a merge
  friend bool operator==(LinkRefRow const&, LinkRefRow const&) = default;
};

// Which links a mapping has. The state stands here as well, so that a damaged link row can still
// be taken out of the counts.
struct LinkOrderRow {
  engine::LinkState state = engine::LinkState::linked;
  friend bool operator==(LinkOrderRow const&, LinkOrderRow const&) = default;
};

using Digest = std::array<std::uint8_t, 16>;

struct MatchDigest {
  std::uint8_t key_index = 0;
  Digest digest{};
  friend bool operator==(MatchDigest const&, MatchDigest const&) = default;
};

// Everything the match index holds about one unlinked record; its digests are what has to be
// removed when the record changes or is linked.
struct UnlinkedRow {
  std::string long_key;  // the record key, where it did not fit into the table's key
  std::vector<MatchDigest> digests;
  friend bool operator==(UnlinkedRow const&, UnlinkedRow const&) = default;
};

struct MatchRow {
  std::string long_key;
  friend bool operator==(MatchRow const&, MatchRow const&) = default;
};

// An index entry; all it says stands in its key.
struct IndexRow {
  friend bool operator==(IndexRow, IndexRow) = default;
};

}  // namespace crmsync::state
