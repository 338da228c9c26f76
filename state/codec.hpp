// Rows <-> bytes. A stored value is
//
//   1 byte row version | payload | 8 bytes XXH3-64 of both, little-endian, seeded by the row type
//
// The payload is the row's fields in the order of codec_fields.hpp: integers as LEB128 varints
// (signed ones zigzag), strings and lists with their length before them, values with a type byte.
// The seed makes a row of one type unreadable as another; that a row stands under its own key is
// checked by the store.
//
// Decoding never reads outside its input, allocates no more than a small multiple of it, and
// refuses everything that encode() would not have written.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/error.hpp"
#include "state/rows.hpp"
#include "state/stored_rows.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace crmsync::state {

constexpr std::size_t kRowBytesMax = 16u << 20;  // of one stored value
constexpr std::size_t kFrameBytes = 9;           // version and checksum

// What stands in error texts, how the checksum is seeded, and the version that is written. Tags are
// part of the format. A row of an older version is read; what it lacks keeps its default.
template <class Row>
struct RowType;
#define CRMSYNC_ROW_TYPE(Row, tag_number, row_name, newest) \
  template <>                                               \
  struct RowType<Row> {                                     \
    static constexpr std::uint64_t tag = tag_number;        \
    static constexpr std::string_view name = row_name;      \
    static constexpr std::uint8_t version = newest;         \
  };
CRMSYNC_ROW_TYPE(IntakeRow, 1, "intake row", 1)
CRMSYNC_ROW_TYPE(CursorRow, 2, "cursor", 1)
CRMSYNC_ROW_TYPE(MappingRow, 3, "mapping", 1)
CRMSYNC_ROW_TYPE(LinkRow, 4, "link", 2)
CRMSYNC_ROW_TYPE(BaseRow, 5, "base", 1)
CRMSYNC_ROW_TYPE(IntentRow, 6, "intent", 2)
CRMSYNC_ROW_TYPE(ParkedRow, 7, "parked field", 1)
CRMSYNC_ROW_TYPE(ErrorRow, 8, "error", 1)
CRMSYNC_ROW_TYPE(HistoryRow, 9, "history row", 1)
CRMSYNC_ROW_TYPE(HeldRow, 10, "held change", 1)
CRMSYNC_ROW_TYPE(WebhookRow, 11, "webhook", 1)
CRMSYNC_ROW_TYPE(MappingCounts, 12, "counts", 1)
CRMSYNC_ROW_TYPE(FactRow, 13, "fact", 1)
CRMSYNC_ROW_TYPE(LinkRefRow, 14, "link lookup", 1)
CRMSYNC_ROW_TYPE(LinkOrderRow, 15, "link order", 1)
CRMSYNC_ROW_TYPE(UnlinkedRow, 16, "unlinked record", 1)
CRMSYNC_ROW_TYPE(MatchRow, 17, "match entry", 1)
CRMSYNC_ROW_TYPE(IndexRow, 18, "index entry", 1)
#undef CRMSYNC_ROW_TYPE

// limit_exceeded: longer than kRowBytesMax. invalid_value: a date that is no real day.
template <class Row>
engine::Result<std::string> encode(Row const& row);

// corrupt: names the row type and what is wrong, never a value.
template <class Row>
engine::Result<Row> decode(std::span<std::byte const> stored);

// Version and checksum around a payload as encode() puts them: for tests and fuzzing.
template <class Row>
std::string seal(std::string_view payload, std::uint8_t version = RowType<Row>::version);

}  // namespace crmsync::state
