// The application's modification stamps: text or numbers, in whatever form it writes them.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "connectors/sqlite/statement.hpp"
#include "engine/value.hpp"

#include <optional>
#include <string>

namespace crmsync::connectors::sqlite {

// Exactly what is stored, so that it can be compared by SQLite itself.
struct Stamp {
  Storage storage = Storage::null;
  std::int64_t number = 0;
  double real = 0;  // SQLite's own storage of a fractional stamp
  std::string text;
  friend bool operator==(Stamp const&, Stamp const&) = default;
};

Stamp read_stamp(Statement const& row, int column);
void bind_stamp(Statement& statement, int index, Stamp const& stamp);

// For a cursor: storage and value as two texts, and back. Empty when malformed.
std::string encode_storage(Stamp const& stamp);
std::string encode_value(Stamp const& stamp);
std::optional<Stamp> decode_stamp(std::string_view storage, std::string_view value);

// The moment it means: ISO dates and times (without an offset: UTC), or seconds, milliseconds or
// microseconds since 1970, told apart by size. Empty for anything else.
std::optional<engine::Timestamp> stamp_time(Stamp const& stamp);

// The same form (separator, fraction digits, offset, unit) at another moment, never later than
// it. Empty when the form is not understood.
std::optional<Stamp> stamp_at(Stamp const& form, engine::Timestamp at);

}  // namespace crmsync::connectors::sqlite
